"""A language model's part in a turn."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Protocol

from msgspec.structs import replace

from voiced.core.chat import ChatEnd, Finish, Prompt, Tool, ToolCall, estimate
from voiced.core.citations import source_of
from voiced.core.errors import BudgetSpent, DeadlinePassed, VoicedError
from voiced.core.history import Message, Privacy, Source
from voiced.core.memories import Recalled
from voiced.core.ports.clock import Clock
from voiced.core.ports.llm import Models, ModelState, Tried
from voiced.core.ports.recall import Recall
from voiced.core.ports.usage import Meter
from voiced.core.privacy import most_private
from voiced.core.tasks import vital
from voiced.turn.prompt import MESSAGES, Prompts
from voiced.turn.record import Record
from voiced.turn.toolbox import Toolbox, Used

log = logging.getLogger(__name__)


class Listener(Protocol):
    """Whoever wants an answer, and is told what it took."""

    id: str
    key: str | None
    conversation: str | None
    memories: int | None

    @property
    def tried(self) -> Tried:
        """Told what becomes of each model that is asked."""
        ...

    def use(self, used: ChatEnd) -> None:
        """Is told how the answer ended."""
        ...

    async def asked(self) -> str:
        """Waits until it is certain that just this was asked, and this answer is wanted.

        Returns:
            The id of the message that asks it.
        """
        ...

    def used(self, used: Used) -> None:
        """Is told what became of a tool that a model asked for."""
        ...

    def rest_on(self, sources: Sequence[Source], privacy: Privacy = "public") -> None:
        """Is told what the model was reminded of, and how private that is."""
        ...


class Thinking:
    """Answers questions with a language model.

    Args:
        models: the language models.
        prompts: makes what it is asked.
        record: knows what was said before.
        clock: the time.
        meter: knows what may be spent; None: everything.
        recall: finds what belongs to a question; None: nothing is remembered but the conversation.
        toolbox: what models may ask for; None: nothing.
        may_tell: tells whether a model may be reminded of what is so private; None: all of them are on this machine.

    Attributes:
        ahead: an answer may be begun before the question is over. What it begins with may be less private than all of
            it: not where a model is on another machine.
    """

    def __init__(  # noqa: PLR0913 (who is asked, what, and who keeps an eye on it)
        self,
        models: Models,
        prompts: Prompts,
        record: Record,
        clock: Clock,
        meter: Meter | None = None,
        recall: Recall | None = None,
        *,
        toolbox: Toolbox | None = None,
        may_tell: Callable[[Privacy], bool] | None = None,
    ) -> None:
        self._models = models
        self._prompts = prompts
        self._record = record
        self._clock = clock
        self._meter = meter
        self._recall = recall
        self._toolbox = toolbox
        self._may_tell = may_tell
        self.ahead = may_tell is None or may_tell("secret")
        self._expecting: asyncio.Task[None] | None = None
        self._name = ""

    def expect(self) -> None:
        """A question may come some time: the model takes in what is known of its prompt, while nobody speaks."""
        if self._expecting is None or self._expecting.done():
            self._expecting = asyncio.create_task(self._take_in(), name="what a prompt begins with")
            vital(self._expecting)

    def states(self) -> Sequence[ModelState]:
        """How the models do."""
        return self._models.states()

    async def spent(self, key: str | None) -> str:
        """Why no model may be asked for now with an API key (None: without one); empty: they may."""
        try:
            if self._meter:
                await self._meter.check(key)
        except BudgetSpent as error:
            return error.message
        return ""

    async def answer(self, question: str, order: Sequence[str], listener: Listener) -> AsyncGenerator[str]:
        """The answer, piece by piece, as it is made.

        Args:
            question: in the user's words.
            order: the models that are asked until one answers.
            listener: the turn in which it is asked; told how the answer ended, also an unwanted or a broken one.

        Raises:
            BudgetSpent: none may be asked.
            VoicedError: there is no (further) answer.
        """
        try:
            if self._meter:
                await self._meter.check(listener.key)
        except BudgetSpent as error:
            for name in order:
                listener.tried(name, error)
            raise
        await self.close()  # The model does one thing after the other.
        talk, recalled = await self._remembered(question, listener.conversation, listener.memories)
        said = [message for message in talk if message.turn != listener.id]
        listener.rest_on(
            [source_of(each.memory) for each in recalled], most_private(each.memory.privacy for each in recalled)
        )
        prompt = self._prompts.ask(question, said, self._clock.now(), recalled, self._tools)
        async with aclosing(self._steps_to(prompt, question, order, listener)) as pieces:
            async for piece in pieces:
                yield piece

    async def _steps_to(
        self, prompt: Prompt, question: str, order: Sequence[str], listener: Listener
    ) -> AsyncGenerator[str]:
        """The answer to a prompt. A model that asks for tools instead is asked again, with what they told."""
        over = self._clock.monotonic() + prompt.budget_s
        last = self._toolbox.steps if self._toolbox else 0
        for step in range(last + 1):
            calls: list[ToolCall] = []
            before = ""
            async with aclosing(self._asked(prompt, order, listener)) as items:
                async for item in items:
                    if isinstance(item, ToolCall):
                        calls.append(item)
                    else:
                        before = " "
                        yield item
            if not calls or self._toolbox is None or step == last:
                return
            message = await listener.asked()
            used: list[Used] = []
            async with aclosing(self._toolbox.use(calls, question, message)) as done:
                async for each in done:
                    listener.used(each)
                    used.append(each)
            if (said := self._answer_of(used)) is not None:
                yield f"{before}{said}"
                return
            left = over - self._clock.monotonic()
            if left <= 0:
                raise DeadlinePassed("the language model was not done in time")
            prompt = replace(self._prompts.after(prompt, used), budget_s=left)

    def _answer_of(self, used: Sequence[Used]) -> str | None:
        """What skills say where that is the answer: they acted or asked, or no model may be told. None: it is not."""
        told = self._may_tell is None or self._may_tell(self._prompts.privacy(used))
        if told and not any(each.answers for each in used):
            return None
        return " ".join(each.reply.text for each in used if each.reply)

    async def _asked(self, prompt: Prompt, order: Sequence[str], listener: Listener) -> AsyncGenerator[str | ToolCall]:
        """What the models answer to one prompt; the listener is told what it took."""
        # Until it tells what it took. A piece is a token, or nearly.
        end: ChatEnd | None = ChatEnd(Finish.CUT, estimate(prompt), model=self._name)
        waited, since = 0.0, self._clock.monotonic()
        try:
            async with aclosing(self._models.chat(prompt, order, listener.tried)) as items:
                async for item in items:
                    waited += self._clock.monotonic() - since
                    if isinstance(item, ChatEnd):
                        self._name, end = item.model, item
                    else:
                        end = replace(end, tokens_out=end.tokens_out + 1)
                        yield item
                    since = self._clock.monotonic()
        except VoicedError:
            end = end if end.tokens_out else None  # It was not asked, or did not begin.
            raise
        finally:
            if end:
                listener.use(replace(end, seconds=waited))

    @property
    def _tools(self) -> tuple[Tool, ...]:
        return self._toolbox.tools() if self._toolbox else ()

    async def close(self) -> None:
        """Ends what goes on beside."""
        if self._expecting is not None:
            self._expecting.cancel()
            await asyncio.wait([self._expecting])

    async def _remembered(
        self, question: str, conversation: str | None, most: int | None
    ) -> tuple[list[Message], list[Recalled]]:
        """The conversation, and what is remembered besides it: so much at most, if that is said."""
        said = self._record.said(MESSAGES, self._clock.wall(), conversation)
        if self._recall is None or most == 0:
            return await said, []
        talk, found = await asyncio.gather(said, self._recall.recall(question))
        known = {message.id for message in talk}
        new = [each for each in found if each.memory.id not in known]
        told = [each for each in new if self._may_tell is None or self._may_tell(each.memory.privacy)]
        return talk, told[:most]

    async def _take_in(self) -> None:
        await self._record.settled()
        said = await self._record.said(MESSAGES, self._clock.wall())
        try:
            await self._models.prefill(self._prompts.known(said, self._clock.now(), self._tools))
        except VoicedError as error:
            log.info("the language model is not ready yet: %s", error.message)

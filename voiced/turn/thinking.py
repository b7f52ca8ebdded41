"""A language model's part in a turn."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from voiced.core.chat import ChatEnd
from voiced.core.ports.clock import Clock
from voiced.core.ports.llm import Llm
from voiced.turn.prompt import MESSAGES, Prompts
from voiced.turn.record import Record


class Thinking:
    """Answers questions with a language model.

    Args:
        model: the language model.
        prompts: makes what it is asked.
        record: knows what was said before.
        clock: the time.
    """

    def __init__(self, model: Llm, prompts: Prompts, record: Record, clock: Clock) -> None:
        self._model = model
        self._prompts = prompts
        self._record = record
        self._clock = clock

    async def prepare(self) -> None:
        """Lets the model take in what every prompt begins with.

        Raises:
            VoicedError: it cannot.
        """
        await self._model.prefill(self._prompts.known())

    async def answer(
        self, question: str, turn: str, done: Callable[[ChatEnd], None] = lambda _: None
    ) -> AsyncGenerator[str]:
        """The answer, piece by piece, as it is made.

        Args:
            question: in the user's words.
            turn: the turn it is asked in.
            done: told how the answer ended.

        Raises:
            VoicedError: there is no (further) answer.
        """
        said = [message for message in await self._record.said(MESSAGES, self._clock.wall()) if message.turn != turn]
        prompt = self._prompts.ask(question, said, self._clock.now())
        async with aclosing(self._model.chat(prompt)) as items:
            async for item in items:
                if isinstance(item, str):
                    yield item
                elif isinstance(item, ChatEnd):
                    done(item)

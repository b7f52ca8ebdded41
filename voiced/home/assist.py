"""Home Assistant's own Assist: asked first what it would do, and looked at afterwards whether it did."""

import asyncio
from collections.abc import Mapping, Sequence

from voiced.core.errors import HomeFailed
from voiced.core.home import Action, Entity
from voiced.core.ports.clock import Clock
from voiced.core.tasks import ended
from voiced.home.assistant import HomeAssistant
from voiced.home.effects import done, holds, moving
from voiced.home.observed import NOTHING_SLOW, deadline
from voiced.home.understood import Answer, Understandings, Understood

AGENT = "conversation.home_assistant"
"""The one that knows sentences, and nothing else: another may be a language model, which may do anything."""


class HomeAssist:
    """Implements `Assist`.

    It understands Home Assistant's own questions, and its own sentences, where what they do to things can be seen. What
    is to be confirmed first it does not understand, nor what might be anything: sentences that users wrote, and intents
    that are not known here.

    Args:
        home: where it is.
        language: of the sentences.
        clock: tells when it is too late.
        deadline_s: seconds until what it did has to be seen.
        slow: seconds for others, see `observed.deadline`.
    """

    def __init__(
        self,
        home: HomeAssistant,
        language: str,
        clock: Clock,
        deadline_s: float,
        slow: Mapping[str, float] = NOTHING_SLOW,
    ) -> None:
        self._home, self._language, self._clock, self._deadline_s, self._slow = home, language, clock, deadline_s, slow

    async def ask(self, text: str, conversation: str | None = None) -> str | None:
        """See `Assist`."""
        understood = await self._understood(text)
        if understood is None:
            return None
        before = {id_: entity for id_ in understood.targets if (entity := self._home.observed.get(id_))}
        actions = [] if understood.asks else self._actions(understood, before)
        if not (understood.asks or actions):
            return None
        watched = {each.entity: asyncio.create_task(self._seen(each, before[each.entity])) for each in actions}
        try:
            answer = await self._answer(text, conversation)
            if answer is None:
                return None
            patience_s = max((deadline(each, self._deadline_s, self._slow) for each in before.values()), default=0.0)
            actions = [each for each in actions if not holds(each, before[each.entity])]
            unseen = await self._unseen(watched, actions, patience_s)
        finally:
            await ended(watched.values())
        if unseen:
            names = ", ".join(before[id_].name for id_ in unseen)
            raise HomeFailed(
                "Home Assistant says: {answer} But that was not seen of: {names}", answer=answer.text, names=names
            )
        return answer.text

    async def _understood(self, text: str) -> Understood | None:
        kind = "conversation/agent/homeassistant/debug"
        told = await self._home.socket.ask(Understandings, kind, sentences=[text], language=self._language)
        [understood] = told.results
        return understood if understood and understood.match else None

    def _actions(self, understood: Understood, known: Mapping[str, Entity]) -> Sequence[Action]:
        """What it does; nothing where not all of it is known, and harmless."""
        if len(known) < len(understood.targets) or any(entity.risky for entity in known.values()):
            return []
        actions = [each for entity in known.values() if (each := understood.action(entity))]
        return actions if len(actions) == len(known) else []

    async def _answer(self, text: str, conversation: str | None) -> Answer | None:
        fields = {"conversation_id": conversation} if conversation else {}
        answer = await self._home.socket.ask(
            Answer, "conversation/process", text=text, language=self._language, agent_id=AGENT, **fields
        )
        if not answer.understood:
            return None
        if answer.failed:
            raise HomeFailed("Home Assistant says: {answer}", answer=answer.text)
        return answer

    async def _seen(self, action: Action, before: Entity) -> None:
        """Waits until it is done, or on its way: Home Assistant says no more than that."""

        def shows(after: Entity) -> bool:
            return done(action, before, after) or moving(action, before, after)

        await self._home.observed.seen(action.entity, shows)

    async def _unseen(
        self, watched: dict[str, asyncio.Task[None]], actions: list[Action], patience_s: float
    ) -> list[str]:
        """What was not seen to change, when its time is over."""
        waiting = {watched[action.entity] for action in actions}
        late = asyncio.create_task(self._clock.sleep(patience_s))
        while not late.done() and (pending := {task for task in waiting if not task.done()}):
            await asyncio.wait({late, *pending}, return_when=asyncio.FIRST_COMPLETED)
        await ended({late})
        return [action.entity for action in actions if not watched[action.entity].done()]

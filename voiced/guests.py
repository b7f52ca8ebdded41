"""Skills of other packages at work: what goes wrong in one ends its turn at most, and what is risky is confirmed."""

import logging
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

import msgspec
from msgspec.structs import replace

from voiced.core.chat import Tool, ToolCall
from voiced.core.errors import HomeFailed, Told
from voiced.core.home import Action, Entity, Receipt, failed
from voiced.core.ports.home import Home
from voiced.core.ports.skill import Choosy, Offering, Reply, Skill, Wish
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding
from voiced.skills.receipts import noted

log = logging.getLogger(__name__)

UNFINISHED = "Sorry, I could not finish that."
CONFIRM = "it has to be confirmed"
"""Why what is risky is refused."""


class _Answering:
    """An answer that is being made: whether the user has said yes, and what was done for it."""

    def __init__(self, *, confirmed: bool) -> None:
        self.confirmed = confirmed
        self.receipts: list[Receipt] = []


_answering: ContextVar[_Answering | None] = ContextVar("answering", default=None)


class Guest:
    """A skill of another package. Implements `Skill`, `Choosy` and `Offering`, whatever of it the skill does.

    Args:
        skill: as the package made it.
        speech: puts into words what went wrong.

    Raises:
        Exception: whatever it raises, or `TypeError` or `msgspec.ValidationError` where it is no skill.
    """

    def __init__(self, skill: Skill, speech: Speech = ENGLISH) -> None:
        self._skill = skill
        self._speech = speech
        self._told: set[str] = set()
        self.intents = msgspec.convert(skill.intents, tuple[str, ...])
        if not callable(getattr(skill, "answer", None)):
            raise TypeError("it answers nothing")
        self._tools()

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`. What was done in the home is noted with the turn."""
        answering = _Answering(confirmed=understood.confirmed)
        token = _answering.set(answering)
        try:
            reply = _checked(await self._skill.answer(understood), Reply)
        except Exception as error:  # What was done before is done, and told.
            if not answering.receipts:
                raise
            self._tell("answer", error)
            told = self._speech.excuse(error) if isinstance(error, Told) else self._speech.say(UNFINISHED)
            reply = Reply(told)
        finally:
            _answering.reset(token)
            answering.confirmed = False  # What it has begun beside may not go on with it.
        done = [noted(receipt) for receipt in answering.receipts]
        return replace(reply, notes=reply.notes | {"receipts": done}) if done else reply

    def takes(self, understood: Understanding) -> bool:
        """See `Choosy`; where it fails, it takes nothing."""
        try:
            return not isinstance(self._skill, Choosy) or bool(self._skill.takes(understood))
        except Exception as error:  # noqa: BLE001 (the code of others: whatever it raises, the daemon goes on)
            self._tell("takes", error)
            return False

    def tools(self) -> Sequence[Tool]:
        """See `Offering`; where it fails, it offers nothing."""
        try:
            return self._tools()
        except Exception as error:  # noqa: BLE001 (the same)
            self._tell("tools", error)
            return ()

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        """See `Offering`; where it fails, the call makes no sense."""
        try:
            wish = self._skill.wish(call, text) if isinstance(self._skill, Offering) else None
            return None if wish is None else _checked(wish, Wish)
        except Exception as error:  # noqa: BLE001 (the same)
            self._tell("wish", error)
            return None

    def _tools(self) -> tuple[Tool, ...]:
        offered = self._skill.tools() if isinstance(self._skill, Offering) else ()
        return tuple(_checked(tool, Tool) for tool in offered)

    def _tell(self, what: str, error: Exception) -> None:
        """Tells of a fault once: it may come with every turn. What it says may be in the user's own words."""
        if what not in self._told:
            self._told.add(what)
            where = f"{type(self._skill).__module__}.{type(self._skill).__qualname__}.{what}"
            log.error("the skill of another package fails in %s: %s", where, type(error).__name__)


class GuestHome:
    """The home, as a skill of another package gets it: what is risky is done only in the answer to a "yes".

    Implements `Home`.

    Args:
        home: all of it.
    """

    def __init__(self, home: Home) -> None:
        self._home = home

    def entities(self) -> Sequence[Entity]:
        """See `Home`."""
        return self._home.entities()

    async def act(self, actions: Sequence[Action]) -> Sequence[Receipt]:
        """See `Home`."""
        answering = _answering.get()
        known = {entity.id: entity for entity in self.entities()}
        confirmed = answering is not None and answering.confirmed
        refused = {
            at: failed(each, known[each.entity], HomeFailed(CONFIRM))
            for at, each in enumerate(actions)
            if not confirmed and each.entity in known and known[each.entity].risky
        }
        done = iter(await self._home.act([each for at, each in enumerate(actions) if at not in refused]))
        receipts = [refused[at] if at in refused else next(done) for at in range(len(actions))]
        if answering:
            answering.receipts += receipts
        return receipts


def _checked(value: Any, shape: type[Any]) -> Any:  # noqa: ANN401 (whatever a package gives)
    """A value that is what it should be, in all its parts.

    Raises:
        TypeError, msgspec.ValidationError: it is not.
    """
    if not isinstance(value, shape):
        raise TypeError(f"{type(value).__name__} is no {shape.__name__}")
    return msgspec.json.decode(msgspec.json.encode(value), type=shape)

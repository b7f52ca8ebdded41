"""What a skill is: something that answers intents."""

from typing import Protocol, runtime_checkable

from msgspec import Struct

from voiced.core.history import Metadata, Source
from voiced.core.types import Understanding


class Asks(Struct, frozen=True):
    """What an answer asks back: what the next words would mean.

    Attributes:
        choices: words that are an answer ("kitchen", "bedroom") to what is then done; matched as a whole or within.
        yes: what a "yes" means, which is then confirmed; None if nothing is to be confirmed.
    """

    choices: dict[str, Understanding] = {}
    yes: Understanding | None = None


class Reply(Struct, frozen=True):
    """A skill's answer.

    Attributes:
        text: what is said; empty for a silent answer.
        sources: what it rests on.
        asks: what is asked back: the microphone opens for the answer. None: nothing.
        notes: what was done, to be kept with the turn: receipts, as JSON.
    """

    text: str
    sources: tuple[Source, ...] = ()
    asks: Asks | None = None
    notes: Metadata = {}


class Skill(Protocol):
    """Answers the intents it names. One file a skill; the daemon hands each what it needs."""

    @property
    def intents(self) -> tuple[str, ...]:
        """The names of the intents it answers, as in `config/intents`."""
        ...

    async def answer(self, understood: Understanding) -> Reply:
        """Does what was asked, then says so: never the other way round.

        Raises:
            SkillFailed: it could not be done; the message is spoken.
        """
        ...


@runtime_checkable
class Choosy(Protocol):
    """A skill with open sentences, which may mean anything: it says beforehand which of them are for it."""

    def takes(self, understood: Understanding) -> bool:
        """Tells at once, from the words alone, whether it can answer; what it does not take is not for rules."""
        ...

"""What a skill is: something that answers intents."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct

from voiced.core.history import Metadata, Source
from voiced.core.ports.clock import Clock
from voiced.core.ports.home import Home
from voiced.core.ports.lists import Lists
from voiced.core.ports.promises import Promises
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


Permission = Literal["promises", "lists", "home", "say"]
"""What a skill of another package may be handed: timers and alarms, lists, the devices of the home, the voice."""


class Granted(Struct, frozen=True, kw_only=True):
    """What a skill of another package gets. What it has not declared is not there.

    Attributes:
        language: that is spoken, two letters.
        clock: the time, with its zone.
        promises: timers, alarms and reminders.
        lists: what is to be bought, done or packed.
        home: devices; also None where there is no home.
        say: speaks a text, after the turn in progress.
    """

    language: str
    clock: Clock
    promises: Promises | None = None
    lists: Lists | None = None
    home: Home | None = None
    say: Callable[[str], Awaitable[None]] | None = None


class SkillPackage(Struct, frozen=True, kw_only=True):
    """What an entry point of the group `voiced.skills` names.

    Attributes:
        make: makes its skills; called once, at the start.
        sentences: a folder with a folder of sentence templates for each language: en/*.yaml.
        permissions: what it needs; all else of `Granted` is None.
    """

    make: Callable[[Granted], Sequence[Skill]]
    sentences: Path
    permissions: frozenset[Permission] = frozenset()

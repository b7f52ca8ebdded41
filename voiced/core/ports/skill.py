"""What a skill is: something that answers intents."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct

from voiced.core.chat import Tool, ToolCall
from voiced.core.history import Metadata, Privacy, Source
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
        undo: what takes back what was done; None: nothing does.
        notes: what was done, to be kept with the turn: receipts, as JSON.
        privacy: how private it is what it rests on; its own words are looked at besides.
    """

    text: str
    sources: tuple[Source, ...] = ()
    asks: Asks | None = None
    undo: Understanding | None = None
    notes: Metadata = {}
    privacy: Privacy = "public"


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


class Named(Struct, frozen=True):
    """Something that a wish is about. Whoever really wishes it says what it is called.

    Attributes:
        names: words or numbers, each of which says that this is meant.
        hints: words that make it likely.
    """

    names: tuple[str | int | float, ...]
    hints: tuple[str, ...] = ()


class Wish(Struct, frozen=True):
    """What the call of a tool means.

    Attributes:
        understood: what it means to the skill.
        act: what is done, as `config/intents/<language>/acts.yaml` calls it; empty: it only tells something.
        named: what it is done to, and how much: all that must have been said.
        question: what is asked where it was not said in so many words; None: it is not done then.
    """

    understood: Understanding
    act: str = ""
    named: tuple[Named, ...] = ()
    question: Reply | None = None


@runtime_checkable
class Offering(Protocol):
    """A skill that a language model may ask for something. What the model gets, and when, is decided elsewhere."""

    def tools(self) -> Sequence[Tool]:
        """What it may ask for now. They are part of every prompt: few, short, and the same as long as possible."""
        ...

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        """What a call means; it does nothing.

        Args:
            call: of one of the tools; its arguments are whatever the model made up.
            text: the user's own words.

        Returns:
            None where the arguments make no sense.
        """
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
        home: devices; what is risky is refused but in the answer to a "yes" (`Understanding.confirmed`).
        say: has a text spoken after the turn in progress, and waits for nothing.
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

"""The script of a day: what is said and done when, and what has to come of it."""

from datetime import datetime
from pathlib import Path

import msgspec
import yaml
from msgspec import Struct, field

FILE = Path(__file__).with_name("day.yaml")


class Made(Struct, frozen=True, forbid_unknown_fields=True):
    """A promise that a step makes.

    Attributes:
        kind: timer, alarm or reminder.
        name: what it is called here; of a named one, voiced calls it so, too.
        seconds: until it rings, or
        due: when it does, in local time.
        spoken: what voiced calls it instead.
    """

    kind: str
    name: str
    seconds: float = 0.0
    due: str = ""
    spoken: str | None = None


class Step(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something that somebody does, and what follows.

    Attributes:
        at: when, in local time; empty: when the step before is over.
        when: asks (voiced listens for the answer to its question), speaks (over its answer), rings (while something
            rings), due (so that something is due in the middle of it); all but the first two with a name.
        say: after a wake word, unless voiced asks or something rings.
        recording: the same, as somebody said it.
        write: into a telephone; it is answered aloud.
        announce: somebody else's announcement.
        quiet: do not disturb for so many seconds from now.
        wake: say it with a wake word all the same, or not.
        means: the intent that is understood.
        tells: what is in the answer, in any case.
        state: a thing whose state is in the answer, as it is.
        clock: a zone whose time is in the answer; "here" is this one.
        left: promises whose rest is in the answer.
        made, changed, gone, over: promises: new ones, those with so many seconds more, those called off, and those
            whose ring it ends.
        does: what reaches the things of the home.
        outcome: what it comes to.
        volume: in percent, where that changes.
        shopping: what is on the shopping list then.
        notes: how many notes there are then.
    """

    at: str = ""
    when: str = ""
    say: str = ""
    recording: str = ""
    write: str = ""
    announce: str = ""
    quiet: float | None = None
    wake: bool | None = None
    means: str = ""
    tells: list[str] = field(default_factory=list[str])
    state: str = ""
    clock: str = ""
    left: list[str] = field(default_factory=list[str])
    made: list[Made] = field(default_factory=list[Made])
    changed: dict[str, float] = field(default_factory=dict[str, float])
    gone: list[str] = field(default_factory=list[str])
    over: str = ""
    does: list[str] = field(default_factory=list[str])
    outcome: str = "done"
    volume: int | None = None
    shopping: list[str] | None = None
    notes: int | None = None

    @property
    def spoken(self) -> bool:
        """Whether it is a turn of speech."""
        return bool(self.say or self.recording)

    @property
    def words(self) -> str:
        """What is said or written."""
        return self.say or self.write or Path(self.recording).stem.replace("_", " ")

    @property
    def moment(self) -> tuple[str, str]:
        """What it waits for, and whose."""
        what, _, name = self.when.partition(" ")
        return what, name


class Life(Struct, frozen=True, forbid_unknown_fields=True):
    """What happens between a start of the daemon and its end.

    Attributes:
        begins, ends: local time.
        steps: in their order.
        missed: promises that were due while it was off.
    """

    begins: datetime
    ends: datetime
    steps: list[Step]
    missed: list[str] = field(default_factory=list[str])


def lives() -> list[Life]:
    """The whole day."""
    return msgspec.convert(yaml.safe_load(FILE.read_text("utf-8")), list[Life], strict=False)

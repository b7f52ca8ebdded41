"""Everything that happened, as one tagged union: what the bus carries and what `--json` prints.

The tag is the class's name in snake case under `event`. Nothing here is a command; see `commands`.
"""

from typing import Literal

from msgspec import Struct, field

from voiced.core.attention import Attention
from voiced.core.history import Privacy
from voiced.core.promises import Kind
from voiced.core.routing import Considered
from voiced.core.types import EndReason, SpeechChunk, Timeline, Utterance


def _snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


class Event(Struct, frozen=True, kw_only=True, tag_field="event", tag=_snake):
    """Something that happened.

    Attributes:
        at: seconds of audio time: since the ear began to listen, or since the start of a replayed file.
        turn: the turn it belongs to, or None.
    """

    at: float
    turn: str | None = None


class Woke(Event, frozen=True):
    """A wake word was heard, or listening was asked for (word is then empty)."""

    word: str
    score: float


class NearMiss(Event, frozen=True):
    """Something sounded like a wake word, but not enough."""

    word: str
    score: float
    threshold: float


class SpeechStarted(Event, frozen=True):
    """The user began to speak."""


class TalkedOver(Event, frozen=True):
    """Somebody else talks while voiced speaks: it falls silent, to hear what is said."""


class Heard(Event, frozen=True):
    """The recogniser's transcript of the utterance."""

    text: str
    confidence: float
    ended_by: EndReason | None = None


class Routed(Event, frozen=True):
    """It was decided who answers.

    Attributes:
        tier: rules, assist or model.
        intent: what was understood, where it was.
        slots: likewise.
        considered: all who could have answered, as far as it is known by now why they do or do not.
    """

    tier: str
    intent: str | None = None
    slots: dict[str, str | int | float] = field(default_factory=dict[str, str | int | float])
    considered: list[Considered] = field(default_factory=list[Considered])


class Speaking(Event, frozen=True):
    """The first sample of the answer left the speaker; `privacy` is that of what it rests on."""

    text: str
    privacy: Privacy = "public"


class Spoken(Event, frozen=True):
    """The answer ended; `text` is what was really said of it."""

    text: str
    complete: bool


class ModelUsed(Event, frozen=True):
    """A language model answered, or was cut short.

    Attributes:
        model: its name, as it tells it.
        finish: why it ended: stop, tool, length, time, loop or cut.
        tokens_in: of its prompt; 0 where that is not known.
        tokens_out: of its answer.
        seconds: how long it was waited for.
    """

    model: str
    finish: str
    tokens_in: int
    tokens_out: int
    seconds: float


class TurnEnded(Event, frozen=True):
    """The turn is over, one way or another.

    Attributes:
        timeline: its marks.
        since: what they count from, in seconds of audio time: the end of speech, or the beginning of another turn.
    """

    timeline: Timeline
    since: float = 0.0


NOTHING_SAID = "nothing was said"
"""Why a turn was not understood in which nobody spoke."""


class NotUnderstood(Event, frozen=True):
    """Nothing was said, or it is no command that voiced knows."""

    reason: str


class Interrupted(Event, frozen=True):
    """The user cut the turn short."""

    by: str


class Failed(Event, frozen=True):
    """Something went wrong; the user was told."""

    code: str
    message: str
    hint: str


class AudioLost(Event, frozen=True):
    """The microphone or the speaker is gone; voiced keeps trying."""

    code: str
    message: str
    hint: str


class AudioFound(Event, frozen=True):
    """Listening again."""

    device: str


class AudioSilent(Event, frozen=True):
    """The microphone works, but gives nothing but zeros: it may be switched off, or muted on the device itself."""

    device: str
    seconds: float


class EngineLost(Event, frozen=True):
    """An engine failed again and again, and is left alone for a while; the next one of its stage works, if any.

    Attributes:
        stage: wake, stt, tts or llm.
        engine: its name, or its address.
    """

    stage: str
    engine: str
    code: str
    message: str
    hint: str


class EngineFound(Event, frozen=True):
    """An engine that was left alone works again."""

    stage: str
    engine: str


class StoreLost(Event, frozen=True):
    """What is said cannot be kept for now; voiced goes on answering, and keeps trying."""

    code: str
    message: str
    hint: str


class StoreFound(Event, frozen=True):
    """What is said is kept again."""


class DamageFound(Event, frozen=True):
    """A part of what is kept cannot be read; the next start mends the file, and what is said is still kept."""

    code: str
    message: str
    hint: str


class StoreReplaced(Event, frozen=True):
    """Of what was kept, some was forgotten, or all was replaced: what was told of it before may be gone."""


class Muted(Event, frozen=True):
    """The microphone was closed, or opened again."""

    muted: bool


class VolumeChanged(Event, frozen=True):
    """The volume of everything that voiced plays, in percent."""

    volume: int


class AttentionChanged(Event, frozen=True):
    """What voiced attends to by itself was set."""

    attention: Attention


Press = Literal["press", "long_press"]


class ButtonPressed(Event, frozen=True):
    """The button on the box's pins was pressed: shortly, or for so long that it mutes."""

    press: Press


class StateChanged(Event, frozen=True):
    """What voiced is doing, in Home Assistant's words: idle, listening, processing, responding."""

    state: str


class PromiseEvent(Event, frozen=True):
    """Something about a timer, an alarm or a reminder.

    Attributes:
        promise: its id.
        kind: timer, alarm or reminder.
        name: what the user calls it, or what to be reminded of.
        due: when it rings, in seconds since 1970 (UTC); None for never again.
    """

    promise: str
    kind: Kind
    name: str
    due: float | None


class PromiseMade(PromiseEvent, frozen=True):
    """It is promised, and kept."""


class PromiseChanged(PromiseEvent, frozen=True):
    """It rings later, or earlier."""


class PromiseRang(PromiseEvent, frozen=True):
    """It is due, and rings."""


class PromiseMissed(PromiseEvent, frozen=True):
    """It was due while nobody could hear it, and is told now."""


class PromiseCancelled(PromiseEvent, frozen=True):
    """It was called off."""


AnyEvent = (
    Woke
    | NearMiss
    | SpeechStarted
    | TalkedOver
    | Heard
    | Routed
    | Speaking
    | Spoken
    | ModelUsed
    | TurnEnded
    | NotUnderstood
    | Interrupted
    | Failed
    | AudioLost
    | AudioFound
    | AudioSilent
    | EngineLost
    | EngineFound
    | StoreLost
    | StoreFound
    | DamageFound
    | StoreReplaced
    | Muted
    | VolumeChanged
    | AttentionChanged
    | ButtonPressed
    | StateChanged
    | PromiseMade
    | PromiseChanged
    | PromiseRang
    | PromiseMissed
    | PromiseCancelled
)


class Gap(Struct, frozen=True, tag_field="event", tag="gap"):
    """Whoever reads events did not get some of them.

    Attributes:
        lost: how many; None: nobody knows, because voiced was started anew since.
    """

    lost: int | None


Signal = Woke | NearMiss | SpeechStarted | TalkedOver | SpeechChunk | Utterance
"""What the ear tells. After `Woke`, everything of an earlier turn is over, whether its `Utterance` came or not."""

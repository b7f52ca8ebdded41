"""What flows through voiced: frozen values without behaviour.

Sound inside voiced is always 16 kHz, mono, signed 16-bit little-endian. A *position* is a count of samples since the
ear began to listen; lost samples are counted too, so that positions are a clock that all of one ear's values share.
"""

from enum import Enum

from msgspec import Struct, field

RATE = 16_000
"""Samples a second of all sound inside voiced."""
FRAME_SAMPLES = 512
"""Samples in a frame: one window of the voice activity detector, 32 ms."""
SAMPLE_BYTES = 2


class Frame(Struct, frozen=True, gc=False):
    """One step of the ear: 32 ms of sound.

    Attributes:
        samples: 512 samples, s16le, mono, 16 kHz.
        start: the position of the first sample.
        linear: the same sound, less what a linear filter predicts of what voiced itself plays: whoever talks is left
            whole, and some of the echo; None while it plays nothing, or where nothing takes it out.
        cancelled: likewise, up to 8 ms later, without hardly any echo and a part of whoever talks; None without the
            extra `aec`, too.
        talker: somebody else talks while voiced plays something, as far as the linear filter can tell.
    """

    samples: bytes
    start: int
    linear: bytes | None = None
    cancelled: bytes | None = None
    talker: bool = False


class Clip(Struct, frozen=True, gc=False):
    """A piece of sound to be played.

    Attributes:
        samples: s16le, mono.
        rate: samples a second.
    """

    samples: bytes
    rate: int

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return len(self.samples) / SAMPLE_BYTES / self.rate


class EndReason(Enum):
    """Why the ear stopped listening to an utterance."""

    COMPLETE = "complete"
    """What was understood so far is a whole command, and a short silence followed."""
    SILENCE = "silence"
    """A silence long enough for speech that is not (yet) a command."""
    MAXIMUM = "maximum"
    """The longest utterance allowed."""
    NOTHING_SAID = "nothing_said"
    """Nobody spoke after the wake word."""
    CLOSED = "closed"
    """The microphone went away, was muted, or the file ended."""


class Completeness(Enum):
    """What the words understood so far are, seen by the grammar."""

    UNKNOWN = "unknown"
    """Nothing is known (yet), or it is no sentence of the grammar."""
    UNFINISHED = "unfinished"
    """The beginning of a command, or of any sentence that cannot end so."""
    EXTENSIBLE = "extensible"
    """A whole command that could go on ("turn off the lights" … "in the kitchen")."""
    SETTLED = "settled"
    """A whole command that could go on, and hardly does: something was added already, or it ends with such a word."""
    COMPLETE = "complete"
    """A whole command that nothing can follow."""

    @property
    def whole(self) -> bool:
        """Whether it is a command already."""
        return self in {Completeness.EXTENSIBLE, Completeness.SETTLED, Completeness.COMPLETE}


class Purpose(Enum):
    """What an utterance is listened to for."""

    COMMAND = "command"
    """Whatever the intents know."""
    INTERRUPTION = "interruption"
    """Only words that stop ("stop", "be quiet"), while voiced itself speaks or rings."""


class SpeechChunk(Struct, frozen=True, tag=True, gc=False):
    """Speech on its way to the recogniser while the user still speaks.

    Attributes:
        turn: the turn it belongs to.
        samples: s16le, mono, 16 kHz, any number of samples; chunks of a turn follow each other without a gap.
        start: the position of the first sample.
        purpose: what it is listened to for.
        speech_end: the position where the last speech so far ended, as the voice activity detector hears it; None where
            none does: all of it may be speech.
    """

    turn: str
    samples: bytes
    start: int
    purpose: Purpose = Purpose.COMMAND
    speech_end: int | None = None


class Utterance(Struct, frozen=True, tag=True):
    """The end of what was said in one turn. Its sound has gone ahead in SpeechChunks.

    Attributes:
        turn: the turn it belongs to.
        start: the position of the first sample sent on.
        speech_end: the position where the last speech ended, as the voice activity detector heard it.
        end: the position at which the ear decided that it was over.
        reason: why it was over.
        purpose: what it was listened to for.
    """

    turn: str
    start: int
    speech_end: int
    end: int
    reason: EndReason
    purpose: Purpose = Purpose.COMMAND


class Transcript(Struct, frozen=True):
    """What a recogniser made of an utterance.

    Attributes:
        text: the words, lower case, without punctuation; empty where nothing was understood.
        confidence: 0 to 1, the recogniser's own scale.
        until: the position up to which sound was taken into account.
        final: no more is to come.
    """

    text: str
    confidence: float = 0.0
    until: int = 0
    final: bool = True


class Understanding(Struct, frozen=True):
    """A sentence taken apart.

    Attributes:
        intent: the intent's name.
        slots: slot name to value, as the intents define them (text or number).
        text: the sentence.
        confirmed: the user was asked whether it is really meant, and said yes. Nothing else sets it.
        message: the id of the message that said it; empty: there is none.
        likeness: 1 if the sentence says it; less if it only nearly does, by the letters that are wrong.
        others: what else it may mean, as likely; none where it is clear.
    """

    intent: str
    slots: dict[str, str | int | float] = field(default_factory=dict[str, str | int | float])
    text: str = ""
    confirmed: bool = False
    message: str = ""
    likeness: float = 1.0
    others: tuple["Understanding", ...] = ()


class Timeline(Struct, frozen=True, omit_defaults=True):
    """The marks of one turn, in seconds after the end of speech, or since it was asked in writing; null: not reached.

    Attributes:
        woke: the wake word was recognised (negative: before the end of speech).
        speech_started: the first speech after it.
        endpoint: the ear decided that the utterance was over.
        transcribed: the recogniser's last word.
        routed: the tier was chosen.
        answered: the skill had its answer.
        synthesized: the first sound of the answer was ready.
        first_audio: the first sample of the answer left the speaker.
        spoken: the last sample left it.
    """

    woke: float | None = None
    speech_started: float | None = None
    endpoint: float | None = None
    transcribed: float | None = None
    routed: float | None = None
    answered: float | None = None
    synthesized: float | None = None
    first_audio: float | None = None
    spoken: float | None = None


class Earcon(Enum):
    """The short sounds that are not speech."""

    WOKE = "woke"
    DONE = "done"
    ERROR = "error"
    ALARM = "alarm"
    ANNOUNCE = "announce"

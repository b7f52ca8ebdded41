"""The stages of a turn, from the marks of its timeline: pure."""

from collections.abc import Iterator

from msgspec import Struct

from voiced.core.types import Timeline

_STAGES = (
    ("wait", "woke", "speech_started"),
    ("speech", "speech_started", ""),
    ("endpoint", "", "endpoint"),
    ("stt", "endpoint", "transcribed"),
    ("route", "transcribed", "routed"),
    ("answer", "routed", "answered"),
    ("tts", "answered", "synthesized"),
    ("play", "synthesized", "first_audio"),
    ("speak", "first_audio", "spoken"),
)
"""Name, and the marks between which it lies; no mark is the end of speech, from which all of them count."""
STAGES = tuple(name for name, _, _ in _STAGES)


class Stage(Struct, frozen=True):
    """A stage of a turn.

    Attributes:
        name: one of `STAGES`.
        start, end: in seconds after the end of speech; a stage that was done ahead of its time takes none.
    """

    name: str
    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.end - self.start


def stages(timeline: Timeline) -> Iterator[Stage]:
    """The stages that were gone through, in order. One without its first mark begins where the one before it ended."""
    reached: float | None = None
    for name, first, last in _STAGES:
        end = getattr(timeline, last) if last else _spoken(timeline)
        if end is None:
            continue
        begin = getattr(timeline, first) if first else 0.0
        start = begin if begin is not None else reached
        if start is None:
            start = 0.0
        yield Stage(name, min(start, end), end)
        reached = end


def _spoken(timeline: Timeline) -> float | None:
    """Where speech ended, if there was any."""
    return None if timeline.speech_started is None else 0.0

"""A scripted world for the ear: a letter is a frame of 32 ms.

`.` silence, `s` speech, `w` a wake word that is being said, `W` the frame at which it is recognised, `v` another wake
word at the frame where it is recognised, `r` the frame at which a server tells of one that ended `LATE` frames ago,
`m` a near miss, `e` an earcon that sounds like speech, `-` no sound at all.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from voiced.core.attention import Attention
from voiced.core.config import EndpointConfig
from voiced.core.events import Signal
from voiced.core.ports.controls import Controls
from voiced.core.types import FRAME_SAMPLES, RATE, Completeness, Frame, SpeechChunk, Utterance
from voiced.ear.cascade import Cascade
from voiced.ear.gate import Gate
from voiced.ear.listen import listen
from voiced.ear.words import Word

LETTERS = ".swWvmer"
LATE = 10
LOUDNESS = {".": 0, "e": 3_000}
SECOND = RATE // FRAME_SAMPLES
"""Letters a second, nearly."""

WAKE = "." * 20 + "wwwwwwwwwW" + "." * 10
"""A wake word, and a pause."""


def frame(letter: str, start: int) -> Frame:
    """A frame whose first sample tells its letter, so that fakes know it."""
    samples = np.full(FRAME_SAMPLES, LOUDNESS.get(letter, 1_000), "<i2")
    samples[0] = LETTERS.index(letter)
    return Frame(samples.tobytes(), start)


def frames(script: str) -> Iterator[Frame | None]:
    for index, letter in enumerate(script):
        yield None if letter == "-" else frame(letter, index * FRAME_SAMPLES)


def letter_of(samples: bytes) -> str:
    return LETTERS[np.frombuffer(samples, "<i2")[0]]


def letters_of(samples: bytes, start: int) -> str:
    """The letters of some sound whose first frame may be cut."""
    first = -(-start // FRAME_SAMPLES) * FRAME_SAMPLES - start
    sound = samples[first * 2 :]
    return "".join(letter_of(sound[at : at + 2]) for at in range(0, len(sound), FRAME_SAMPLES * 2))


class FakeWake:
    """Recognises what the script says."""

    history, step = FRAME_SAMPLES, FRAME_SAMPLES

    def scores(self, samples: bytes) -> Mapping[str, float]:
        letter = letter_of(samples[-FRAME_SAMPLES * 2 :])
        return {"wake": {"W": 1.0, "m": 0.4}.get(letter, 0.0), "other": 1.0 if letter == "v" else 0.0}

    def reset(self) -> None:
        pass

    def close(self) -> None:
        pass


class FakeServer:
    """Tells of its word where the script says so."""

    behind: Mapping[str, int] = {"remote": LATE * FRAME_SAMPLES}

    def scores(self, samples: bytes) -> Mapping[str, float]:
        return {"remote": 1.0} if letter_of(samples) == "r" else {}

    def reset(self) -> None:
        pass

    def close(self) -> None:
        pass


class FakeVad:
    """Hears speech where the script says so."""

    def speech(self, samples: bytes) -> float:
        return 0.05 if letter_of(samples) == "." else 0.9

    def reset(self) -> None:
        pass


class World:
    """Progress and controls at once.

    Args:
        known: what the words are, from the start; UNKNOWN before anything was asked.
        speaking: letters during which voiced speaks, from, to.
        listen_at: the letter before which somebody asks to listen.
        earcons: positions of earcons.
        listen_s: for how long.
        attention: what is attended to.
    """

    def __init__(
        self,
        known: Completeness = Completeness.UNKNOWN,
        speaking: tuple[int, int] = (0, 0),
        listen_at: int = -1,
        earcons: Sequence[tuple[int, int]] = (),
        listen_s: float = 0.0,
        attention: Attention | None = None,
    ) -> None:
        self._listen_s, self._attention = listen_s, attention or Attention()
        self.known, self._speaking, self._listen_at, self._earcons = known, speaking, listen_at, earcons
        self.asked: list[int] = []
        self.now = -1

    def frames(self, script: str) -> Iterator[Frame | None]:
        for each in frames(script):
            self.now += 1
            yield each

    def completeness(self, until: int) -> Completeness:
        self.asked.append(until)
        return self.known

    def take_listen(self) -> float | None:
        return self._listen_s if self.now == self._listen_at else None

    def attention(self) -> Attention:
        return self._attention

    def speaking(self) -> bool:
        return self._speaking[0] <= self.now < self._speaking[1]

    def earcons(self) -> Sequence[tuple[int, int]]:
        return self._earcons


def hear(
    script: str,
    world: World | None = None,
    config: EndpointConfig | None = None,
    controls: Controls | None = None,
) -> list[Signal | None]:
    """Plays a script to the ear; turns are called t1, t2, … `controls` are the world's, unless others are given."""
    world = world or World()
    found = [Word(name=name, candidate=0.1, second=False, lag_s=0.0) for name in ("wake", "other", "remote")]
    cascade = Cascade(found, FakeWake(), FakeWake(), Gate(FakeVad()), [FakeServer()])
    ids = (f"t{number}" for number in range(1, 100))
    signals = listen(
        world.frames(script),
        cascade,
        FakeVad(),
        world,
        controls or world,
        config or EndpointConfig(),
        turns=lambda: next(ids),
    )
    return list(signals)


def kinds(signals: list[Signal | None]) -> list[str]:
    """What was told, with chunks in a row as one."""
    names = [type(signal).__name__ for signal in signals if signal]
    return [name for at, name in enumerate(names) if at == 0 or name != "SpeechChunk" or names[at - 1] != name]


def chunks(signals: list[Signal | None]) -> list[SpeechChunk]:
    return [signal for signal in signals if isinstance(signal, SpeechChunk)]


def sent(signals: list[Signal | None]) -> str:
    """The letters that went to the recogniser."""
    parts = chunks(signals)
    return letters_of(b"".join(part.samples for part in parts), parts[0].start) if parts else ""


def utterances(signals: list[Signal | None]) -> list[Utterance]:
    return [signal for signal in signals if isinstance(signal, Utterance)]


class Eating(World):
    """A canceller that takes the talker with the echo."""

    def frames(self, script: str) -> Iterator[Frame | None]:
        for each in super().frames(script):
            yield each and Frame(each.samples, each.start, frame(".", each.start).samples)

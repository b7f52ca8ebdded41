"""Was it a command? The words of the best sentence against the phones that anything could have been.

A grammar always finds some sentence. A loop over all phones, searched beside it, tells how well anything at all could
explain the sound. Where the words explain it much worse, or leave out much of what was said, or where not even the
phones explain it, it was no command. Method: acoustic confidence by comparison with an all-phone model (S. Young,
"Detecting misrecognitions and out-of-vocabulary words", ICASSP 1994).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from voiced.core.types import Purpose
from voiced.engines.dictionary import word_of


class Segment(NamedTuple):
    """A word or a phone.

    Attributes:
        name: `<…>`, `[…]`, `+…+` and `SIL` are silence and noises.
        first: its first frame of 10 ms.
        last: its last.
        nats: its acoustic log likelihood.
    """

    name: str
    first: int
    last: int
    nats: float

    @property
    def frames(self) -> range:
        """All its frames."""
        return range(self.first, self.last + 1)

    @property
    def silent(self) -> bool:
        """Whether it is no speech."""
        return self.name == "SIL" or self.name[0] in "<[+"


class Limits(NamedTuple):
    """How well the words must do.

    Attributes:
        margin: nats a frame by which the phones may explain the sound of the words better.
        outside: share of the phones that may lie outside the words.
        speechlike: nats a frame below which the phones explain nothing: noise. Speech lay above -1.6, most noises below
            -1.9.
    """

    margin: float
    outside: float
    speechlike: float = -1.8


LIMITS = {Purpose.COMMAND: Limits(2.1, 0.4), Purpose.INTERRUPTION: Limits(1.65, 0.3)}
"""Chosen on every other recording of coffee orders, LibriSpeech and AN4; `bench/commands.py` reports on the rest.
Words that stop are short, so that little sound decides, and nothing but them is expected: hence the stricter limits."""
STOP = "stop"
BARE_STOP = Limits(2.5, 0.4, -2.2)
"""What begins with "stop" may be explained less well, and be less like speech: of what interrupts, it is what other
sounds are taken for least. Decision 21 has the figures."""
SHORTEST = 15
"""Fewer frames of phones, silences left out, are no word."""
WIDTH = 0.4
"""Nats a frame over which the confidence falls from 0.73 to 0.27."""
ACCEPTED = 0.5


def confidence(words: Sequence[Segment], phones: Sequence[Segment], purpose: Purpose) -> float:
    """How sure it is that the words were said.

    Args:
        words: the best sentence, silences included.
        phones: the best row of phones for the same sound.
        purpose: what was listened for.

    Returns:
        0 to 1, falling with the margin; 0.5 where the words explain the sound just well enough; below it where they do
        not, and where other limits are not kept.
    """
    limits = _limits(words, purpose)
    said = {frame: nats for word in words if not word.silent for frame, nats in _spread(word)}
    free = {frame: nats for phone in phones for frame, nats in _spread(phone)}
    if not said or not said.keys() <= free.keys():
        return 0.0
    best = sum(free[frame] for frame in said) / len(said)
    margin = best - sum(said.values()) / len(said)
    sure = 1 / (1 + math.exp(min(50.0, (margin - limits.margin) / WIDTH)))
    sounding = [frame for phone in phones if not phone.silent for frame in phone.frames]
    outside = sum(frame not in said for frame in sounding) / max(1, len(sounding))
    if best < limits.speechlike or outside > limits.outside or len(sounding) < SHORTEST:
        return min(sure, 1 - sure)
    return sure


def _limits(words: Sequence[Segment], purpose: Purpose) -> Limits:
    first = next((word.name for word in words if not word.silent), "")
    stops = purpose is Purpose.INTERRUPTION and word_of(first) == STOP
    return BARE_STOP if stops else LIMITS[purpose]


def _spread(segment: Segment) -> list[tuple[int, float]]:
    return [(frame, segment.nats / len(segment.frames)) for frame in segment.frames]

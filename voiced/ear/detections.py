"""What a recording holds of wake words: for trying words and thresholds out."""

from collections.abc import Iterable, Iterator

from voiced.core.types import Frame
from voiced.ear.cascade import Cascade
from voiced.ear.words import Detection, Miss


def detections(frames: Iterable[Frame], cascade: Cascade) -> Iterator[Detection | Miss]:
    """Hears a recording as the daemon would.

    Args:
        frames: the sound; a little silence at its end lets a last word be decided.
        cascade: a cascade that has heard nothing yet.

    Yields:
        What was decided, in order.
    """
    for frame in frames:
        yield from cascade.hear(frame)

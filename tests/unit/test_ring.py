"""The ring buffer against a plain list of all samples ever heard."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voiced.ear.ring import Ring


def sound(first: int, count: int) -> bytes:
    """Samples that tell their position; never 0, which is silence."""
    return (np.arange(first, first + count) % 30_000 + 1).astype("<i2").tobytes()


@given(
    steps=st.lists(st.tuples(st.integers(0, 300), st.integers(1, 200)), min_size=1, max_size=30),
    span=st.tuples(st.integers(0, 400), st.integers(0, 400)),
)
def test_reads_what_was_heard_and_silence_elsewhere(steps: list[tuple[int, int]], span: tuple[int, int]) -> None:
    capacity = 250
    ring = Ring(capacity)
    heard = b""
    for gap, count in steps:
        start = ring.end + gap
        heard += bytes(2 * gap) + sound(start, count)
        ring.append(sound(start, count), start)
    assert ring.end == len(heard) // 2
    end = max(0, ring.end - span[1])
    start = end - span[0]
    oldest = max(0, ring.end - capacity)
    expected = b"".join(heard[2 * at : 2 * at + 2] if at >= oldest else b"\0\0" for at in range(start, end))
    assert ring.read(start, end) == expected


def test_is_silent_before_it_heard_anything() -> None:
    assert Ring().read(-5, 0) == bytes(10)

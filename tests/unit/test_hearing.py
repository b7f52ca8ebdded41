"""Packets become frames on a clock that never goes back."""

import time
from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from voiced.core.types import Frame
from voiced.engines.hearing import HEADER, EarClock, Hearing

FRAME = bytes(range(256)) * 4


def hearing() -> Hearing:
    return Hearing(lambda: None)


def some(frames: Iterator[Frame | None], count: int) -> list[Frame]:
    found: list[Frame] = []
    while len(found) < count:
        if frame := next(frames):
            found.append(frame)
    return found


def test_nothing_to_hear_yields_none_again_and_again() -> None:
    frames = hearing().frames()
    assert [next(frames) for _ in range(3)] == [None] * 3


def test_packets_of_several_frames_are_contiguous_and_gaps_are_counted() -> None:
    ear = hearing()
    with ear.renew() as way:
        now = time.monotonic()
        way.send(HEADER.pack(now, 0, 1, False) + FRAME)
        way.send(HEADER.pack(now + 0.064, 512, 1, False) + FRAME + FRAME)
        way.send(HEADER.pack(now + 0.160, 2048, 1, False) + FRAME)
        heard = some(ear.frames(), 4)
    first = heard[0].start
    assert [frame.start - first for frame in heard] == [0, 512, 1024, 2048]
    assert {frame.samples for frame in heard} == {FRAME}
    assert ear.lost == 512


def test_a_new_stretch_jumps_forward_by_the_time_that_passed() -> None:
    ear = hearing()
    with ear.renew() as way:
        now = time.monotonic()
        way.send(HEADER.pack(now, 0, 1, False) + FRAME)
        way.send(HEADER.pack(now + 2.0, 0, 1, False) + FRAME)
        one, two = some(ear.frames(), 2)
    assert abs(two.start - one.start - 32_000) <= 2
    assert ear.lost == 0


def test_the_next_life_of_the_child_goes_on_from_where_the_last_ended() -> None:
    ear = hearing()
    frames = ear.frames()
    with ear.renew() as way:
        way.send(HEADER.pack(time.monotonic(), 0, 1, False) + FRAME)
        (one,) = some(frames, 1)
    with ear.renew() as way:
        way.send(HEADER.pack(time.monotonic(), 0, 1, False) + FRAME)
        (two,) = some(frames, 1)
    assert two.start >= one.start + 512


def test_a_way_that_was_never_used_is_replaced() -> None:
    ear = hearing()
    with ear.renew(), ear.renew() as way:
        way.send(HEADER.pack(time.monotonic(), 0, 1, False) + FRAME)
        assert some(ear.frames(), 1)


def test_muted_lets_nothing_through() -> None:
    ear = hearing()
    ear.mute(True)
    with ear.renew() as way:
        way.send(HEADER.pack(time.monotonic(), 0, 1, False) + FRAME)
        frames = ear.frames()
        assert [next(frames) for _ in range(3)] == [None] * 3


def test_closed_ends_the_frames() -> None:
    ear = hearing()
    with ear.renew():
        frames = ear.frames()
        next(frames)
        ear.close()
        assert list(frames) == []


@given(st.lists(st.tuples(st.floats(0, 0.2), st.booleans()), min_size=1, max_size=60), st.floats(-2e-4, 2e-4))
def test_the_clock_of_the_ear_never_goes_back_and_stays_near_time(
    packets: list[tuple[float, bool]], drift: float
) -> None:
    clock = EarClock()
    zero = time.monotonic()
    start, ends, moment = clock.begin(zero, 512), [], zero
    end = start
    for late, new in packets:
        moment += 0.032 * (1 + drift)
        if new:
            moment += 1
            start = clock.begin(moment + late, 512)
            assert start >= end
            end = start + 512
        else:
            end += 512
        clock.follow(moment + late, end)
        ends.append(end)
        assert -3_300 <= clock.at(moment) - end <= 3_300, "never further apart than the latest packet was late"
    assert all(later > earlier for earlier, later in pairwise(ends))


def test_sound_without_echo_comes_beside_the_sound_itself() -> None:
    ear, less, clean = hearing(), bytes([1]) * 1024, bytes(1024)
    with ear.renew() as way:
        way.send(HEADER.pack(time.monotonic(), 0, 3, True) + FRAME + less + clean)
        way.send(HEADER.pack(time.monotonic(), 512, 2, False) + FRAME + FRAME + less + less)
        way.send(HEADER.pack(time.monotonic(), 1536, 1, False) + FRAME)
        heard = some(ear.frames(), 4)
    assert {frame.samples for frame in heard} == {FRAME}
    assert [frame.talker for frame in heard] == [True, False, False, False]
    assert [(frame.linear, frame.cancelled) for frame in heard] == [(less, clean), *[(less, None)] * 2, (None, None)]

"""Streams of sound, on a buffer that behaves as PyAudio's (stream_io.c): what raises also closes."""
# ruff: noqa: ARG002, FBT001 (PyAudio's own arguments)

import pyaudio
import pytest

from voiced.engines.devices import Stream

CAPACITY, PERIOD = 960, 320


class Buffer:
    def __init__(self) -> None:
        self.filled, self.closed, self.stopped = 0, False, True

    def is_stopped(self) -> bool:
        return self.stopped

    def start_stream(self) -> None:
        self.stopped = False

    def get_write_available(self) -> int:
        self._check()
        return CAPACITY - self.filled

    def write(self, data: bytes, count: int, exception_on_underflow: bool) -> None:
        self._check()
        if exception_on_underflow and not self.filled:
            self.closed = True
            raise OSError(pyaudio.paOutputUnderflowed, "Output underflowed")
        self.filled = min(CAPACITY, self.filled + count)

    def _check(self) -> None:
        if self.closed:
            raise OSError(pyaudio.paBadStreamPtr, "Stream closed")


@pytest.mark.parametrize("dry_at", [1, 2, 5])
def test_a_speaker_that_runs_dry_is_noticed_and_goes_on(dry_at: int) -> None:
    buffer = Buffer()
    stream = Stream(buffer, "speaker", (16_000, 1), PERIOD)
    in_time = []
    for number in range(8):
        if number == dry_at:
            buffer.filled = 0
        in_time.append(stream.write(bytes(PERIOD * 2)))
    assert [number for number, each in enumerate(in_time) if not each] == [dry_at]


def test_the_first_sound_after_a_halt_is_no_dry_run() -> None:
    buffer = Buffer()
    stream = Stream(buffer, "speaker", (16_000, 1), PERIOD)
    assert stream.write(bytes(PERIOD * 2))
    buffer.filled, buffer.stopped = 0, True
    assert stream.write(bytes(PERIOD * 2))

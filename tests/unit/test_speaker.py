"""The speaker's thread outlives whatever it is to play."""

from contextlib import contextmanager
from queue import SimpleQueue

import pytest

pytest.importorskip("pyaudio")
from voiced.core.errors import AudioFailed
from voiced.engines.speaker import Speaker

RATE, PERIOD = 16_000, 512


class Device:
    """Devices, and the stream of one, that plays at once."""

    rate, channels, period = RATE, 1, PERIOD
    wanted = False

    def __init__(self):
        self.written = b""

    @contextmanager
    def open(self, *_):
        yield self

    def write(self, data):
        self.written += data

    def pending(self):
        return 0

    def halt(self):
        pass


@pytest.fixture
def device():
    return Device()


@pytest.fixture
def speaker(device):
    speaker = Speaker(device, "", 100)
    yield speaker
    speaker.close()


def play(speaker, sound):
    """Plays a sound; returns why it could not be played, None if it could."""
    ends = SimpleQueue()

    def told(_, **how):
        if how.get("over"):
            ends.put(how.get("error"))

    playback = speaker.play(told)
    playback.add(sound, RATE)
    playback.end()
    return ends.get(timeout=30)


def test_what_is_no_sound_fails_and_the_next_sound_is_heard(speaker, device):
    assert isinstance(play(speaker, b"\1\0" * 9 + b"\1"), AudioFailed)
    assert play(speaker, b"\1\0" * PERIOD) is None
    assert device.written == b"\1\0" * PERIOD

"""Turns through a real audio server, timed outside the daemon: what the microphone heard against what was played."""

import os
import subprocess
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress

import numpy as np
from pairs import spread
from room import daemon, room
from scenes import Scene
from sounds import pcm
from stage import ROOM_LEVEL

from tests.rigs.audio_server import AudioServer
from voiced.control.client import Client
from voiced.core.errors import VoicedError
from voiced.core.events import TurnEnded
from voiced.core.types import RATE

CHUNK = 320
"""Bytes read at a time: 10 ms."""
LOUD = 50
"""A sample of the answer that can be heard, in 16-bit units; the speaker is silent otherwise."""
PATIENCE_S = 2.5
NOISE_S = 300
WORDS = ("hey_jarvis", "alexa")


class Recorder:
    """Records a monitor, and knows when each sample was heard: a chunk can come late, but not early."""

    def __init__(self, server: AudioServer, source: str) -> None:
        command = ["parec", f"--device={source}", f"--rate={RATE}", "--channels=1", "--format=s16le", "--raw"]
        self.process = subprocess.Popen(
            [*command, "--latency-msec=10"], env={**os.environ, **server.environment}, stdout=subprocess.PIPE, bufsize=0
        )
        self._origin = float("inf")
        self._sound = bytearray()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout  # noqa: S101 (it was asked for)
        while data := self.process.stdout.read(CHUNK):
            self._sound += data
            self._origin = min(self._origin, time.monotonic() - len(self._sound) / 2 / RATE)

    def since(self, moment: float) -> tuple[float, np.ndarray]:
        """What was heard from a moment on, and the moment of its first sample."""
        first = max(0, round((moment - self._origin) * RATE))
        return self._origin + first / RATE, np.frombuffer(bytes(self._sound[: len(self._sound) // 2 * 2]), "<i2")[
            first:
        ]


@contextmanager
def recorders(server: AudioServer) -> Generator[tuple[Recorder, Recorder]]:
    """The microphone's and the speaker's monitors."""
    both = Recorder(server, "virtmic.monitor"), Recorder(server, "virtspk.monitor")
    try:
        time.sleep(0.5)
        yield both
    finally:
        for each in both:
            each.process.terminate()
            each.process.wait()


@contextmanager
def alive(server: AudioServer) -> Generator[None]:
    """Lets the microphone hear the noise of a room: no real one gives zeros."""
    path = server.folder / "room.raw"
    path.write_bytes(pcm(np.random.default_rng(1).normal(0, ROOM_LEVEL, NOISE_S * RATE)))
    command = ["pacat", "--device=virtmic", f"--rate={RATE}", "--channels=1", "--format=s16le", "--raw", str(path)]
    with subprocess.Popen(command, env={**os.environ, **server.environment}) as process:
        try:
            yield
        finally:
            process.terminate()


def found_at(needle: np.ndarray, sound: np.ndarray) -> int:
    """Where a recording begins within a sound, by cross-correlation."""
    size = 1 << (len(sound) + len(needle)).bit_length()
    spectrum = np.fft.rfft(sound.astype(np.float64), size) * np.conj(np.fft.rfft(needle, size))
    return int(np.argmax(np.fft.irfft(spectrum, size)[: len(sound)]))


def turn(server: AudioServer, microphone: Recorder, speaker: Recorder, scene: Scene) -> float | None:
    """Seconds from the label to the first sound of the answer; None if there is none."""
    began = time.monotonic()
    server.speak(pcm(scene.samples))
    time.sleep(PATIENCE_S)
    first, heard = microphone.since(began)
    label = first + found_at(scene.samples, heard) / RATE + scene.end
    begin, played = speaker.since(label)
    loud = np.flatnonzero(np.abs(played.astype(np.int32)) > LOUD)
    return begin + loud[0] / RATE - label if len(loud) else None


def through_server(scenes: list[Scene]) -> dict[str, object]:
    """The daemon as it is run, hearing and speaking through PulseAudio. Earcons are off: they are no answer."""
    words = [f"wake.words.{word}.{stage}={word}" for word in WORDS for stage in ("micro", "openwake")]
    delays: list[float | None] = []
    claims: list[float] = []
    with (
        room() as server,
        alive(server),
        daemon(server, *words, "audio.earcons=false") as running,
        recorders(server) as (microphone, speaker),
    ):
        threading.Thread(target=_listen, args=(running.client, claims), daemon=True).start()
        for scene in scenes:
            delays.append(turn(server, microphone, speaker, scene))
            running.client.post("voice/stop")
            running.client.ask("cancel all timers", aloud=False)
        claimed = list(claims)
    answered = [delay for delay in delays if delay is not None]
    return {"n": len(delays), "first_audio_ms": spread(answered, 1000), "claimed_ms": spread(claimed, 1000)}


def _listen(client: Client, claims: list[float]) -> None:
    """Keeps what the daemon itself says of its turns, from its own end of speech."""
    with suppress(VoicedError), client.events() as events:
        timelines = (event.timeline for event in events if isinstance(event, TurnEnded))
        claims.extend(timeline.first_audio for timeline in timelines if timeline.first_audio is not None)

"""P11 (speaker) and the last part of P1: how soon the speaker is silent, and how soon the first sample leaves it.

    python bench/playback.py [--times N]

A real audio server records what its speaker plays. "First sound" is from the call of `play` to the sample's arrival at
the recorder; "told" is how far the reported first sample is off. "Silent" is from the cancelling of `play` at a random
moment to the last sample that arrived. The peer is `pacat`, PulseAudio's own player: started with the same sound, and
ended with SIGKILL, which is what a program without a speaker of its own would do. All include the recorder's 10 ms.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import IO

import numpy as np

from tests.rigs.audio_server import AudioServer
from tests.rigs.awaiting import until
from tests.rigs.listener import RATE, Listener, clips, listening, tone
from voiced.core.ports.audio import Played
from voiced.core.types import Clip

SOUND = tone(440, 30)


class Recorder(threading.Thread):
    """Notes when loud sound arrives."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe.fileno()
        self.loud: list[float] = []

    def run(self) -> None:
        """Reads until the recorder ends."""
        while data := os.read(self._pipe, 1 << 16):
            if np.abs(np.frombuffer(data[: len(data) // 2 * 2], np.int16).astype(int)).max() > 500:
                self.loud.append(time.monotonic())

    def first(self, since: float) -> float | None:
        """The first loud moment since another."""
        return next((moment for moment in list(self.loud) if moment >= since), None)


def spread(values: list[float]) -> dict[str, float]:
    """Median, 95th percentile and worst, in milliseconds."""
    ordered = sorted(values)
    worst = ordered[-1]
    return {
        "p50_ms": round(median(ordered) * 1e3, 1),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1e3, 1),
        "worst_ms": round(worst * 1e3, 1),
    }


async def ours(listener: Listener, recorder: Recorder) -> tuple[float, float, float]:
    """First sound, silence, and how far the told first sample was off: seconds."""
    card = listener.card
    told: list[tuple[float, Played]] = []
    began = time.monotonic()
    playing = asyncio.create_task(
        card.play(clips(Clip(SOUND, RATE)), lambda played: told.append((time.monotonic(), played)))
    )
    await until(lambda: told and recorder.first(began), "sound")
    await asyncio.sleep(random.uniform(0.05, 0.6))
    cut = time.monotonic()
    playing.cancel()
    await asyncio.wait({playing})
    await asyncio.sleep(0.15)
    first = recorder.first(began)
    says = began + (told[0][1].position - card.position()) / RATE + (time.monotonic() - began) - told[0][1].seconds
    return first - began, recorder.loud[-1] - cut, says - first


async def peer(server: AudioServer, recorder: Recorder) -> tuple[float, float]:
    """First sound and silence of `pacat`: seconds."""
    command = ["pacat", "--device=virtspk", f"--rate={RATE}", "--channels=1", "--format=s16le", "--latency-msec=50"]
    began = time.monotonic()
    player = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, env={**os.environ, **server.environment}
    )
    player.stdin.write(SOUND)
    await until(lambda: recorder.first(began), "sound")
    await asyncio.sleep(random.uniform(0.05, 0.6))
    cut = time.monotonic()
    player.kill()
    await player.wait()
    await asyncio.sleep(0.15)
    return recorder.first(began) - began, recorder.loud[-1] - cut


async def measure(folder: Path, times: int) -> dict[str, object]:
    """Plays in turn with the peer."""
    server = AudioServer(folder / "audio")
    os.environ |= server.environment
    server.start()
    mine, theirs = [], []
    try:
        with server.recording() as process:
            recorder = Recorder(process.stdout)
            recorder.start()
            async with listening() as listener:
                await until(lambda: listener.frames, "the first frames")
                for _ in range(times):
                    mine.append(await ours(listener, recorder))
                    theirs.append(await peer(server, recorder))
                    listener.forget()
    finally:
        server.stop()
    return {
        "first_sound": spread([first for first, _, _ in mine]),
        "silent": spread([silent for _, silent, _ in mine]),
        "told_off": spread([abs(off) for _, _, off in mine]),
        "peer": {
            "first_sound": spread([first for first, _ in theirs]),
            "silent": spread([silent for _, silent in theirs]),
        },
    }


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    times = parser.parse_args().times
    logging.getLogger("voiced").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(measure(Path(folder), times))
    print(json.dumps({"question": "playback", "times": times, **result}))


if __name__ == "__main__":
    main()

"""P5: what listening costs: CPU of the daemon and all its children, in quiet and in continuous speech.

    python bench/idle.py [--quick]

The daemon listens through a real audio server for a word with both models. The peer is openWakeWord's own loop
(`openwake_loop.py`) on the same microphone at the same time: PyAudio, 80 ms at a time, `pyopen-wakeword`. CPU is the
scheduler's own clock of every thread, in windows; a pair is one window of both. The audio server itself is left out.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from pairs import share
from room import Daemon, cpu, daemon, room, tree
from sounds import pcm, read, recordings

from tests.rigs.audio_server import AudioServer
from voiced.core.types import RATE

WINDOW_S = 2.0
WINDOWS, QUICK_WINDOWS = 35, 6
SETTLE_S = 3.0
QUIET_LEVEL = 8.0


def quiet(seconds: float) -> np.ndarray:
    """A room in which nobody speaks."""
    return np.random.default_rng(0).normal(0, QUIET_LEVEL, int(seconds * RATE))


def speech(seconds: float) -> np.ndarray:
    """Read speech without wake words, without a pause between recordings."""
    found = [read(path) for path in recordings("librispeech-resemblyzer")]
    return np.resize(np.concatenate(found), int(seconds * RATE))


@contextmanager
def peer(server: AudioServer) -> Generator[subprocess.Popen[bytes]]:
    """OpenWakeWord's loop, listening."""
    command = [sys.executable, str(Path(__file__).with_name("openwake_loop.py"))]
    process = subprocess.Popen(
        command, env={**os.environ, **server.environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdout  # noqa: S101 (it was asked for)
        process.stdout.readline()
        yield process
    finally:
        process.terminate()
        process.wait()


def windows(running: Daemon, theirs: int, count: int) -> tuple[dict[str, list[float]], list[float]]:
    """CPU shares of each of our processes and of the peer, window by window."""
    names = {process.pid: process.name() for process in tree(running.process.pid)}
    ours: dict[str, list[float]] = {name: [] for name in names.values()}
    other: list[float] = []
    before, began = {pid: cpu(pid) for pid in (*names, theirs)}, time.monotonic()
    for _ in range(count):
        time.sleep(WINDOW_S)
        now, ended = {pid: cpu(pid) for pid in before}, time.monotonic()
        used = {pid: (now[pid] - before[pid]) / (ended - began) for pid in before}
        for pid, name in names.items():
            ours[name].append(used[pid])
        other.append(used[theirs])
        before, began = now, ended
    return ours, other


def measure(server: AudioServer, running: Daemon, sound: np.ndarray, count: int) -> dict[str, object]:
    """One kind of sound."""
    speaking = threading.Thread(target=server.speak, args=(pcm(sound),))
    speaking.start()
    with peer(server) as process:
        time.sleep(SETTLE_S)
        ours, theirs = windows(running, process.pid, count)
    speaking.join()
    total = np.sum(list(ours.values()), axis=0)
    return {
        "ours_percent": float(np.mean(total)) * 100,
        "peer_percent": float(np.mean(theirs)) * 100,
        "processes_percent": {name: float(np.mean(values)) * 100 for name, values in ours.items()},
        "share_of_peer": share(list(total), theirs),
    }


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    count = QUICK_WINDOWS if parser.parse_args().quick else WINDOWS
    seconds = SETTLE_S + (count + 1) * WINDOW_S
    with room() as server, daemon(server) as running:
        found = {kind.__name__: measure(server, running, kind(seconds), count) for kind in (quiet, speech)}
    print(json.dumps({"question": "idle", **found}))


if __name__ == "__main__":
    main()

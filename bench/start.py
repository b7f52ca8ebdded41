"""P17: how long a start takes and how much memory the daemon and its children need.

    python bench/start.py [--quick]

READY is the first answer on the control socket, wake-ready the first turn of the ear's loop with the wake words loaded,
heard the first sound of the microphone; all from exec, with a real audio server. Memory is PSS of the whole tree after
that; once more with all engines unloaded. The peers start at the same moment in turn: `openwake_loop.py`
(pyopen-wakeword until it listens; it loads no recogniser and no voice) and, where uv can make its environment for
Python 3.11, `import openwakeword`.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from pairs import faster, spread
from room import PATIENCE_S, Daemon, daemon, pss, room, tree

from tests.rigs.audio_server import AudioServer

STARTS, QUICK_STARTS = 20, 4
LOOK_S = 0.02
REQUEST = b"GET /api/v1/status HTTP/1.1\r\nHost: voiced\r\nConnection: close\r\n\r\n"
PEER = "openwakeword==0.6.0"


def ready(daemon: Daemon) -> float:
    """Seconds until the socket answers. A socket that is bound but not served yet lets us wait in its queue."""
    while time.monotonic() - daemon.began < PATIENCE_S:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(daemon.socket))
                connection.sendall(REQUEST)
                if connection.recv(16).startswith(b"HTTP/1.1 200"):
                    return time.monotonic() - daemon.began
        except (FileNotFoundError, ConnectionError):
            time.sleep(LOOK_S / 4)
    raise TimeoutError("the socket does not answer")


def start(server: AudioServer) -> dict[str, float]:
    """One start, and what it came to."""
    daemon = Daemon(server)
    try:
        found = {"ready": ready(daemon)}
        while "heard" not in found:
            if time.monotonic() - daemon.began > PATIENCE_S:
                raise TimeoutError("the microphone is not heard")
            status, now = daemon.client.status(), time.monotonic() - daemon.began
            # Both are rounded; an ear that never turned is as old as the daemon.
            if status.uptime_s - status.ear_turned_s > 0.1:
                found.setdefault("wake_ready", now)
            if status.audio.listening and "wake_ready" in found:
                found["heard"] = now
            time.sleep(LOOK_S)
        time.sleep(0.5)
        return found | {"pss_mb": pss([process.pid for process in tree(daemon.process.pid)])}
    finally:
        daemon.stop()


def unloaded(server: AudioServer) -> float:
    """Megabytes of the tree once it has unloaded its engines for want of work."""
    with daemon(server, "engines.stt.idle_s=3", "engines.tts.idle_s=3") as running:
        began = time.monotonic()
        while any(each.state != "unloaded" for each in running.client.status().engines if each.kind != "audio"):
            if time.monotonic() - began > PATIENCE_S:
                raise TimeoutError("the engines stay loaded")
            time.sleep(LOOK_S)
        time.sleep(0.5)
        return pss([process.pid for process in tree(running.process.pid)])


def until_ready(command: Sequence[str], server: AudioServer) -> tuple[float, float]:
    """Seconds until a program says "ready", and its memory then."""
    began = time.monotonic()
    with subprocess.Popen(
        command, env={**os.environ, **server.environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout  # noqa: S101 (it was asked for)
        said = process.stdout.readline()
        seconds = time.monotonic() - began
        memory = pss([each.pid for each in tree(process.pid)]) if said else float("nan")
        process.kill()
    return seconds, memory


def importing(folder: Path) -> list[str] | None:
    """The command that imports openwakeword, with the Python that has it; None where it cannot be had."""
    if not shutil.which("uv"):
        return None
    environment = folder / "openwakeword"
    steps = (
        ["uv", "venv", "--quiet", "--python", "3.11", environment],
        ["uv", "pip", "install", "--quiet", "--python", environment / "bin/python", PEER],
    )
    if any(subprocess.run(step, capture_output=True, check=False).returncode for step in steps):
        return None
    wait = "import openwakeword; print('ready', flush=True); import time; time.sleep(60)"
    return [str(environment / "bin/python"), "-c", wait]


def measure(count: int) -> dict[str, object]:
    """All in turn; the first round fills the caches and does not count."""
    ours: list[dict[str, float]] = []
    loop: list[tuple[float, float]] = []
    imported: list[tuple[float, float]] = []
    with room() as server:
        command = importing(server.folder)
        for _ in range(count + 1):
            ours.append(start(server))
            loop.append(until_ready([sys.executable, str(Path(__file__).with_name("openwake_loop.py"))], server))
            if command:
                imported.append(until_ready(command, server))
        unloaded_mb = unloaded(server)
    ours, loop, imported = ours[1:], loop[1:], imported[1:]
    found: dict[str, object] = {
        "ready_ms": spread([each["ready"] for each in ours], 1000),
        "wake_ready_ms": spread([each["wake_ready"] for each in ours], 1000),
        "heard_ms": spread([each["heard"] for each in ours], 1000),
        "pss_mb": spread([each["pss_mb"] for each in ours]),
        "unloaded_pss_mb": unloaded_mb,
        "openwake_loop_ms": spread([seconds for seconds, _ in loop], 1000),
        "openwake_loop_pss_mb": spread([memory for _, memory in loop]),
        "import_openwakeword_ms": spread([seconds for seconds, _ in imported], 1000),
        "import_openwakeword_pss_mb": spread([memory for _, memory in imported]),
    }
    if imported:
        found["faster"] = faster([each["wake_ready"] for each in ours], [seconds for seconds, _ in imported])
    return found


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    count = QUICK_STARTS if parser.parse_args().quick else STARTS
    print(json.dumps({"question": "start", **measure(count)}))


if __name__ == "__main__":
    main()

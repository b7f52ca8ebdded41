"""A room for benches: a real audio server with a microphone and a speaker, and a daemon that listens in it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.rigs.audio_server import AudioServer
from voiced.control.client import Client
from voiced.core.errors import DaemonUnreachable

PATIENCE_S = 30.0
NANO = 1e-9


@contextmanager
def room() -> Generator[AudioServer]:
    """An audio server of its own, until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        server = AudioServer(Path(folder) / "audio")
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Daemon:
    """`voiced run` in a session of its own, so that whatever it leaves behind can be found.

    Args:
        server: where it hears and speaks.
        settings: `key=value`, as `--set` takes them.
        name: of its socket.
    """

    def __init__(self, server: AudioServer, *settings: str, name: str = "voiced") -> None:
        self.socket = server.folder / f"{name}.sock"
        options = [f"--set=control.socket={self.socket}", "--set=audio.input=mic", "--set=audio.output=spk"]
        options += [f"--set=store.folder={server.folder / name}"]
        options += [f"--set={setting}" for setting in settings]
        command = [str(Path(sys.executable).with_name("voiced")), "run", *options]
        cache = {"XDG_CACHE_HOME": str(server.folder / "cache")}
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            command,
            env={**os.environ, **cache, **server.environment},
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )
        self.client = Client(self.socket)

    def wait_ready(self) -> None:
        """Waits until the socket answers and the microphone is heard."""
        until = self.began + PATIENCE_S
        while time.monotonic() < until:
            with suppress(DaemonUnreachable):
                status = self.client.status()
                engines = all(engine.state == "ready" for engine in status.engines)
                if engines and status.audio.listening and status.ear_turned_s < status.uptime_s / 2:
                    return
            time.sleep(0.05)
        raise TimeoutError("the daemon is not ready")

    def left(self) -> list[psutil.Process]:
        """The processes of its session that still run."""
        found: list[psutil.Process] = []
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess, ProcessLookupError):
                if os.getsid(process.pid) == self.process.pid and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def stop(self) -> int:
        """Ends it; returns its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


@contextmanager
def daemon(server: AudioServer, *settings: str) -> Generator[Daemon]:
    """A daemon that is ready, until the block ends."""
    running = Daemon(server, *settings)
    try:
        running.wait_ready()
        yield running
    finally:
        running.stop()


def tree(pid: int) -> list[psutil.Process]:
    """A process and all that it started."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def cpu(pid: int) -> float:
    """CPU seconds of all threads of a process that still run; as exact as the scheduler's own clock."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):
            total += int((task / "schedstat").read_text().split()[0])
    return total * NANO


def pss(pids: Sequence[int]) -> float:
    """Megabytes of some processes, memory that they share divided among them; nothing of one that has ended."""
    total = 0
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return total / 1000

"""Kills the daemon while it is talked to, and looks at what the next one knows (R2)."""

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
import psutil

from tests.faults.outcome import Outcome, trial
from voiced.control.client import Client
from voiced.core.errors import DaemonUnreachable

PATIENCE_S = 30
LONGEST_S = 1.0
"""A daemon is talked to for no longer before it is killed."""
READY_S = 1.5
TALKERS = 4


class Life:
    """One daemon after the other in one home, with a plain file or an encrypted one."""

    def __init__(self, folder: Path, *, locked: bool = False) -> None:
        self.socket = folder / "voiced.sock"
        self.acknowledged: set[str] = set()
        self.environment = {
            **os.environ,
            "HOME": str(folder),
            "VOICED_CONFIG": str(folder / "config.toml"),
            "XDG_RUNTIME_DIR": str(folder),
            "XDG_STATE_HOME": str(folder),
            "VOICED_CONTROL_SOCKET": str(self.socket),
            "VOICED_LOG_LEVEL": "error",
        }
        secret = folder / "secret"
        secret.write_bytes(os.urandom(32))
        secret.chmod(0o400)
        content = f'[store]\nencryption = "keyfile"\nkey_file = "{secret}"\n' if locked else ""
        (folder / "config.toml").write_text(content)
        (folder / ".asoundrc").write_text("# no device at all\n")

    def spawn(self, log: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Starts a daemon, and waits for nothing; its log goes where `stderr` of `Popen` says."""
        command = [sys.executable, "-m", "voiced.cli.main", "run"]
        return subprocess.Popen(command, env=self.environment, start_new_session=True, stderr=log)

    def start(self, log: int = subprocess.DEVNULL) -> tuple[subprocess.Popen[bytes], float]:
        """Starts a daemon; gives it and the seconds until it answered."""
        began = time.monotonic()
        process = self.spawn(log)
        with Client(self.socket) as client:
            while not _answers(client):
                if time.monotonic() > began + PATIENCE_S:
                    raise TimeoutError("the daemon does not get ready")
                time.sleep(0.01)
        return process, time.monotonic() - began

    def known(self) -> set[str]:
        """What the daemon knows: questions, and names of timers."""
        with self.http() as http:
            timers = {each["name"] for each in http.get("/promises").json()}
            questions, cursor = set[str](), None
            while True:
                page = http.get("/messages", params={"limit": 500, **({"cursor": cursor} if cursor else {})}).json()
                questions |= {message["content"] for message in page["items"] if message["role"] == "user"}
                if not (cursor := page.get("next")):
                    return timers | questions

    def talk(self, name: str, over: threading.Event) -> None:
        """Asks and promises until the daemon is gone; notes what it has acknowledged."""
        number = 0
        with suppress(httpx.HTTPError), self.http() as http:
            while not over.is_set():
                number += 1
                word = f"{name} {number}"
                if number % 3:
                    answer = http.post("/ask", json={"text": word})
                else:
                    # A timer that is cancelled at once makes room, and is not looked for.
                    answer = http.post("/promises", json={"kind": "timer", "seconds": 3600, "name": word})
                if answer.is_success:
                    self.acknowledged.add(word)

    def http(self) -> httpx.Client:
        """The daemon's socket."""
        transport = httpx.HTTPTransport(uds=str(self.socket))
        return httpx.Client(transport=transport, base_url="http://voiced/api/v1", timeout=PATIENCE_S)


def _answers(client: Client) -> bool:
    try:
        return client.running()
    except DaemonUnreachable:  # It takes its time on a busy machine.
        return False


def run_locked(seed: int, times: int) -> Outcome:
    """The same with an encrypted file."""
    return run(seed, times, locked=True)


def run(seed: int, times: int, *, locked: bool = False) -> Outcome:
    """Kills so many daemons."""
    chance, outcome = random.Random(f"daemon kills {seed}"), Outcome()
    with tempfile.TemporaryDirectory() as folder:
        life = Life(Path(folder), locked=locked)
        for number in range(times + 1):
            process, seconds = life.start()
            lost = sorted(life.acknowledged - life.known())
            if number:
                outcome += trial(f"seed {seed}, kill {number}", lost=lost)
                outcome.counted = {
                    "acknowledged": len(life.acknowledged),
                    "not ready within 1.5 s": outcome.counted.get("not ready within 1.5 s", 0) + (seconds > READY_S),
                }
            over = threading.Event()
            talkers = [
                threading.Thread(target=life.talk, args=(f"{seed} {number} {each}", over)) for each in range(TALKERS)
            ]
            for talker in talkers:
                talker.start()
            time.sleep(chance.uniform(0, LONGEST_S))
            kill(process)
            over.set()
            for talker in talkers:
                talker.join()
    return outcome


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kills a daemon, and waits for its children, which end with it."""
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    psutil.wait_procs(children, PATIENCE_S)

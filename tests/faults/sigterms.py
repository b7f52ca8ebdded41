"""Ends the daemon by SIGTERM in any of its states, and looks at how it ended and what it leaves (R24)."""

import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from subprocess import Popen, TimeoutExpired

import httpx
import psutil

from tests.faults.daemon_kills import PATIENCE_S, Life, kill
from tests.faults.outcome import Outcome, trial

LIMIT_S = 2.0
LONGEST_S = 0.5
"""A state lasts no longer before the signal."""
LOADED_S = 3.0
"""Most daemons are ready after so long; while they load is a state of its own."""
NOVEL = "This is a sentence that takes its time to be said. " * 20


def _says(http: httpx.Client) -> None:
    http.post("/voice/say", json={"text": NOVEL})


def _asks(http: httpx.Client) -> None:
    while True:
        http.post("/ask", json={"text": "what time is it"})


def _promises(http: httpx.Client) -> None:
    while True:
        http.post("/promises", json={"kind": "timer", "seconds": 1, "name": "tea"})


def _backs_up(http: httpx.Client) -> None:
    while True:
        http.post("/db/backup")


def _is_muted(http: httpx.Client) -> None:
    http.post("/voice/mute", json={"muted": True})


def _is_watched(http: httpx.Client) -> None:
    with http.stream("GET", "/events") as events:
        for _ in events.iter_lines():
            pass


def _idles(_: httpx.Client) -> None:
    pass


STATES: dict[str, Callable[[httpx.Client], None]] = {
    "idle": _idles,
    "says": _says,
    "asks": _asks,
    "promises": _promises,
    "backs up": _backs_up,
    "muted": _is_muted,
    "watched": _is_watched,
}
LOADING, RELOADING, HUNG, TWICE = "loading", "reloading", "a child hangs", "twice"
ALL = (*STATES, LOADING, RELOADING, HUNG, TWICE)


def run(seed: int, times: int) -> Outcome:
    """Ends so many daemons, in one state after the other."""
    chance, outcome = random.Random(f"sigterm {seed}"), Outcome()
    with tempfile.TemporaryDirectory() as folder:
        life = Life(Path(folder))
        for number in range(times):
            state = ALL[(seed + number) % len(ALL)]
            outcome += _end(life, state, chance, f"seed {seed}, number {number}, {state}")
    return outcome


def _end(life: Life, state: str, chance: random.Random, where: str) -> Outcome:
    process = life.spawn() if state == LOADING else life.start()[0]
    worker = threading.Thread(target=_work, args=(life, STATES.get(state, _idles)), daemon=True)
    worker.start()
    time.sleep(chance.uniform(0, LOADED_S if state == LOADING else LONGEST_S))
    children = psutil.Process(process.pid).children(recursive=True)
    if state == RELOADING:
        process.send_signal(signal.SIGHUP)
    if state == HUNG and children:
        os.kill(chance.choice(children).pid, signal.SIGSTOP)
    began = time.monotonic()
    process.terminate()
    if state == TWICE:
        time.sleep(chance.uniform(0, 0.3))
        process.terminate()
    code, seconds = _wait(process), time.monotonic() - began
    # Before Python has run a line of ours, the kernel ends it by itself; systemd takes both for an end in order.
    good = {0, -signal.SIGTERM} if state == LOADING else {0}
    orphans = psutil.wait_procs(children, LIMIT_S)[1]
    worker.join(PATIENCE_S)
    return trial(
        where,
        code=[] if code in good else [f"it ended with {code} after {seconds:.1f} s"],
        late=[] if seconds <= LIMIT_S else [f"it took {seconds:.2f} s"],
        orphans=[command for each in orphans if (command := _command(each))],
    )


def _command(process: psutil.Process) -> str:
    """What runs there; nothing where a process is dead, and only waits for process 1 to take note of it."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def _wait(process: "Popen[bytes]") -> int | None:
    try:
        return process.wait(PATIENCE_S)
    except TimeoutExpired:
        kill(process)
        return None


def _work(life: Life, work: Callable[[httpx.Client], None]) -> None:
    with suppress(httpx.HTTPError), life.http() as http:
        work(http)

"""An hour's life of the daemon, with a fault every 30 s of it, as fast as it recovers (P19, R23).

Nothing is simulated: the daemon is the real one, with its children, on an audio server, a broker and a disk, and its
clock is the machine's. What goes faster is the talk: what an hour brings, 120 faults and as many rounds of all that can
be asked and promised, follows without the pauses between. Steps of the clock are what `scripts/faults promises` makes:
a machine has one clock, and it is not ours. A disk that is full is a limit to the size of all files of the daemon.

After each fault all has to work again, and is then used in every way; what is measured is measured then. Growth is
judged for each process by itself, since one that was killed comes back smaller, and from a quarter of the hour on.
"""

import os
import random
import re
import resource
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from itertools import combinations
from pathlib import Path

import numpy as np
import psutil
from msgspec import Struct

from tests.faults.clients import HOSTILE, kinds
from tests.faults.crowd import connect
from tests.faults.outcome import Outcome, trial
from tests.faults.soak_house import House, answered
from tests.rigs.background import until

HOUR = 120
"""Faults."""
WARM = HOUR // 4
"""So many until its caches are full: SQLite's alone take 7 MB, and are bounded."""
CROWD, QUESTIONS = 100, 50
BACK_S = 5.0
"""After a fault, all works again within so long; see R8."""
GROWTH_MB, SLOWER = 1.0, 1.1
SPARE = 5
"""So many files or threads more are no leak: somebody is just being served."""
UNHANDLED = re.compile(r"Traceback|never retrieved|never awaited|was destroyed|fault of voiced|^ERROR|^CRITICAL")
EXPECTED = re.compile(r"^ERROR voiced\.service: the settings stay as they are: ")
JUNK = (b"\xff\x00\xfe" * 500 + b"\n", b"{" * 5_000 + b"\n", b"GET / HTTP/9\r\n\r\n", b'{"type":1,"data_length":-1}\n')


def child_killed(house: House, chance: random.Random) -> str:
    """An engine, or the audio, is killed."""
    os.kill(chance.choice(sorted(house.pids().values())), signal.SIGKILL)
    return house.writes()


def child_stopped(house: House, chance: random.Random) -> str:
    """One stops, and does not end: whoever needs it is told so, and another takes its place."""
    stopped = chance.choice(sorted(house.pids().values()))
    os.kill(stopped, signal.SIGSTOP)
    problems = [
        answered(house.ask("POST", "/voice/tts", json={"text": house.new("stopped")})),
        answered(house.ask("POST", "/voice/stt", content=house.sound)),
    ]
    until(lambda: stopped not in house.pids().values(), "the one that was stopped is replaced")
    return next(filter(None, problems), "")


def broker_stopped(house: House, chance: random.Random) -> str:
    """The broker goes away, and comes back."""
    house.broker.stop(kill=chance.random() < 0.5)
    problem = house.writes()
    house.broker.start()
    return problem


def flood(house: House, chance: random.Random) -> str:
    """Clients come in crowds and are slow, silent, huge, or never read."""
    door, address = _door(house, chance)
    first, again = chance.choice(list(kinds(door, house.token).values()))
    with ExitStack() as crowd:
        for _ in range(CROWD):
            with suppress(OSError):
                one = crowd.enter_context(connect(address, HOSTILE))
                one.setblocking(False)
                one.send(first)
                one.send(again)
        return house.writes()


def junk(house: House, chance: random.Random) -> str:
    """What no protocol knows, at any door."""
    _, address = _door(house, chance)
    for each in JUNK:
        with suppress(OSError), connect(address, HOSTILE) as connection:
            connection.sendall(each)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65_536):
                pass
    return house.writes()


def good_settings(house: House, chance: random.Random) -> str:
    """SIGHUP, with settings that hold at once."""
    before = house.settings.read_text()
    house.settings.write_text(f"{before}[quiet]\nvolume = {chance.randrange(100)}\n")
    house.process.send_signal(signal.SIGHUP)
    problem = house.writes()
    house.settings.write_text(before)
    house.process.send_signal(signal.SIGHUP)
    return problem


def bad_settings(house: House, chance: random.Random) -> str:
    """SIGHUP, with settings that are none: all stays as it is."""
    before, lines = house.settings.read_text(), len(house.log)
    house.settings.write_text(chance.choice(("[[[", "[audio]\nvolume = 1000\n", "[audio]\nlouder = true\n")))
    house.process.send_signal(signal.SIGHUP)
    until(lambda: any(EXPECTED.search(line) for line in house.log[lines:]), "it is said that they stay")
    house.settings.write_text(before)
    return house.writes()


def disk_full(house: House, _chance: random.Random) -> str:
    """No file can grow: it answers, and promises nothing that it cannot keep."""
    before = house.process.rlimit(resource.RLIMIT_FSIZE)
    house.process.rlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        problems = house.writes(), house.promises()
    finally:
        for each in (house.process, *house.process.children(recursive=True)):  # A child inherits the limit.
            with suppress(psutil.NoSuchProcess):
                each.rlimit(resource.RLIMIT_FSIZE, before)
    return next(filter(None, problems), "")


def microphone_lost(house: House, chance: random.Random) -> str:
    """The microphone is pulled, and plugged in again; or its server goes away and comes back."""
    if chance.random() < 0.5:
        house.audio.unplug()
        problem = house.writes()
        house.audio.plug()
    else:
        house.audio.stop()
        problem = house.writes()
        house.audio.start()
    return problem


Fault = Callable[[House, random.Random], str]
Turn = Callable[[House], str]
FAULTS: tuple[Fault, ...] = (
    *(child_stopped, disk_full, microphone_lost, broker_stopped, bad_settings),
    *(child_killed, flood, junk, good_settings),
)
"""The first ones are those that are tried in short: of the others, tests tell that try nothing else."""
TURNS = (House.promises, House.writes, House.tells_others, House.remembers, House.announces)
ALOUD = (House.talks, House.asks_by_mqtt)
"""These take as long as the answer does, and so take turns."""


class Sample(Struct, frozen=True):
    """How it is after a fault: memory of the daemon and of each part, its files, threads, and seconds of questions."""

    memory_mb: dict[str, float]
    files: int
    threads: int
    waited: list[float]


def _door(house: House, chance: random.Random) -> tuple[str, str | tuple[str, int]]:
    doors: dict[str, str | tuple[str, int]] = {
        "socket": str(house.life.socket),
        "tcp": ("127.0.0.1", house.tcp),
        "wyoming": ("127.0.0.1", house.wyoming),
    }
    return chance.choice(list(doors.items()))


def run(seed: int, times: int) -> Outcome:
    """Lives with so many faults; less than half an hour of them tells nothing about growth and speed."""
    chance, outcome, samples = random.Random(f"soak {seed}"), Outcome(), list[Sample]()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, House(Path(folder)) as house:
        until(house.works, "all works")
        for number in range(times):
            fault = FAULTS[number % len(FAULTS)]
            turns = (*TURNS, ALOUD[number % len(ALOUD)])
            outcome += _round(house, fault, turns, chance, f"seed {seed}, fault {number}, {fault.__name__}")
            samples.append(_sample(house))
        not_kept, promised = house.not_kept(), len(house.promised)
        lines = [line for line in house.log if UNHANDLED.search(line) and not EXPECTED.search(line)]
    outcome += _judged(seed, samples, lines, not_kept)
    outcome.times = times
    outcome.counted |= {"promises": promised, "s it took": round(time.monotonic() - began)}
    return outcome


def _round(house: House, fault: Fault, turns: tuple[Turn, ...], chance: random.Random, where: str) -> Outcome:
    problems: list[str] = []
    try:
        problems.append(fault(house, chance))
        began = time.monotonic()
        until(house.works, "all works again")
        seconds = time.monotonic() - began
        problems += [f"{turn.__name__}: {problem}" for turn in turns if (problem := turn(house))]
        until(house.quiet, "all that was promised was heard")
    except (AssertionError, OSError, ExceptionGroup) as error:
        return trial(where, dead=[repr(error)])
    late = [f"it took {seconds:.1f} s"] if seconds > BACK_S else []
    return trial(where, dead=[], unanswered=[each for each in problems if each], late=late)


def _sample(house: House) -> Sample:
    waited: list[float] = []
    for _ in range(QUESTIONS):
        began = time.perf_counter()
        house.writes()
        waited.append(time.perf_counter() - began)
    memory = {"daemon": house.process.memory_info().rss / 1e6}
    for part, pid in house.pids().items():
        with suppress(psutil.NoSuchProcess):
            memory[part] = psutil.Process(pid).memory_info().rss / 1e6
    return Sample(memory, house.process.num_fds(), house.process.num_threads(), waited)


def _judged(seed: int, samples: list[Sample], lines: list[str], not_kept: list[str]) -> Outcome:
    warm = samples[: len(FAULTS)]
    last = samples[-1]
    more = [
        f"{name}: {after} after {before}"
        for name, before, after in (
            ("files", max(each.files for each in warm), last.files),
            ("threads", max(each.threads for each in warm), last.threads),
        )
        if after > before + SPARE
    ]
    outcome = trial(f"seed {seed}", unhandled=lines, promises=not_kept, leaked=more)
    if len(samples) < HOUR // 2:
        return outcome
    later, slower = [each.memory_mb for each in samples[WARM:]], _slower(samples)
    parts = sorted(set[str]().union(*later))  # One that is just being killed misses in the last.
    growth = {part: _growth([(at, each[part]) for at, each in enumerate(later) if part in each]) for part in parts}
    outcome += trial(
        f"seed {seed}",
        grown=[f"{part} by {more:.2f} MB an hour" for part, more in growth.items() if more > GROWTH_MB],
        slower=[f"{slower:.2f} times as slow"] if slower > SLOWER else [],
    )
    outcome.counted = {
        **{f"{part}: kB an hour more": round(more * 1000) for part, more in growth.items()},
        "last tenth's p99, % of the first's": round(slower * 100),
        "files": last.files,
        "threads": last.threads,
    }
    return outcome


def _growth(memory: list[tuple[int, float]]) -> float:
    """Megabytes an hour, by the median of the slopes of all pairs (Theil and Sen), which a child killed does not bend.

    Args:
        memory: after how many faults how many megabytes.
    """
    pairs = [(later - earlier) / (at - before) for (before, earlier), (at, later) in combinations(memory, 2)]
    return float(np.median(pairs)) * HOUR


def _slower(samples: list[Sample]) -> float:
    tenth = len(samples) // 10
    first, last = ([second for each in part for second in each.waited] for part in (samples[:tenth], samples[-tenth:]))
    return float(np.percentile(last, 99) / np.percentile(first, 99))

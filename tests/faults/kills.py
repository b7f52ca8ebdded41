"""Kills a process that works on the store, at any moment, and looks at what it leaves (R2).

The process tells on a pipe what it begins and what was acknowledged. It is killed after so many words, or while it
opens the file; the next one goes on with the same file.
"""

import asyncio
import multiprocessing
import random
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from tests.faults.outcome import Outcome, trial
from tests.faults.power_cuts import moving, never_salvaged
from tests.faults.workload import KEY, Facts, Step, Workload, after, faults, found, lost, opened, perform
from voiced.core.errors import StoreFailed

KILLS_A_FILE = 20
LONGEST_S = 30
"""For what takes milliseconds: what takes longer hangs."""
_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload([__name__])


def run_locked(seed: int, times: int = KILLS_A_FILE) -> Outcome:
    """The same with an encrypted file."""
    return run(seed, times, KEY)


def run(seed: int, times: int = KILLS_A_FILE, key: bytes | None = None) -> Outcome:
    """Lets one process after the other work on a file, and kills each."""
    chance = random.Random(f"kills {seed}")
    outcome, facts = Outcome(), Facts()
    with tempfile.TemporaryDirectory() as folder, never_salvaged():
        for number in range(times):
            known, under_way = kill(Path(folder), seed + number, facts, chance, key)
            problems = list[str]()
            try:
                facts, problems = asyncio.run(look(Path(folder), known, under_way, key))
            except StoreFailed as error:
                problems = [error.message]
            outcome += trial(f"seed {seed}, kill {number}", wrong=problems)
            if problems:
                break
    return outcome


def kill(
    folder: Path, seed: int, facts: Facts, chance: random.Random, key: bytes | None = None
) -> tuple[Facts, list[Step]]:
    """Starts a process and kills it; gives what was acknowledged and what was under way."""
    ours, theirs = _server.Pipe(duplex=False)
    process = _server.Process(target=work, args=(folder, seed, facts, theirs, key), daemon=True)
    process.start()
    theirs.close()
    words, wanted = list[str](), chance.choice((0, chance.randint(1, 60), chance.randint(1, 60)))
    for word in heard(ours):
        words.append(word)
        if len(words) >= wanted:
            break
    end = time.perf_counter() + chance.random() * 0.003
    while time.perf_counter() < end:  # not asleep: at any moment, not at the system's
        pass
    process.kill()
    words += heard(ours)
    process.join(LONGEST_S)
    return told(words, seed, facts)


def heard(pipe: Connection) -> Iterator[str]:
    """The words of a process, until it ends."""
    while pipe.poll(LONGEST_S):
        try:
            yield pipe.recv_bytes().decode()
        except (EOFError, OSError):
            return


def told(words: list[str], seed: int, facts: Facts) -> tuple[Facts, list[Step]]:
    """What a process has said: its work, done again without a store."""
    workload, under_way = Workload(seed), dict[str, Step]()
    for word in words:
        if word == "begin":
            under_way = {str(place): step for place, step in enumerate(workload.round(facts))}
        elif word != "open":
            facts = after(facts, under_way.pop(word))
    return facts, list(under_way.values())


def work(folder: Path, seed: int, facts: Facts, pipe: Connection, key: bytes | None) -> None:
    """What the process does until it is killed."""
    with moving(pages=30):
        asyncio.run(_work(folder, seed, facts, pipe, key))


async def _work(folder: Path, seed: int, facts: Facts, pipe: Connection, key: bytes | None) -> None:
    workload = Workload(seed)
    pipe.send_bytes(b"open")
    async with opened(folder, key=key) as store:
        while True:
            steps = workload.round(facts)
            pipe.send_bytes(b"begin")
            await perform(store, steps, lambda step: pipe.send_bytes(str(steps.index(step)).encode()))  # noqa: B023
            facts = after(facts, *steps)


async def look(
    folder: Path, acknowledged: Facts, under_way: list[Step], key: bytes | None = None
) -> tuple[Facts, list[str]]:
    """Opens the file; gives what is in it, and what is wrong with that."""
    async with opened(folder, key=key) as store:
        there = await store.database.read(found)
        return there, await store.database.read(faults) + lost(there, acknowledged, under_way)

"""The command for long runs: see `scripts/faults`."""

import argparse
import importlib
import json
import logging
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from typing import Any, NamedTuple

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from tests.faults.outcome import Outcome, cores
from tests.fuzz.run import PARSERS


class Fault(NamedTuple):
    """A kind of fault.

    Attributes:
        module: has `run(seed, times)`, which gives an `Outcome`.
        times: how often, unless told.
        piece: how many of them a process does with one seed.
        controls: arguments of `run` with which it must go wrong.
        run: the name of `run` there, where there are several.
    """

    module: str
    times: int
    piece: int
    controls: tuple[str, ...] = ()
    run: str = "run"


FAULTS = {
    "power-cuts": Fault("tests.faults.power_cuts", 100_000, 50, ("normal", "off")),
    "disk": Fault("tests.faults.disk_faults", 10_000, 20),
    "kills": Fault("tests.faults.kills", 1_000, 20),
    "locked-power-cuts": Fault("tests.faults.power_cuts", 100_000, 50, ("normal", "off"), "run_locked"),
    "locked-kills": Fault("tests.faults.kills", 1_000, 20, run="run_locked"),
    "rotation": Fault("tests.faults.rotation", 200, 25),
    "damage": Fault("tests.store.damage", 480, 48),
    "phantoms": Fault("tests.faults.phantoms", 1_000, 100),
    "room": Fault("tests.faults.closed_loop", 1_800, 60),
    "room-half-duplex": Fault("tests.faults.closed_loop", 1_800, 60, run="run_half_duplex"),
    "kitchen": Fault("tests.kitchen.day", 2, 1),
    "promises": Fault("tests.unit.promise_lives", 4_000, 400),
    "engines": Fault("tests.faults.engine_faults", 1_000, 25),
    "broker": Fault("tests.faults.outages", 500, 25),
    "http": Fault("tests.faults.http_requests", 20_000, 10_000),
    "fuzz": Fault("tests.fuzz.run", 1_000_000, 500_000),
    "clients": Fault("tests.faults.clients", 18, 18),
    "daemon-kills": Fault("tests.faults.daemon_kills", 100, 25),
    "sigterm": Fault("tests.faults.sigterms", 200, 50),
    "soak": Fault("tests.faults.soak", 120, 120),
    "watchdog": Fault("tests.faults.watchdog", 1, 1),
    "locked-daemon-kills": Fault("tests.faults.daemon_kills", 100, 25, run="run_locked"),
}
CONTROLS = 200
STRIDE = 1_000
"""Between the seeds of two pieces: within a piece, seeds count up."""


def main() -> int:
    """Runs, shows how far it is, gives the verdict; 1 if anything went wrong."""
    parser = argparse.ArgumentParser(prog="scripts/faults")
    parser.add_argument("name", choices=FAULTS)
    parser.add_argument("part", nargs="?", choices=PARSERS, help="of fuzz: one of the parsers")
    parser.add_argument("--seed", type=int, default=0, help="the same one makes the same faults (default: 0)")
    parser.add_argument("--times", type=int, help="how many faults")
    parser.add_argument("--json", action="store_true", help="print the result as JSON, and nothing else")
    given = parser.parse_args()
    if given.part and given.name != "fuzz":
        parser.error(f"{given.name} has no parts")
    fault, part = FAULTS[given.name], (given.part,) if given.part else ()
    began = time.monotonic()
    outcome = together(fault, given.seed, given.times or fault.times, *part, show=not given.json)
    seconds = time.monotonic() - began
    controls = {control: piece(fault, given.seed, CONTROLS, control) for control in fault.controls}
    result = {
        "name": given.name,
        "seed": given.seed,
        "times": outcome.times,
        "wrong": outcome.wrong,
        "problems": outcome.problems,
        "counted": outcome.counted,
        "controls": {name: {"times": each.times, "wrong": each.wrong} for name, each in controls.items()},
        "per_second": round(outcome.times / seconds, 1),
        "good": not any(outcome.wrong.values()) and all(any(each.wrong.values()) for each in controls.values()),
    }
    sys.stdout.write((json.dumps(result) if given.json else told(result)) + "\n")
    return 0 if result["good"] else 1


def together(fault: Fault, seed: int, times: int, *part: str, show: bool) -> Outcome:
    """Does as many as are wanted, on all cores."""
    pieces = -(-times // fault.piece)
    seeds = [seed + STRIDE * number for number in range(pieces)]
    outcome = Outcome()
    columns = BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), TextColumn("{task.description}")
    with (
        Progress(*columns, console=Console(stderr=True, quiet=not show)) as progress,
        ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool,
    ):
        bar = progress.add_task("", total=pieces)
        for done in pool.map(piece, repeat(fault), seeds, repeat(min(times, fault.piece)), *map(repeat, part)):
            outcome += done
            progress.update(bar, advance=1, description=f"{outcome.times}, wrong: {sum(outcome.wrong.values())}")
    return outcome


def piece(fault: Fault, seed: int, times: int, *control: str) -> Outcome:
    """A number of faults from one seed."""
    logging.disable(logging.CRITICAL)  # the store says what it meets, which is what was ordered
    return getattr(importlib.import_module(fault.module), fault.run)(seed, times, *control)


def told(result: dict[str, Any]) -> str:
    """The result in words."""
    lines = [f"{result['times']} faults, {result['per_second']} a second, from seed {result['seed']}"]
    lines += [f"  {way}: {number}" for way, number in result["wrong"].items()]
    lines += [f"  {what}: {number}" for what, number in result["counted"].items()]
    lines += [f"  control {name}: {each['wrong']} of {each['times']}" for name, each in result["controls"].items()]
    lines += [f"  {problem}" for problem in result["problems"]]
    return "\n".join([*lines, "good" if result["good"] else "NOT GOOD"])


if __name__ == "__main__":
    sys.exit(main())

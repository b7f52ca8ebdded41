"""R7: a microphone that falls silent without an error, through a simulated day: how long is the ear deaf?

    python bench/deafness.py [--quick]

The daemon's own sound card, child process and all, on a scripted PyAudio whose reads stop returning at random moments,
once a quarter of an hour on average; now and then it does so again as soon as it is opened, or its whole process
freezes. Between faults nothing happens that could matter, so only half a second to a second of each stretch is played:
the simulated day is as many faults as a day has. Deaf is the time between two frames that the ear's
thread gets; unnoticed is that of it before the loss was told.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import tempfile
from itertools import pairwise
from pathlib import Path

from pairs import spread

from tests.rigs.awaiting import until
from tests.rigs.listener import Listener, listening
from voiced.core.config import AudioConfig
from voiced.core.events import AudioLost

ROOT = Path(__file__).parents[1]
HOURS, QUICK_HOURS = 24, 4
FAULTS_AN_HOUR = 4
AGAIN = 0.1
"""The share of faults after which the microphone opened anew is silent at once."""
FROZEN = 0.2
"""The share of faults in which the whole process freezes."""
PERIODS = (15, 31)
"""Frames that are heard before a fault."""
GAP_S = 0.25
LIMIT_S = 2.0


def script(random: random.Random, faults: int) -> list[str]:
    """What the microphone does each time it is opened."""
    lines: list[str] = []
    for _ in range(faults):
        frozen = random.random() < FROZEN
        lines.append("fine" if frozen else f"stall {random.randint(*PERIODS)}")
        if not frozen and random.random() < AGAIN:
            lines.append("stall 0")
    return [*lines, "fine"]


async def live(listener: Listener, lines: list[str]) -> None:
    """Goes through all openings; freezes the process of those that have no fault of their own."""
    child = listener.card.child
    for number, line in enumerate(lines[:-1]):
        await until(lambda number=number: child.restarts >= number, f"opening {number}")
        if line == "fine":
            before = len(listener.frames)
            await until(lambda before=before: len(listener.frames) >= before + PERIODS[0], "frames")
            if child.pid:
                os.kill(child.pid, signal.SIGSTOP)
    await until(lambda: child.restarts >= len(lines) - 1, "the last fault")
    before = len(listener.frames)
    await until(lambda: len(listener.frames) > before + PERIODS[0], "frames after the last fault")


async def measure(hours: int) -> dict[str, object]:
    """A simulated time of so many hours."""
    lines = script(random.Random(0), hours * FAULTS_AN_HOUR)
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "script"
        plan.write_text("\n".join(lines))
        os.environ["PYTHONPATH"] = str(ROOT / "tests/fakes/portaudio")
        os.environ["FAKE_AUDIO"] = str(plan)
        async with listening(AudioConfig()) as listener:
            await live(listener, lines)
            gaps = [(last, heard) for last, heard in pairwise(listener.moments) if heard - last > GAP_S]
            told = listener.seen(AudioLost)
    # What is told is not silent: the status says so, and whoever listens to events knows.
    unnoticed = [min([heard, *(moment for moment in told if moment > last)]) - last for last, heard in gaps]
    return {
        "hours": hours,
        "faults": len(lines) - 1,
        "unnoticed_s": spread(unnoticed),
        "deaf_s": spread([heard - last for last, heard in gaps]),
        "unnoticed_longer_than_2_s": sum(seconds > LIMIT_S for seconds in unnoticed),
    }


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    hours = QUICK_HOURS if parser.parse_args().quick else HOURS
    print(json.dumps({"question": "deafness", **asyncio.run(measure(hours))}))


if __name__ == "__main__":
    main()

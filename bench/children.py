"""R4 and R5: what happens when an engine crashes, talks garbage or hangs.

    python bench/children.py [--times N]

A child is made to fail N times, in every way in turn. "Told" is from the request to the error for a death, and from the
deadline to the error for a hang; "gone" from the deadline to the end of the process; "works" from the error to the
answer of the next request, which has to wait for a new child.
"""

import argparse
import asyncio
import json
import logging
import os
import time
from pathlib import Path
from statistics import median

from voiced.core.errors import VoicedError
from voiced.engines.child import Child

VICTIM = Path(__file__).parents[1] / "tests/faults"
DEATHS = ("abort", "segv", "quit", "crash", "babble", "boast")
HANGS = ("hang", "freeze")
DEADLINE_S = 0.2
PATIENCE_S = 30.0


async def fail(child: Child, kind: str, deadline_s: float) -> float:
    """Makes it fail; the seconds until the error."""
    began = time.monotonic()
    try:
        async with child.exchange(deadline_s) as exchange:
            await exchange.send(kind)
            await exchange.receive()
    except VoicedError:
        return time.monotonic() - began
    raise AssertionError(f"{kind} was answered")


async def echo(child: Child) -> float:
    """The seconds until a request is answered."""
    began = time.monotonic()
    async with child.exchange(PATIENCE_S) as exchange:
        await exchange.send("echo")
        await exchange.receive()
    return time.monotonic() - began


async def measure(times: int) -> dict[str, object]:
    """All kinds of faults in turn."""
    told: dict[str, list[float]] = {"deaths": [], "hangs": []}
    gone, works = [], []
    child = Child("victim", "victim:Victim")
    await child.start()
    try:
        await echo(child)
        for number in range(times):
            kind, pid = (DEATHS + HANGS)[number % 8], child.pid
            if kind in DEATHS:
                told["deaths"].append(await fail(child, kind, PATIENCE_S))
            else:
                late = await fail(child, kind, DEADLINE_S) - DEADLINE_S
                told["hangs"].append(late)
                since = time.monotonic()
                while Path(f"/proc/{pid}").exists():  # noqa: ASYNC110, ASYNC240 (no disk is asked; nothing tells)
                    await asyncio.sleep(0.001)
                gone.append(late + time.monotonic() - since)
            works.append(await echo(child))
    finally:
        await child.close()
    spreads = {"told_death": told["deaths"], "told_hang": told["hangs"], "gone_hang": gone, "works": works}
    return {
        f"{name}_s": {"p50": round(median(all_), 4), "worst": round(max(all_), 4)} for name, all_ in spreads.items()
    }


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1000)
    times = parser.parse_args().times
    logging.getLogger("voiced").setLevel(logging.CRITICAL)
    os.environ["PYTHONPATH"] = str(VICTIM)
    print(json.dumps({"question": "children", "times": times, **asyncio.run(measure(times))}))


if __name__ == "__main__":
    main()

"""R6 and R7: how soon a lost microphone is noticed and heard again, and what waiting for it costs.

    python bench/unplug.py [--times N] [--slow]

A real audio server; its microphone is unloaded and loaded N times. "Noticed" is the event after the plug was pulled,
"listening" the event after it is back, "heard" the first frame of a sound that is played into it from then on. With
`--slow` PulseAudio's null sink is as it is by default: it makes its sound 2 s ahead and is silent for as long at first.
Stalls: the server is stopped (SIGSTOP) for a while, and the library itself stalls without an error (scripted). "Deaf"
is the longest time without a frame; after a stop, counted from its end.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

import psutil

from tests.rigs.audio_server import AudioServer
from tests.rigs.awaiting import until
from tests.rigs.listener import Listener, listening, tone
from voiced.core.config import AudioConfig
from voiced.core.events import AudioFound, AudioLost

AWAY_S = 20
SETTLE_S = 2
"""A child that was ended for the loss is back by then."""
FAKE = Path(__file__).parents[1] / "tests/fakes/portaudio"


def spread(values: list[float]) -> dict[str, float]:
    """Median and worst, in seconds."""
    return {"median": round(median(values), 3), "worst": round(max(values), 3), "times": len(values)}


async def unplugs(server: AudioServer, listener: Listener, times: int) -> dict[str, object]:
    """Pulls the plug again and again."""
    noticed, found, heard = [], [], []
    for _ in range(times):
        pulled = time.monotonic()
        await asyncio.to_thread(server.unplug)
        await until(lambda since=pulled: listener.seen(AudioLost, since), "the loss")
        noticed.append(listener.seen(AudioLost, pulled)[0] - pulled)
        await asyncio.sleep(random.uniform(0.0, 2.0))
        await asyncio.to_thread(server.plug)
        back = time.monotonic()
        speech = asyncio.create_task(asyncio.to_thread(server.speak, tone(440, 3.0)))
        await until(lambda since=pulled: listener.seen(AudioFound, since), "the return")
        found.append(max(0.0, listener.seen(AudioFound, pulled)[0] - back))
        await until(lambda since=back: listener.loud(since), "sound")
        heard.append(listener.loud(back)[0] - back)
        await speech
        listener.forget()
    return {"noticed_s": spread(noticed), "listening_s": spread(found), "heard_s": spread(heard)}


async def away(server: AudioServer, listener: Listener) -> dict[str, float]:
    """What it costs while the microphone is away: shares of a core."""
    since = time.monotonic()
    await asyncio.to_thread(server.unplug)
    await until(lambda: listener.seen(AudioLost, since), "the loss")
    await asyncio.sleep(SETTLE_S)
    child = psutil.Process(listener.card.child.pid)
    before, began = (_cpu(child), _cpu(psutil.Process())), time.monotonic()
    await asyncio.sleep(AWAY_S)
    seconds = time.monotonic() - began
    child_share, daemon_share = ((_cpu(child) - before[0]) / seconds, (_cpu(psutil.Process()) - before[1]) / seconds)
    await asyncio.to_thread(server.plug)
    await until(lambda: listener.card.status().listening, "the return")
    return {"child_of_a_core": round(child_share, 4), "daemon_of_a_core": round(daemon_share, 4)}


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


async def freezes(server: AudioServer, listener: Listener, times: int) -> dict[str, object]:
    """Stops the server and lets it go on."""
    noticed, deaf = [], []
    for _ in range(times):
        await until(lambda: len(listener.frames) > 10, "a microphone")
        frozen = time.monotonic()
        server.freeze()
        await until(lambda since=frozen: listener.seen(AudioLost, since), "the loss")
        noticed.append(listener.seen(AudioLost, frozen)[0] - frozen)
        await asyncio.sleep(random.uniform(0, 3))
        server.thaw()
        thawed = time.monotonic()
        await until(lambda since=thawed: listener.moments and listener.moments[-1] > since, "sound")
        deaf.append(next(moment for moment in listener.moments if moment > thawed) - thawed)
        listener.forget()
    return {"noticed_s": spread(noticed), "deaf_s": spread(deaf)}


async def stalls(script: Path, times: int) -> dict[str, object]:
    """Lets the library stall without an error."""
    lines = [f"stall {random.randint(20, 60)}" for _ in range(times)] + ["fine"]
    await asyncio.to_thread(script.write_text, "\n".join(lines))
    os.environ |= {"PYTHONPATH": str(FAKE), "FAKE_AUDIO": str(script)}
    async with listening(AudioConfig()) as listener:
        await until(lambda: len(listener.seen(AudioFound)) > times, "all stalls", patience_s=5 * times)
        await until(lambda: listener.moments[-1] > listener.seen(AudioFound)[-1], "sound")
        moments = listener.moments
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    return {"deaf_s": spread(sorted(gaps)[-times:])}


async def measure(folder: Path, times: int, *, slow: bool) -> dict[str, object]:
    """All of it."""
    server = AudioServer(folder / "audio", slow=slow)
    os.environ |= server.environment
    server.start()
    try:
        async with listening() as listener:
            await until(lambda: listener.frames, "the first frames")
            result: dict[str, object] = {
                "unplugged": await unplugs(server, listener, times),
                "away": await away(server, listener),
                "server_stopped": await freezes(server, listener, max(1, times // 5)),
                "child_restarts": listener.card.child.restarts,
            }
    finally:
        server.stop()
    return result | {"library_stalled": await stalls(folder / "script", max(1, times // 4))}


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--slow", action="store_true")
    logging.getLogger("voiced").setLevel(logging.ERROR)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(measure(Path(folder), options.times, slow=options.slow))
    print(json.dumps({"question": "unplug", "slow": options.slow, **result}))


if __name__ == "__main__":
    main()

"""The microphone's part of P5: what it costs to listen, in shares of a core.

    python bench/microphone.py [--seconds S]

The audio child and the ear's thread (frames counted, nothing else done with them), through a real audio server in
quiet: listening, and muted. The peer is a bare PyAudio loop that reads the same microphone in the same periods.
"""

import argparse
import asyncio
import json
import logging
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import psutil

from tests.rigs.audio_server import AudioServer
from tests.rigs.awaiting import until
from tests.rigs.listener import listening

ROUNDS = 5
PEER = """
import os, pyaudio
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
audio = pyaudio.PyAudio()
names = [audio.get_device_info_by_index(index)["name"] for index in range(audio.get_device_count())]
options = {"input": True, "input_device_index": names.index("mic"), "frames_per_buffer": 512}
stream = audio.open(16000, 1, pyaudio.paInt16, **options)
while True:
    stream.read(512)
"""


async def share(process: psutil.Process, seconds: float) -> float:
    """The share of a core that a process takes for a while."""
    before, began = process.cpu_times(), time.monotonic()
    await asyncio.sleep(seconds)
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) / (time.monotonic() - began)


async def measure(folder: Path, seconds: float) -> dict[str, object]:
    """Measures all in turn."""
    server = AudioServer(folder / "audio")
    os.environ |= server.environment
    server.start()
    peer = await asyncio.create_subprocess_exec(sys.executable, "-c", PEER)
    found: dict[str, list[float]] = {"child": [], "ear_thread": [], "muted_child": [], "peer": []}
    try:
        async with listening() as listener:
            for _ in range(ROUNDS):
                listener.card.set_muted(False)
                await until(lambda: len(listener.frames) > 50, "frames")
                child, this = psutil.Process(listener.card.child.pid), psutil.Process()
                shares = await asyncio.gather(
                    *(share(each, seconds) for each in (child, this, psutil.Process(peer.pid)))
                )
                for name, value in zip(("child", "ear_thread", "peer"), shares, strict=True):
                    found[name].append(value)
                listener.card.set_muted(True)
                await asyncio.sleep(1)
                found["muted_child"].append(await share(child, seconds / 3))
                listener.forget()
            memory = {"child_uss_mb": round(child.memory_full_info().uss / 1e6, 1)}
    finally:
        peer.kill()
        await peer.wait()
        server.stop()
    ratio = median(mine / theirs for mine, theirs in zip(found["child"], found["peer"], strict=True))
    return {f"{name}_of_a_core": round(median(values), 4) for name, values in found.items()} | {
        "child_by_peer": round(ratio, 2),
        **memory,
    }


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    seconds = parser.parse_args().seconds
    logging.getLogger("voiced").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(measure(Path(folder), seconds))
    print(json.dumps({"question": "microphone", **result}))


if __name__ == "__main__":
    main()

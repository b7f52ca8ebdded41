"""P4: how late the event loop wakes up while every engine is busy, against a loop with nothing else to do.

    python bench/loop.py [--quick]

Busy means: the ear hears wake words and reads speech in its thread, a recogniser's child decodes without a pause, a
voice's child speaks without a pause, and all their frames pass through the loop. A task that wants to wake up every
5 ms notes how late it does. Stretches of both kinds take turns: on a busy machine both are late.
"""

import argparse
import asyncio
import json
import time
from collections.abc import AsyncGenerator

import numpy as np
from pairs import spread
from sounds import pcm, read, recordings
from stage import Stage, config, on_stage

from voiced.children import children_of
from voiced.core.types import FRAME_SAMPLES, RATE, SpeechChunk
from voiced.engines.hosted import HostedStt, HostedTts

STEP_S = 0.005
STRETCH_S = 3.0
STRETCHES, QUICK_STRETCHES = 12, 4
PROSE = "The quick brown fox jumps over the lazy dog while the kettle is on and nobody minds the time at all. " * 4


async def lateness(seconds: float) -> list[float]:
    """Seconds by which the loop is late, each time."""
    late: list[float] = []
    until = time.perf_counter() + seconds
    while (due := time.perf_counter() + STEP_S) < until:
        await asyncio.sleep(STEP_S)
        late.append(max(0.0, time.perf_counter() - due))
    return late


async def hear(stt: HostedStt, speech: bytes) -> None:
    """Keeps a recogniser busy."""

    async def chunks() -> AsyncGenerator[SpeechChunk]:
        for at in range(0, len(speech), 2 * FRAME_SAMPLES):
            yield SpeechChunk("busy", speech[at : at + 2 * FRAME_SAMPLES], at // 2)

    while True:
        await stt.transcribe(chunks())


async def speak(tts: HostedTts) -> None:
    """Keeps a voice busy."""
    while True:
        async for _ in tts.synthesize(PROSE):
            pass


async def listen(stage: Stage, scene: np.ndarray) -> None:
    """Keeps the ear busy with wake words and speech."""
    while True:
        await stage.audio.say(scene)


async def measure(stretches: int) -> dict[str, object]:
    """Both kinds in turn."""
    busy: list[float] = []
    idle: list[float] = []
    speech = read(recordings("librispeech-resemblyzer")[0])[: 6 * RATE]
    scene = np.concatenate([read(recordings("ohf-wake/hey_jarvis")[0]), speech])
    stt, tts = children_of(config(), "stt")[0], children_of(config(), "tts")[0]
    await asyncio.gather(stt.start(), tts.start())
    try:
        for _ in range(stretches):
            idle += await lateness(STRETCH_S)
            async with on_stage(config()) as stage:
                work = [
                    asyncio.create_task(hear(HostedStt(stt, 60.0), pcm(speech))),
                    asyncio.create_task(speak(HostedTts(tts, 60.0))),
                    asyncio.create_task(listen(stage, scene)),
                ]
                await asyncio.sleep(1.0)
                busy += await lateness(STRETCH_S)
                for task in work:
                    task.cancel()
                await asyncio.wait(work)
    finally:
        await asyncio.gather(stt.close(), tts.close())
    return {"busy_ms": spread(busy, 1000), "idle_ms": spread(idle, 1000)}


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    stretches = QUICK_STRETCHES if parser.parse_args().quick else STRETCHES
    print(json.dumps({"question": "loop", **asyncio.run(measure(stretches))}))


if __name__ == "__main__":
    main()

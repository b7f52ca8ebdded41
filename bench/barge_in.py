"""P11: barge-in. How soon the speaker is silent, the language model has stopped, and the recogniser is free again.

    python bench/barge_in.py [--times N]

Work is cancelled at random moments. The speaker plays through a real audio server: it counts as silent when its process
says so. A model or a recogniser counts as stopped when its process lets go of the request, so that the next one runs.
The models are stubs of the true shapes (0.5B in Q4_0, base.en). A run of Whisper cannot be stopped: its rest counts.
"""

import argparse
import asyncio
import json
import os
import random
import tempfile
import time
from collections.abc import AsyncGenerator, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from pairs import spread
from sounds import VOCABULARY, pcm, read, recordings

from scripts.stub_models.llama import write_half_billion
from scripts.stub_models.whisper import write_model
from tests.rigs.audio_server import AudioServer
from tests.rigs.listener import listening
from voiced.core.chat import ChatMessage, Prompt
from voiced.core.types import FRAME_SAMPLES, RATE, Clip, SpeechChunk
from voiced.engines.child import Child, Upkeep
from voiced.engines.hosted import HostedStt
from voiced.engines.hosted_llm import HostedLlm

ROOT = Path(__file__).resolve().parents[1]
LOAD = Upkeep(start_deadline_s=120, let_go_s=30)
LONGEST_S = 3.0
PROMPT = Prompt((ChatMessage("system", "word " * 60),), (ChatMessage("user", "Tell me a story."),), max_tokens=500)


async def stopped(work: Coroutine[Any, Any, None], moment_s: float, child: Child) -> float:
    """Cancels work after a while; seconds until its child has let go of it."""
    task = asyncio.create_task(work)
    await asyncio.wait([task], timeout=moment_s)
    if task.done():
        raise AssertionError("the work was done before it was cancelled") from task.exception()
    began = time.monotonic()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    while child._letting_go:  # noqa: ASYNC110, SLF001 (nobody else wants to know)
        await asyncio.sleep(0.001)
    return time.monotonic() - began


async def speaker(times: int, chance: random.Random) -> list[float]:
    """Speech that is cut short."""

    async def speech() -> AsyncGenerator[Clip]:
        for _ in range(1000):
            yield Clip(b"\0\x10" * (RATE // 10), RATE)

    async with listening() as listener:
        card = listener.card
        return [
            await stopped(card.play(speech(), lambda _: None), chance.uniform(0.3, LONGEST_S), card.child)
            for _ in range(times)
        ]


async def model(folder: Path, times: int, chance: random.Random) -> list[float]:
    """Answers that nobody wants any more."""
    write_half_billion(folder / "model.gguf")
    settings = {
        "model": str(folder / "model.gguf"),
        "context": 2048,
        "temperature": 0.4,
        "threads": 0,
        "gpu_layers": 0,
        "cache": "",
    }
    child = Child("llm", "llama", settings, LOAD)
    await child.start()
    llm = HostedLlm(child, 120)

    async def answers() -> None:
        while True:
            async for _ in llm.chat(PROMPT):
                pass

    try:
        return [await stopped(answers(), chance.uniform(0.01, LONGEST_S), child) for _ in range(times)]
    finally:
        await child.close()


async def recogniser(folder: Path, times: int, chance: random.Random) -> list[float]:
    """Utterances that are cut short by the wake word."""
    write_model(VOCABULARY, "what time is it", folder / "whisper.bin", "base")
    intents = {"intents": str(ROOT / "config/intents"), "intents_language": "en"}
    settings = {"model": str(folder / "whisper.bin"), "language": "en", "threads": 0, **intents}
    child = Child("stt", "whisper", settings, LOAD)
    await child.start()
    stt = HostedStt(child, 120)
    sound = pcm(np.concatenate([read(recordings("librispeech-resemblyzer")[0])[: 4 * RATE], np.zeros(RATE)]))

    async def utterance() -> None:
        async def speech() -> AsyncGenerator[SpeechChunk]:
            for at in range(0, len(sound) // 2, FRAME_SAMPLES):
                await asyncio.sleep(FRAME_SAMPLES / RATE)
                yield SpeechChunk("barge-in", sound[2 * at : 2 * (at + FRAME_SAMPLES)], at)

        await stt.transcribe(speech())

    try:
        return [await stopped(utterance(), chance.uniform(0.1, 5.0), child) for _ in range(times)]
    finally:
        await child.close()


async def measure(times: int) -> dict[str, object]:
    """All three."""
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = AudioServer(folder / "audio")
        server.start()
        try:
            os.environ.update(server.environment)
            silent = await speaker(times, chance)
        finally:
            server.stop()
        return {
            "silent_ms": spread(silent, 1000),
            "model_ms": spread(await model(folder, times, chance), 1000),
            "recogniser_ms": spread(await recogniser(folder, times, chance), 1000),
        }


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    print(json.dumps({"question": "barge_in", **asyncio.run(measure(parser.parse_args().times))}))


if __name__ == "__main__":
    main()

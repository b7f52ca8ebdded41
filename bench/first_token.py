"""P10, P11: how soon a language model begins to answer, and how soon it stops.

    python bench/first_token.py [--times N]

A model of the shape of Qwen2.5-0.5B (random weights, Q4_0) is written to a passing folder. "first_ms" is from the
question to the first piece of the answer, through the child, with 400 tokens evaluated before and 15 new ones. It is
compared, in turns, with what llama.cpp alone takes to evaluate the 15 tokens and to choose one, and with all 415 of
them. "restored_ms" reads the state of the 400 tokens from the disk; "restarted_ms" is the first answer's first piece
of a new child. "stopped_ms" is from a cancellation at a random moment to the return of llama.cpp. Threads wait for each
other here as they do in the child.
"""

import argparse
import asyncio
import json
import os
import random
import string
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from pairs import PAIRS, faster, share, spread

from scripts.stub_models.llama import write_half_billion
from voiced.core.chat import ChatEnd, ChatMessage, Prompt
from voiced.engines.child import Child, Upkeep
from voiced.engines.evaluated import Evaluated
from voiced.engines.hosted_llm import HostedLlm
from voiced.engines.life import ENVIRONMENT
from voiced.engines.llamacpp import Model
from voiced.engines.prefix_files import PrefixFiles
from voiced.engines.prompts import Prompts
from voiced.engines.sampling import Sampler
from voiced.engines.threads import threads

CACHED, NEW, CONTEXT = 400, 15, 2048
FRAME, QUESTION_FRAME = 16, 13
"""Tokens of the template around the system's words, and around the user's after what is stable."""
PATIENCE_S = 120.0
LONG = 1_500
"""Tokens of a prompt that is cancelled on the way."""


def prompt(number: int) -> Prompt:
    """400 tokens that are always the same, and 15 others, whose first one differs from the last time's."""
    words = string.ascii_letters[number % 52] * (NEW - QUESTION_FRAME)
    stable = ("You are a house. " * CACHED)[: CACHED - FRAME]
    return Prompt((ChatMessage("system", stable),), (ChatMessage("user", words),), max_tokens=1)


@asynccontextmanager
async def talking(path: Path, cache: Path) -> AsyncGenerator[HostedLlm]:
    """A child with the model."""
    settings = {"model": str(path), "context": CONTEXT, "temperature": 0.4, "threads": 0, "gpu_layers": 0}
    child = Child("llm", "llama", {**settings, "cache": str(cache)}, Upkeep(start_deadline_s=PATIENCE_S))
    await child.start()
    try:
        yield HostedLlm(child, PATIENCE_S)
    finally:
        await child.close()


async def first(llm: HostedLlm, number: int, cached: int) -> float:
    """Seconds until the first piece, with so many tokens cached."""
    began = time.perf_counter()
    async with aclosing(llm.chat(prompt(number))) as items:
        await anext(items)
        seconds = time.perf_counter() - began
        async for item in items:
            if isinstance(item, ChatEnd) and (item.tokens_in, item.tokens_cached) != (CACHED + NEW, cached):
                raise AssertionError(f"{item.tokens_in} tokens, {item.tokens_cached} of them cached")
    return seconds


def timed(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


class Bare:
    """llama.cpp with the same model in this process: what cannot be saved."""

    def __init__(self, path: Path) -> None:
        self._model = Model(path)
        self.evaluated = Evaluated(self._model, CONTEXT, threads(0))
        self._sampler = Sampler(0.4, 1)
        self._prompts = Prompts(self._model, CONTEXT)
        self.stable = self._prompts.stable(prompt(0))

    def first(self, number: int, cached: int) -> float:
        """Seconds to evaluate a prompt after its first tokens, and to choose a token."""
        tokens = self._prompts.tokens(prompt(number))
        self.evaluated.cut(min(cached, self.evaluated.shared(tokens)))
        return timed(lambda: (self._add(tokens[cached:]), self._sampler.next(self.evaluated)))

    def stop(self, after_s: float) -> float:
        """Seconds that a long prompt is evaluated on after it is cancelled."""
        until = time.perf_counter() + after_s
        self.evaluated.clear()
        if self.evaluated.add(self.stable[:1] * LONG, lambda: time.perf_counter() > until):
            raise AssertionError("it was done before it was cancelled")
        return time.perf_counter() - until

    def stop_speaking(self, after_s: float) -> float:
        """Seconds that an answer goes on after it is cancelled."""
        until = time.perf_counter() + after_s
        self.evaluated.cut(CACHED)
        while self.evaluated.add(self.stable[:1], lambda: time.perf_counter() > until):
            self._sampler.next(self.evaluated)
        return time.perf_counter() - until

    def _add(self, tokens: list[int]) -> bool:
        return self.evaluated.add(tokens, lambda: False)

    def close(self) -> None:
        """Frees all."""
        self._sampler.close()
        self.evaluated.close()
        self._model.close()


async def measure(path: Path, cache: Path, times: int) -> dict[str, object]:
    """All of it."""
    bare, chance = Bare(path), random.Random(0)
    ours, suffix, cold, restarted = [], [], [], []
    async with talking(path, cache) as llm:
        await first(llm, 0, 0)
        await asyncio.to_thread(bare.first, 0, 0)
        for number in range(1, times + 1):
            ours.append(await first(llm, number, CACHED))
            suffix.append(await asyncio.to_thread(bare.first, number, CACHED))
            if number <= max(PAIRS, times // 2):
                cold.append(await asyncio.to_thread(bare.first, number, 0))
    for number in range(max(2, times // 10)):
        async with talking(path, cache) as llm:
            restarted.append(await first(llm, number, CACHED))
    files = PrefixFiles(cache, path, CONTEXT)
    restored = [timed(lambda: bare.evaluated.restore(files.load(bare.stable) or b"", bare.stable)) for _ in ours]
    if len(bare.evaluated.tokens) != CACHED:
        raise AssertionError("the state was not restored")
    stopped = [bare.stop(chance.uniform(0.01, 0.5)) for _ in ours]
    bare.first(0, 0)
    silent = [bare.stop_speaking(chance.uniform(0.01, 0.2)) for _ in ours]
    bare.close()
    return {
        "first_ms": spread(ours, 1000),
        "suffix_ms": spread(suffix, 1000),
        "uncached_ms": spread(cold, 1000),
        "share_of_suffix": share(ours, suffix),
        "faster_than_uncached": faster(ours[: len(cold)], cold),
        "restored_ms": spread(restored, 1000),
        "restarted_ms": spread(restarted, 1000),
        "stopped_ms": {"prompt": spread(stopped, 1000), "answer": spread(silent, 1000)},
    }


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=60)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "half-billion.gguf"
        write_half_billion(path)
        found = asyncio.run(measure(path, Path(folder) / "cache", times))
    print(json.dumps({"question": "first_token", "times": times, **found}))


if __name__ == "__main__":
    if not os.environ.keys() >= ENVIRONMENT.keys():  # The libraries look at it while they are loaded.
        os.execve(sys.executable, [sys.executable, *sys.argv], {**ENVIRONMENT, **os.environ})  # noqa: S606
    main()

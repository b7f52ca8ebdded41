"""P1 and P2 with the full engines: from the end of speech to the first audio of the answer.

    python bench/full_turns.py [--quick]

Ours is the daemon's own pipeline in real time, with Whisper, llama.cpp and Piper in their children. A `command` is
answered by a rule, a `question` by the language model. The peer chains the same engines as their packages come: 700 ms
of silence, the whole recording to pywhispercpp, the whole answer from llama-cpp-python, the whole answer to Piper. Its
silence is counted in audio time, its detector and its wire cost nothing. Both in turn.

The models are stubs of the true shapes (base.en, 0.5B in Q4_0 with a token for each word, a medium voice): they tell
times, not quality. The recogniser hears the same words in everything, and the language model's words are replaced by an
answer of so many words, on both sides. In three of ten questions what is guessed before the end is made to be wrong.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs
from pairs import faster, spread
from scenes import Scene, home
from sounds import VOCABULARY, pcm
from stage import Stage, config, on_stage
from turns import FIXED_S, PATIENCE_S, Marks, ours

from scripts.stub_models.llama import write_half_billion
from scripts.stub_models.piper import write_voice
from scripts.stub_models.whisper import write_model
from voiced import wiring
from voiced.core.chat import ChatEnd, Finish, Prompt, ToolCall
from voiced.core.config import Config
from voiced.core.ports.llm import Models, ModelState, Tried
from voiced.core.ports.stt import Stt
from voiced.core.types import RATE, Purpose, SpeechChunk, Transcript
from voiced.engines.child import Child, Upkeep
from voiced.engines.hosted import HostedStt, HostedTts
from voiced.turn.prompt import Prompts

COMMAND, QUESTION = "what time is it", "how wide is the sea"
ANSWER = "The sea is very wide, wider than any land you know, and deep as well."
TOKENS = len(ANSWER.split())
PROMPTS = Prompts("en", "", TOKENS, 60.0, lambda _: "public")
MISSES_OF_TEN = 3
COUNTS = {"command": 30, "question": 30}
QUICK = {"command": 6, "question": 6}


class Guessing:
    """A recogniser whose guesses before the end can be made wrong. Implements `Stt`."""

    def __init__(self, stt: Stt) -> None:
        self.wrong = False
        self._stt = stt

    async def transcribe(
        self,
        speech: AsyncIterator[SpeechChunk],
        purpose: Purpose = Purpose.COMMAND,
        partial: Callable[[Transcript], None] = lambda _: None,
    ) -> Transcript:
        """See `Stt`."""

        def guess(heard: Transcript) -> None:
            # Another word, not one less: half a sentence would be waited for.
            text = f"{heard.text.rpartition(' ')[0]} lake" if self.wrong else heard.text
            partial(structs.replace(heard, text=text))

        return await self._stt.transcribe(speech, purpose, guess)

    async def close(self) -> None:
        """See `Stt`."""
        await self._stt.close()


class Worded:
    """A language model that takes its time for each token, and says our words. Implements `Models`."""

    def __init__(self, models: Models) -> None:
        self._models = models

    def states(self) -> Sequence[ModelState]:
        """See `Models`."""
        return self._models.states()

    async def chat(
        self, prompt: Prompt, order: Sequence[str], tried: Tried
    ) -> AsyncGenerator[str | ToolCall | ChatEnd]:
        """See `Models`."""
        words = [f"{word} " for word in ANSWER.split()]
        async with aclosing(self._models.chat(prompt, order, tried)) as items:
            async for item in items:
                if isinstance(item, ChatEnd) or not words:
                    break
                yield words.pop(0)
        yield ChatEnd(Finish.STOP)

    async def prefill(self, prompt: Prompt) -> None:
        """See `Models`."""
        await self._models.prefill(prompt)

    async def close(self) -> None:
        """See `Models`."""
        await self._models.close()


def configured(folder: Path, text: str) -> Config:
    """The full engines on stubs."""
    write_model(VOCABULARY, text, folder / "whisper.bin", "base")
    changed: dict[str, Any] = msgspec.to_builtins(config(None, "hey_jarvis", "alexa"))
    engines = changed["engines"]
    engines["stt"]["engine"], engines["whisper"]["model"] = "whisper", str(folder / "whisper.bin")
    engines["tts"] |= {"engine": "piper", "cache_mb": 0}
    engines["piper"]["model"] = str(folder / "voice.onnx")
    engines["llm"] |= {"engine": "llama", "max_tokens": TOKENS}
    engines["llama"] |= {"model": str(folder / "model.gguf"), "context": 2048}
    return msgspec.convert(changed, Config)


class Chain:
    """The peer: one stage after the other."""

    def __init__(self, folder: Path) -> None:
        upkeep = Upkeep(start_deadline_s=120)
        self.children = [
            Child("stt", "bench.plain_engines:PlainWhisper", {"model": str(folder / "whisper.bin")}, upkeep),
            Child(
                "llm", "bench.plain_engines:PlainLlama", {"model": str(folder / "model.gguf"), "context": 2048}, upkeep
            ),
            Child("tts", "bench.whole_piper:WholePiper", {"model": str(folder / "voice.onnx")}, upkeep),
        ]
        self._stt, self._tts = HostedStt(self.children[0], 120), HostedTts(self.children[2], 120)

    async def turn(self, scene: Scene, *, asks: bool, reply: str) -> float:
        """Seconds from the end of speech to the first audio."""
        sound = pcm(scene.samples[int(scene.command * RATE) : int((scene.end + FIXED_S) * RATE)])

        async def speech() -> AsyncGenerator[SpeechChunk]:
            yield SpeechChunk("peer", sound, 0)

        began = time.perf_counter()
        await self._stt.transcribe(speech())
        if asks:
            prompt = PROMPTS.ask("", (), datetime.now(UTC)).stable[0].content
            async with self.children[1].exchange(120) as exchange:
                await exchange.send("chat", payload=msgspec.json.encode([f"{prompt}\n{QUESTION}", TOKENS]))
                await exchange.receive()
        async for _ in self._tts.synthesize(reply):
            break
        return FIXED_S + time.perf_counter() - began


async def table(folder: Path, kind: str, count: int) -> dict[str, object]:
    """One kind of turn, by both in turn."""
    asks = kind == "question"
    chosen = configured(folder, QUESTION if asks else COMMAND)
    recogniser, models = wiring.recogniser, wiring.models
    guessing: list[Guessing] = []

    def guess(*arguments: Any, **options: Any) -> Stt:  # noqa: ANN401 (whatever it is called with)
        guessing.append(Guessing(recogniser(*arguments, **options)))
        return guessing[-1]

    wiring.recogniser = guess
    wiring.models = lambda *arguments: Worded(made) if (made := models(*arguments)) else None
    pairs: list[tuple[float, float]] = []
    mine: list[Marks] = []
    failed: list[str] = []
    try:
        async with on_stage(chosen) as stage:
            chain = Chain(folder)
            await asyncio.gather(*(child.start() for child in chain.children))
            try:
                await _warm(stage)
                for number, scene in enumerate(home(count)):
                    guessing[0].wrong = asks and number % 10 < MISSES_OF_TEN
                    found = await ours(stage, scene)
                    theirs = await chain.turn(scene, asks=asks, reply=ANSWER if asks else "It is half past eight AM.")
                    if isinstance(found, str):
                        failed.append(f"{scene.name}: {found}")
                        continue
                    mine.append(found)
                    pairs.append((found["first_audio"], theirs))
            finally:
                await asyncio.gather(*(child.close() for child in chain.children))
    finally:
        wiring.recogniser, wiring.models = recogniser, models
    stages = ("endpoint", "transcribed", "routed", "answered", "synthesized", "first_audio")
    return {
        "n": count,
        "failed": failed,
        "ours_ms": {name: spread([each[name] for each in mine if name in each], 1000) for name in stages},
        "first_audio_ms": spread([a for a, _ in pairs], 1000),
        "peer_first_audio_ms": spread([b for _, b in pairs], 1000),
        "faster": faster(*zip(*pairs, strict=True)) if pairs else faster([], []),
    }


async def _warm(stage: Stage) -> None:
    """The language model has taken in what every prompt begins with, as it has after the start of a daemon."""
    await asyncio.sleep(PATIENCE_S)
    await stage.voiced.ask(QUESTION, aloud=False)


async def measure(counts: dict[str, int]) -> dict[str, object]:
    """Both tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prompt = PROMPTS.ask(QUESTION, (), datetime.now(UTC))
        write_half_billion(folder / "model.gguf", [message.content for message in (*prompt.stable, *prompt.messages)])
        write_voice(folder / "voice.onnx", "medium")
        return {kind: await table(folder, kind, count) for kind, count in counts.items()}


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    counts = QUICK if parser.parse_args().quick else COUNTS
    print(json.dumps({"question": "full_turns", **asyncio.run(measure(counts))}))


if __name__ == "__main__":
    main()

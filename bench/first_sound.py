"""P12: how soon a text is heard: a phrase that was spoken before, and a new sentence against whole-sentence Piper.

    python bench/first_sound.py [--quick]

The voice has random weights in the shapes of Piper's medium quality: it costs what a real one costs. Ours is what the
daemon does: clauses, words for signs, the phrase cache, Piper in its child, which makes a sentence in pieces. The peer
is the piper package in a child over the same wire, with its own session (a thread for each core), a sentence at once.
Both get a sentence that nobody said before; they take turns. `one_thread` is ours as it is set by default,
`as_many_threads` ours with as many as the peer has. An underrun is a piece of sound that comes after all before it was
played.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from functools import partial
from pathlib import Path

from msgspec import Struct
from pairs import PAIRS, share, spread

from scripts.stub_models.piper import write_voice
from voiced.core.ports.tts import Tts
from voiced.core.types import Clip
from voiced.engines.child import Child
from voiced.engines.hosted import HostedTts
from voiced.engines.phrasefiles import PhraseFiles
from voiced.engines.phrases import PhraseCache
from voiced.turn.speaking import SpeakableTts
from voiced.turn.voice import Synthesized

HERE = Path(__file__).parent
DEADLINE_S = 20.0
QUICK_PAIRS = 8
CACHED = 100
PHRASE = "Your timer is done."
SENTENCES = (
    "The weather in Berlin today is mostly cloudy with a high of {} degrees and a light breeze from the west.",
    "There are {} timers running at the moment, and the first of them is due in a little more than an hour.",
    "I have set the heating in the living room to {} degrees until you come home from work this evening.",
    "The next train to the airport leaves at {} minutes past the hour from the platform on the other side.",
    "You asked me to remind you that your sister is coming for dinner and that she brings {} friends along.",
    "The longest river of the continent is more than {} kilometers long and flows through ten countries.",
)


class Heard(Struct):
    """How a text came: seconds to its first sound, and pieces that came too late."""

    first_s: float
    underruns: int


async def hear(clips: AsyncGenerator[Clip]) -> Heard:
    """Takes sound in as a speaker does that plays it at once."""
    began, first, ahead_until, underruns = time.perf_counter(), 0.0, 0.0, 0
    async with aclosing(clips) as sound:
        async for clip in sound:
            now = time.perf_counter()
            first = first or now - began
            if ahead_until and now > ahead_until:
                underruns += 1
            ahead_until = max(ahead_until, now) + clip.seconds
    return Heard(first, underruns)


async def once(text: str) -> AsyncGenerator[str]:
    """A text that comes in one piece."""
    yield text


def answer(text: str, tts: Tts) -> AsyncGenerator[Clip]:
    """A text as a turn speaks it."""
    return Synthesized(once(text), tts, ready=lambda: None, started=lambda _: None).clips()


async def measure(folder: Path, pairs: int) -> dict[str, object]:
    """Takes turns."""
    model = folder / "medium.onnx"
    write_voice(model, "medium")
    cores = os.cpu_count() or 1
    settings = {"model": str(model), "speaker": 0, "words_per_minute": 170}
    children = {
        "peer": Child("tts", "whole_piper:WholePiper", settings),
        "one_thread": Child("tts", "piper", settings),
        "as_many_threads": Child("tts", "piper", {**settings, "threads": cores}),
    }
    async with AsyncExitStack() as stack:
        for child in children.values():
            await child.start()
            stack.push_async_callback(child.close)
        voices: dict[str, Tts] = {name: HostedTts(child, DEADLINE_S) for name, child in children.items()}
        files = PhraseFiles(folder / "phrases", 50_000_000)
        for name in ("one_thread", "as_many_threads"):
            voices[name] = SpeakableTts(PhraseCache(voices[name], files, lambda _: True, partial(str, name)), "en")
        heard: dict[str, list[Heard]] = {name: [] for name in voices}
        for number in range(pairs):
            text = SENTENCES[number % len(SENTENCES)].format(number + 11)
            for name, voice in voices.items():
                sound = voice.synthesize(text) if name == "peer" else answer(text, voice)
                heard[name].append(await hear(sound))
        await hear(answer(PHRASE, voices["one_thread"]))
        await asyncio.sleep(0.2)
        cached = [(await hear(answer(PHRASE, voices["one_thread"]))).first_s for _ in range(CACHED)]
    firsts = {name: [each.first_s for each in all_] for name, all_ in heard.items()}
    return {
        "cached_ms": spread(cached, 1000),
        "new_ms": {name: spread(times, 1000) for name, times in firsts.items()},
        "share_of_peer": {name: share(firsts[name], firsts["peer"]) for name in ("one_thread", "as_many_threads")},
        "underruns": sum(each.underruns for name, all_ in heard.items() if name != "peer" for each in all_),
        "cores": cores,
    }


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    pairs = QUICK_PAIRS if parser.parse_args().quick else PAIRS
    os.environ["PYTHONPATH"] = str(HERE)
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(measure(Path(folder), pairs))
    print(json.dumps({"question": "first_sound", **result}))


if __name__ == "__main__":
    main()

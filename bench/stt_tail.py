"""P9: how long after the end of an utterance Whisper's words are there, against pywhispercpp as it usually is.

    python bench/stt_tail.py [--quick] [--shape tiny|base]

Real speech of 1 to 5 s, heard in real time by the recogniser's child. The end is called 0.35 s after the recording's
label (a command that could go on). In three of ten the end is called at the label itself, without any silence: what was
guessed then is of no use, and all is to be done (a miss). The peer is given the whole recording at its end, with its
defaults; both in turn, on the same sound. The weights are a stub of base.en's true shape that always hears the same: it
tells times, not accuracy. faster-whisper is left out: it takes no model in this format.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import numpy as np
from pairs import PAIRS, faster, spread
from pywhispercpp.model import Model
from sounds import AUDIO, VOCABULARY, frames, pcm, read

from scripts.stub_models.whisper import write_model
from voiced.core.config import EndpointConfig
from voiced.core.types import FRAME_SAMPLES, RATE, SpeechChunk
from voiced.ear.voice import Voice
from voiced.engines.child import Child, Upkeep
from voiced.engines.hosted import HostedStt
from voiced.engines.silero import Silero

ROOT = Path(__file__).resolve().parents[1]
LABELS: dict[str, list[float]] = json.loads((ROOT / "bench/labels/speech.json").read_text())
TEXT = "set a timer for five minutes"
BEFORE_S, SILENCE_S, SHORTEST_S, LONGEST_S = 0.25, 0.35, 1.0, 5.0
"""Nobody says so many words in less than the shortest: the recogniser would not believe them."""
MISSES = {3, 6, 9}
"""Of every ten."""
ROOM_LEVEL = 8.0
SPEECH = EndpointConfig().speech_threshold
QUICK_PAIRS = 10


def clips(count: int) -> list[tuple[np.ndarray, bool]]:
    """Recordings from a little before their speech to where the end is called, and whether that leaves a silence."""
    random = np.random.default_rng(1)
    longest_s = LONGEST_S - BEFORE_S - SILENCE_S
    known = [path for path, (begin, end) in LABELS.items() if SHORTEST_S <= end - begin <= longest_s]
    found: list[tuple[np.ndarray, bool]] = []
    for number, at in enumerate(random.permutation(len(known))[:count]):
        begin, end = LABELS[known[at]]
        hit = number % 10 not in MISSES
        begin, end = max(0.0, begin - BEFORE_S), end + (SILENCE_S if hit else 0.0)
        samples = read(AUDIO / known[at])[round(begin * RATE) : round(end * RATE)]
        samples = np.pad(samples, (0, max(0, round((end - begin) * RATE) - len(samples))))
        found.append((samples + random.normal(0, ROOM_LEVEL, len(samples)), hit))
    return found


async def ours(stt: HostedStt, samples: np.ndarray) -> float:
    """Seconds from the end of the sound to its transcript."""
    sound, ended, vad, voice = pcm(samples), 0.0, Silero(), Voice(SPEECH, 0)
    # The daemon's ear does this in a thread of its own.
    speech_ends: list[int] = []
    for frame in frames(sound):
        voice.hear(vad.speech(frame.samples), frame.start)
        speech_ends.append(voice.speech_end)
    speech_ends.append(voice.speech_end)

    async def speech() -> AsyncGenerator[SpeechChunk]:
        nonlocal ended
        began = time.monotonic()
        for at, speech_end in zip(range(0, len(samples), FRAME_SAMPLES), speech_ends, strict=False):
            await asyncio.sleep(max(0.0, began + min(at + FRAME_SAMPLES, len(samples)) / RATE - time.monotonic()))
            yield SpeechChunk("tail", sound[2 * at : 2 * (at + FRAME_SAMPLES)], at, speech_end=speech_end)
        ended = time.monotonic()

    heard = await stt.transcribe(speech())
    if heard.text != TEXT:
        raise AssertionError(f"{heard.text!r} was heard")
    return time.monotonic() - ended


def peers(model: Model, samples: np.ndarray) -> float:
    """The same of pywhispercpp."""
    began = time.monotonic()
    segments = model.transcribe((samples / 32_768).astype(np.float32))
    took = time.monotonic() - began
    if " ".join(segment.text for segment in segments) != TEXT:
        raise AssertionError(f"{segments} were heard")
    return took


async def measure(path: Path, count: int) -> dict[str, object]:
    """Both in turn on every recording."""
    intents = {"intents": str(ROOT / "config/intents"), "intents_language": "en"}
    settings = {"model": str(path), "language": "en", "threads": 0, **intents}
    child = Child("stt", "whisper", settings, Upkeep(start_deadline_s=60))
    model = Model(str(path), redirect_whispercpp_logs_to=None, print_progress=False)
    # The child has run once when it is ready.
    await asyncio.gather(child.start(), asyncio.to_thread(peers, model, clips(1)[0][0]))
    times: dict[str, list[tuple[float, float]]] = {"hit": [], "miss": [], "mixed": []}
    try:
        for samples, hit in clips(count):
            pair = await ours(HostedStt(child, 60), samples), await asyncio.to_thread(peers, model, samples)
            for kind in ("hit" if hit else "miss", "mixed"):
                times[kind].append(pair)
    finally:
        await child.close()
    return {kind: _summary(pairs) for kind, pairs in times.items()}


def _summary(pairs: list[tuple[float, float]]) -> dict[str, object]:
    own, theirs = [own for own, _ in pairs], [theirs for _, theirs in pairs]
    return {"ours_ms": spread(own, 1000), "peer_ms": spread(theirs, 1000), "faster": faster(own, theirs)}


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--shape", choices=("tiny", "base"), default="base")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stub.bin"
        write_model(VOCABULARY, TEXT, path, arguments.shape)
        found = asyncio.run(measure(path, QUICK_PAIRS if arguments.quick else 2 * PAIRS))
    print(json.dumps({"question": "stt_tail", "shape": arguments.shape, **found}))


if __name__ == "__main__":
    main()

"""P6, P7 and the wake part of P5: the wake cascade against ungated openWakeWord, on the same sound.

    python bench/wake.py [--every N]      (every Nth recording; all of them take half an hour)

The peer is `pyopen-wakeword` (its features, its heads; ONNX heads on the same features) with its usual threshold of
0.5, fed 80 ms at a time. A word counts as found where either fires within its recording; a false accept is a firing in
any recording that does not hold the word. Sounds are clean, and with kitchen noise 10 dB below the speech.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import onnxruntime
from pyopen_wakeword import Model, OpenWakeWord, OpenWakeWordFeatures
from sounds import AUDIO, frames, noisy, pcm, read, recordings

from voiced.core.config import WakeConfig, WakeWordConfig
from voiced.core.types import FRAME_SAMPLES, RATE, Frame
from voiced.ear.cascade import Cascade
from voiced.ear.gate import Gate
from voiced.ear.words import Detection, Miss, words
from voiced.engines.microwake import MicroWake
from voiced.engines.openwake import OpenWake
from voiced.engines.silero import Silero

STEP = 1_280
THRESHOLD = 0.5
REFRACTORY = RATE
SNR_DB = 10.0
NEGATIVES = ("librispeech-4", "librispeech-resemblyzer", "an4", "picovoice-intent", "esc10", "misc")
HEADS = AUDIO.parent / "models/wake/oww-mit"
BUNDLED = ("alexa", "hey_jarvis", "hey_mycroft", "okay_nabu")
UNGATED = {"jarvis": HEADS / "jarvis_v1.onnx", "computer": HEADS / "computer_v2.onnx"}
PAIRS = 30
LEAST = 2_560
"""Recordings are cut to a multiple of both sides' steps, so that neither falls behind."""


def config(names: tuple[str, ...]) -> WakeConfig:
    """The configuration of some words: both models where there are two."""
    return WakeConfig(
        words={
            name: WakeWordConfig(micro=name, openwake=name)
            if name in BUNDLED
            else WakeWordConfig(openwake=str(UNGATED[name]))
            for name in names
        }
    )


class Ours:
    """The cascade, on one endless stream of recordings."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.config = config(names)
        table = self.config.words
        first = MicroWake({name: word.micro for name, word in table.items() if word.micro})
        second = OpenWake({name: word.openwake for name, word in table.items()})
        self.cascade = Cascade(words(self.config, first.cutoffs), first, second, Gate(Silero()))
        self.end = 0

    def decided(self, sound: bytes) -> Iterator[Detection | Miss]:
        """What the cascade decides while it hears some more sound."""
        begin = self.end
        for frame in frames(sound):
            start = begin + frame.start
            self.end = start + FRAME_SAMPLES
            yield from self.cascade.hear(Frame(frame.samples, start))

    def fired(self, sound: bytes) -> Iterator[tuple[str, int]]:
        """Words and positions, from the sound's beginning, of what the cascade hears."""
        begin = self.end
        for found in self.decided(sound):
            if isinstance(found, Detection):
                yield found.word, found.position - begin


def onnx_head(path: Path) -> Callable[[np.ndarray], float]:
    """An ONNX head as a function of the last 16 embeddings."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options)
    name = session.get_inputs()[0].name
    return lambda embeddings: float(session.run(None, {name: embeddings})[0].flat[0])  # pyright: ignore[reportAttributeAccessIssue]


class Peer:
    """openWakeWord, ungated."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.features = OpenWakeWordFeatures.from_builtin()
        self.heads = {name: OpenWakeWord.from_builtin(Model(name)) for name in names if name in BUNDLED}
        self.onnx = {name: onnx_head(UNGATED[name]) for name in names if name in UNGATED}
        self.window = np.zeros((1, 16, 96), np.float32)
        self.deaf: dict[str, int] = {}
        self.end = 0

    def scores(self, chunk: bytes) -> Mapping[str, float]:
        """The highest score of each word in 80 ms."""
        found: dict[str, float] = {}
        for embedding in self.features.process_streaming(chunk):
            for name, head in self.heads.items():
                found[name] = max([found.get(name, 0.0), *head.process_streaming(embedding)])
            self.window = np.concatenate([self.window[:, 1:], embedding[0]], axis=1)
            for name, score in self.onnx.items():
                found[name] = max(found.get(name, 0.0), score(self.window))
        return found

    def fired(self, sound: bytes) -> Iterator[tuple[str, int]]:
        """Words and positions of what it hears; as refractory as ours."""
        begin = self.end
        for at in range(0, len(sound) - 2 * STEP + 1, 2 * STEP):
            self.end += STEP
            for name, score in self.scores(sound[at : at + 2 * STEP]).items():
                if score >= THRESHOLD and self.end >= self.deaf.get(name, 0):
                    yield name, self.end - begin
                    self.deaf[name] = self.end + REFRACTORY


def holds(path: Path, name: str) -> bool:
    """Whether a recording's folder says that it holds a word; "hey jarvis" holds "jarvis" and is close to it."""
    folder = path.parent.name
    return folder == name or {folder, name} == {"jarvis", "hey_jarvis"}


def accuracy(ours: Ours, peer: Peer, every: int) -> dict[str, object]:
    """Recall, delay and false accepts of each word."""
    positives = recordings("picovoice-wake", "ohf-wake")[::every]
    negatives = recordings(*NEGATIVES)[::every]
    noise = read(AUDIO / "picovoice-intent/noise/kitchen.flac")
    random = np.random.default_rng(0)
    names = (*BUNDLED, *UNGATED)
    table = {name: {"n": 0, "found": 0, "peer_found": 0, "false": 0, "peer_false": 0} for name in names}
    later: dict[str, list[float]] = {name: [] for name in names}
    seconds = 0.0
    for path in positives + negatives:
        clean = np.concatenate([np.zeros(RATE // 2), read(path), np.zeros(2 * RATE)])
        clean = clean[: len(clean) // LEAST * LEAST]
        for samples in (clean, noisy(clean, noise, SNR_DB, random)):
            sound = pcm(samples)
            seconds += len(samples) / RATE
            mine, theirs = list(ours.fired(sound)), list(peer.fired(sound))
            for name in names:
                a = [at for word, at in mine if word == name]
                b = [at for word, at in theirs if word == name]
                row = table[name]
                if path.parent.name == name:
                    row["n"] += 1
                    row["found"] += bool(a)
                    row["peer_found"] += bool(b)
                    if a and b:
                        later[name].append((a[0] - b[0]) / RATE)
                elif not holds(path, name):
                    row["false"] += len(a)
                    row["peer_false"] += len(b)
    for name, delays in later.items():
        if delays:
            table[name] |= {"later_p50_s": np.median(delays), "later_p95_s": np.percentile(delays, 95)}
    return {"hours": seconds / 3600, "words": table}


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of a piece of work, by all threads."""
    start = time.process_time()
    work()
    return time.process_time() - start


def cost() -> dict[str, object]:
    """Shares of a core, interleaved, and ratios with the bad end of their median's 95 % interval."""
    speech = pcm(np.concatenate([read(path) for path in recordings("librispeech-resemblyzer")[:8]]))
    quiet = pcm(np.random.default_rng(0).normal(0, 8, len(speech) // 2))
    one, four, gated, peer = Ours(("hey_jarvis",)), Ours(BUNDLED), Ours(("jarvis",)), Peer(("hey_jarvis",))
    piece = 25 * LEAST * 2
    found: dict[str, object] = {}
    for kind, sound in (("quiet", quiet), ("speech", speech)):
        pieces = [sound[at : at + piece] for at in range(0, len(sound) - piece, piece)]
        times: dict[str, list[float]] = {"one": [], "four": [], "gated": [], "peer": []}
        for index in range(PAIRS):
            part = pieces[index % len(pieces)]
            for name, ear in (("one", one), ("four", four), ("gated", gated), ("peer", peer)):
                times[name].append(cpu(lambda part=part, ear=ear: list(ear.fired(part))))
        share = {name: float(np.median(values)) / 4 for name, values in times.items()}
        found[kind] = {f"{name}_of_a_core": value for name, value in share.items()} | {
            "one_by_peer": worst(times["one"], times["peer"]),
            "four_by_one": worst(times["four"], times["one"]),
            "gated_by_peer": worst(times["gated"], times["peer"]),
        }
    return found


def worst(a: list[float], b: list[float]) -> dict[str, float]:
    """The median ratio of pairs, and the upper end of its 95 % bootstrap interval."""
    ratios = np.array(a) / np.array(b)
    picks = np.random.default_rng(0).integers(0, len(ratios), (2_000, len(ratios)))
    return {"median": float(np.median(ratios)), "bad_end": float(np.percentile(np.median(ratios[picks], axis=1), 97.5))}


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=4)
    every = parser.parse_args().every
    names = (*BUNDLED, *UNGATED)
    result = {"question": "wake", "cost": cost(), "accuracy": accuracy(Ours(names), Peer(names), every)}
    print(json.dumps(result, default=float))


if __name__ == "__main__":
    main()

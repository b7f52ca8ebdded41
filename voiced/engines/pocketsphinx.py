"""PocketSphinx with a grammar made from the sentence templates: the recogniser that needs no download.

Two searches run side by side while the user speaks. One finds the best sentence of the grammar; the other, a loop over
all phones, finds out how well anything at all could explain the sound. Where a sentence explains the sound much worse
than the loop does, or leaves out much of what was said, it was no command. Method: acoustic confidence by comparison
with an all-phone model (Young, 1994, "Detecting misrecognitions and out-of-vocabulary words").
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pocketsphinx
from hassil.intents import Intents

from voiced.core.errors import SttFailed, translate
from voiced.core.grammar import Grammar, compile_grammar, spoken
from voiced.core.intents import load_intents
from voiced.core.types import RATE, SAMPLE_BYTES, Purpose
from voiced.core.wire import Message
from voiced.engines.grammar import build_fsg
from voiced.engines.host import Link
from voiced.engines.phonemes import pronounce

_MODEL = Path(pocketsphinx.get_model_path()) / "en-us"
_INTERRUPTIONS = ("VoicedStop", "HassNevermind")

_MARGIN = {Purpose.COMMAND: 2.05, Purpose.INTERRUPTION: 1.4}
"""Nats a frame by which the phone loop may explain the words' sound better than the words do. `bench/commands`."""
_MARGIN_WIDTH = 0.4
"""Nats a frame over which the confidence falls from 0.73 to 0.27."""
_ACCEPTED = 0.5
_UNCOVERED = 0.5
"""The share of the phones that may lie outside the words."""

_TINY = 1e-300
_QUIET = {"loglevel": "FATAL", "bestpath": False}
_NATS = 1024.0
"""PocketSphinx hands out its scores divided by this (SENSCR_SHIFT = 10)."""
_MEAN = (47.0, 2.6, -5.0, -3.6, -1.0, -4.8, -0.9, -4.5, 0.1, 0.0, 1.9, -1.1, 0.4)
"""The cepstral mean of an utterance before anything was heard: that of read speech at a usual level."""
_MEAN_WEIGHT = 500
"""Frames that a mean counts for when it is set (CMN_WIN in the library)."""
_PRIOR = 300
"""Frames that `_MEAN` counts for against what was heard."""
_RESTARTS = (0.4, 1.2)
"""Seconds of speech after which the mean is estimated anew and the search begins again with it."""
_BEFORE = 0.3
"""Seconds before the first speech from which a search begins again."""
_STEP_S = 0.02
_STEP = int(_STEP_S * RATE) * SAMPLE_BYTES
_SLICE = 5 * _STEP


class _Segment(NamedTuple):
    """A word or a phone with its first and last frame and its acoustic log likelihood in nats."""

    name: str
    first: int
    last: int
    nats: float

    @property
    def frames(self) -> range:
        return range(self.first, self.last + 1)

    @property
    def silent(self) -> bool:
        return self.name in {"SIL", "+NSN+", "+SPN+"} or self.name.startswith(("<", "[", "+"))


class Recogniser:
    """Turns utterances into sentences of the grammar, or into nothing.

    Args:
        intents: what can be said.
    """

    def __init__(self, intents: Intents) -> None:
        with translate(RuntimeError, to=SttFailed, message="PocketSphinx does not start"):
            self._words = pocketsphinx.Decoder(hmm=str(_MODEL / "en-us"), dict=None, lm=None, **_QUIET)
            self._phones = pocketsphinx.Decoder(
                hmm=str(_MODEL / "en-us"),
                dict=None,
                lm=None,
                allphone=str(_MODEL / "en-us-phone.lm.bin"),
                lw=2.0,
                beam=1e-20,
                pbeam=1e-20,
                **_QUIET,
            )
            skips = [words for phrase in intents.skip_words if (words := spoken(phrase, intents.language))]
            stops = [name for name in _INTERRUPTIONS if name in intents.intents]
            self._add_grammar(Purpose.COMMAND, compile_grammar(intents), skips)
            self._purposes = {Purpose.COMMAND}
            if stops:
                self._add_grammar(Purpose.INTERRUPTION, compile_grammar(intents, stops), [])
                self._purposes.add(Purpose.INTERRUPTION)
        self._purpose = Purpose.COMMAND
        self._sound = bytearray()
        self._restarts: list[float] = []
        self._mean: Sequence[float] = _MEAN
        self._running = False

    def _add_grammar(self, purpose: Purpose, grammar: Grammar, skips: list[list[str]]) -> None:
        words = grammar.words.union(*skips)
        for word, phones in _pronunciations(words):
            if self._words.lookup_word(word) is None:
                self._words.add_word(word, phones, update=False)
        self._words.add_fsg(purpose.value, build_fsg(grammar, skips, self._words.logmath, purpose.value))

    def start(self, purpose: Purpose = Purpose.COMMAND) -> None:
        """Begins an utterance."""
        self.stop()
        self._purpose = purpose if purpose in self._purposes else Purpose.COMMAND
        self._words.activate_search(self._purpose.value)
        self._sound = bytearray()
        self._restarts = list(_RESTARTS)
        self._begin(_MEAN)

    def feed(self, samples: bytes) -> str:
        """Takes in sound (s16le, mono, 16 kHz); returns the words understood so far."""
        for at in range(0, len(samples), _SLICE):
            self._take(samples[at : at + _SLICE])
        hypothesis = self._words.hyp()
        return hypothesis.hypstr if hypothesis else ""

    def _take(self, samples: bytes) -> None:
        self._sound += samples
        self._process(samples)
        if not self._restarts:
            return
        speech = _speech(self._sound)
        if len(speech) * _STEP_S >= self._restarts[0]:
            del self._restarts[0]
            mean = self._estimate_mean()
            self.stop()
            self._begin(mean)
            self._sound = self._sound[max(0, int(speech[0] - _BEFORE / _STEP_S)) * _STEP :]
            self._process(bytes(self._sound))

    def finish(self) -> tuple[str, float]:
        """Ends the utterance.

        Returns:
            The sentence and the confidence: 0.5 where the words explain the sound just well enough, 1 where they do it
            as well as any phones could. The sentence is empty where it is below, or much was said besides it.
        """
        self._end()
        words, phones = _segments(self._words), _segments(self._phones)
        spoken_words = [segment for segment in words if not segment.silent]
        if not spoken_words or not phones:
            return "", 0.0
        margin = _margin(spoken_words, phones)
        confidence = 1 / (1 + math.exp(min(50.0, (margin - _MARGIN[self._purpose]) / _MARGIN_WIDTH)))
        if confidence < _ACCEPTED or _uncovered(spoken_words, phones) > _UNCOVERED:
            return "", min(confidence, _ACCEPTED)
        return " ".join(word.name.partition("(")[0] for word in spoken_words), confidence

    def stop(self) -> None:
        """Forgets an utterance that is not wanted any more."""
        if self._running:
            self._end()

    def _begin(self, mean: Sequence[float]) -> None:
        self._running = True
        for decoder in (self._words, self._phones):
            decoder.set_cmn(",".join(f"{value:.4f}" for value in mean))
            decoder.start_utt()
        self._mean = mean

    def _process(self, samples: bytes) -> None:
        for decoder in (self._words, self._phones):
            decoder.process_raw(samples, no_search=False, full_utt=False)

    def _end(self) -> None:
        self._running = False
        for decoder in (self._words, self._phones):
            decoder.end_utt()

    def _estimate_mean(self) -> list[float]:
        """The cepstral mean of what was heard so far, with some weight for what is usual.

        The library's own estimate gives the mean it began with a weight of five seconds: that is taken out again.
        """
        frames = max(1, self._words.n_frames())
        shown = (float(value) for value in self._words.get_cmn(True).split(","))
        estimates = zip(shown, self._mean, _MEAN, strict=True)
        return [
            (_PRIOR * usual + value * (_MEAN_WEIGHT + frames) - set_to * _MEAN_WEIGHT) / (_PRIOR + frames)
            for value, set_to, usual in estimates
        ]


def _speech(sound: bytearray) -> np.ndarray:
    """The steps of 20 ms that are loud against the quietest of the sound: enough to tell where speech lies."""
    steps = np.frombuffer(sound[: len(sound) // _STEP * _STEP], "<i2").reshape(-1, _STEP // SAMPLE_BYTES)
    decibels = 10 * np.log10(np.mean(steps.astype(np.float32) ** 2, axis=1) + 1)
    floor, top = np.percentile(decibels, (10, 98))
    return np.flatnonzero(decibels > floor + max(6.0, 0.4 * (top - floor)))


def _pronunciations(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each word with its phones, from the dictionary or by ear; further ways to say it are named such as `word(2)`.

    Raises:
        SttFailed: a word cannot be pronounced.
    """
    wanted, known = set(words), set[str]()
    with (_MODEL / "cmudict-en-us.dict").open(encoding="utf-8") as lines:
        for line in lines:
            entry, _, phones = line.rstrip().partition(" ")
            word = entry.partition("(")[0]
            if word in wanted:
                known.add(word)
                yield entry, phones
    guessed = pronounce(sorted(wanted - known))
    if silent := wanted - known - guessed.keys():
        raise SttFailed(f"nobody can pronounce “{min(silent)}”", hint="Write it as it is spoken, in the templates.")
    yield from guessed.items()


def _segments(decoder: pocketsphinx.Decoder) -> list[_Segment]:
    if decoder.hyp() is None:
        return []
    return [
        _Segment(item.word, item.start_frame, item.end_frame, _NATS * math.log(max(item.ascore, _TINY)))
        for item in decoder.seg()
    ]


def _per_frame(segments: list[_Segment]) -> dict[int, float]:
    return {frame: segment.nats / len(segment.frames) for segment in segments for frame in segment.frames}


def _margin(spoken_words: list[_Segment], phones: list[_Segment]) -> float:
    """How much better the phones explain the frames of the words than the words do, in nats a frame."""
    free, bound = _per_frame(phones), _per_frame(spoken_words)
    return sum(free.get(frame, nats) - nats for frame, nats in bound.items()) / len(bound)


def _uncovered(spoken_words: list[_Segment], phones: list[_Segment]) -> float:
    """The share of the frames with a phone that lie outside the words."""
    covered = {frame for word in spoken_words for frame in word.frames}
    sounding = [frame for phone in phones if not phone.silent for frame in phone.frames]
    return sum(frame not in covered for frame in sounding) / max(1, len(sounding))


class PocketSphinx:
    """The recogniser inside its child.

    Args:
        settings: `intents`, a folder of sentence templates, and their `language`.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        self._recogniser = Recogniser(load_intents(Path(settings["intents"]), settings["language"]))
        self._until = 0

    def handle(self, message: Message, link: Link) -> None:
        """Takes in `audio-start`, `audio-chunk` and `audio-stop`; answers `transcript-chunk` and `transcript`."""
        match message.type:
            case "audio-start":
                self._recogniser.start(Purpose(message.data.get("purpose", Purpose.COMMAND.value)))
            case "audio-chunk":
                text = self._recogniser.feed(message.payload)
                self._until = message.data["start"] + len(message.payload) // SAMPLE_BYTES
                data = {"text": text, "until": self._until}
                link.send(Message("transcript-chunk", data, request=message.request))
            case "audio-stop":
                text, confidence = self._recogniser.finish()
                data = {"text": text, "confidence": confidence, "until": self._until}
                link.send(Message("transcript", data, request=message.request))
            case "cancel":
                self._recogniser.stop()
            case _:
                raise SttFailed(f"PocketSphinx does not know {message.type} frames")

    def close(self) -> None:
        """Lets go of everything."""
        self._recogniser.stop()

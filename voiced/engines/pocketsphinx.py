"""PocketSphinx with a grammar made from the sentence templates: the recogniser that needs no download.

Two searches run side by side while the user speaks, one for the best sentence and one for the best row of phones, so
that what is no command can be told from what is (see `rejection`).
"""

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pocketsphinx
from hassil.intents import Intents

from voiced.core.errors import IntentsInvalid, SttFailed, VoicedError, translate
from voiced.core.grammar import Grammar, compile_grammar, spoken
from voiced.core.home_names import HomeNames, with_home
from voiced.core.intents import INTERRUPTIONS, load_intents
from voiced.core.types import SAMPLE_BYTES, Purpose
from voiced.core.wire import Message
from voiced.engines.dictionary import BRITISH, pronunciations, sounding, word_of
from voiced.engines.grammar import build_fsg
from voiced.engines.host import Link
from voiced.engines.loudness import STEP_BYTES, STEP_S, levels, loud_steps
from voiced.engines.rejection import ACCEPTED, Segment, confidence

MODEL = Path(pocketsphinx.get_model_path()) / "en-us"
DICTIONARY = MODEL / "cmudict-en-us.dict"
SETTINGS = {"hmm": str(MODEL / "en-us"), "dict": None, "lm": None, "bestpath": False, "loglevel": "FATAL"}
PHONE_LOOP = {"allphone": str(MODEL / "en-us-phone.lm.bin"), "lw": 2.0, "beam": 1e-20, "pbeam": 1e-20}
"""Source: PocketSphinx's documentation of phoneme recognition; the beams wider, for the scores' sake."""
NATS = 1024.0
"""PocketSphinx hands out its scores divided by this (SENSCR_SHIFT = 10)."""

USUAL_MEAN = (47.0, 2.6, -5.0, -3.6, -1.0, -4.8, -0.9, -4.5, 0.1, 0.0, 1.9, -1.1, 0.4)
"""The cepstral mean before anything was heard: that of speech at a usual level."""
USUAL_WEIGHTS = (0,) + (300,) * 12
"""Frames of 10 ms that the usual mean counts for against what was heard; the first coefficient is the level, and no
level is usual."""
LIBRARY_WEIGHT = 500
"""Frames that the library lets a mean count for that it was given (CMN_WIN)."""
RESTARTS_S = (0.4, 2.0)
"""Seconds of speech after which the mean is estimated anew and both searches begin again with it. A wrong mean costs
more than any beam: with kitchen noise at 8 dB a third more orders are understood."""
BEFORE_S = 0.3
"""Seconds before the first speech from which they begin again."""
CHECK = 5 * STEP_BYTES
"""Bytes of sound after which it is asked whether to begin again: at the same places, whatever pieces it comes in."""


class Recogniser:
    """Turns utterances into sentences of the grammar, or into nothing.

    Args:
        intents: what can be said.

    Raises:
        IntentsInvalid: nothing in it can be said, or a word has no sound.
        SttFailed: PocketSphinx does not start.
    """

    def __init__(self, intents: Intents) -> None:
        with translate(RuntimeError, to=SttFailed, message="PocketSphinx does not start"):
            self._words = pocketsphinx.Decoder(**SETTINGS)
            self._phones = pocketsphinx.Decoder(**SETTINGS, **PHONE_LOOP)
        skips = [words for phrase in intents.skip_words if (words := spoken(phrase, intents.language))]
        grammars = {Purpose.COMMAND: (compile_grammar(intents), skips)}
        if stops := [name for name in INTERRUPTIONS if name in intents.intents]:
            grammars[Purpose.INTERRUPTION] = (compile_grammar(intents, stops), [])
        self._known = grammars.keys()
        self._skips, self._sounds = skips, set[str]()
        self._add_words(set[str]().union(*skips, *(grammar.words for grammar, _ in grammars.values())))
        for purpose, (grammar, optional) in grammars.items():
            self._add_grammar(purpose, grammar, optional)
        self._purpose = Purpose.COMMAND
        self._running = False
        self._taken, self._sound = 0, bytearray()
        self._restarts: list[float] = []
        self._mean: Sequence[float] = USUAL_MEAN

    @property
    def running(self) -> bool:
        """Whether an utterance is being heard."""
        return self._running

    def renew(self, intents: Intents) -> None:
        """Takes other templates for commands; not while an utterance is heard.

        Raises:
            IntentsInvalid: as when it is made; what could be said before still can.
        """
        grammar = compile_grammar(intents)
        self._add_words(grammar.words)
        self._add_grammar(Purpose.COMMAND, grammar, self._skips)

    def _add_words(self, words: set[str]) -> None:
        if not words:
            raise IntentsInvalid("nothing in the templates can be spoken", hint="Write sentences without wildcards.")
        for entry, phones in list(pronunciations(words - self._sounds, DICTIONARY)):
            self._words.add_word(entry, phones, update=False)
        self._sounds |= words

    def _add_grammar(self, purpose: Purpose, grammar: Grammar, skips: list[list[str]]) -> None:
        with translate(RuntimeError, to=SttFailed, message="PocketSphinx does not take the grammar"):
            fsg = build_fsg(grammar, skips, self._words.logmath, purpose.value)
            if purpose is Purpose.INTERRUPTION:
                for word in BRITISH.keys() & grammar.words:
                    entry, phones = BRITISH[word]
                    self._words.add_word(entry, phones, update=False)
                    fsg.add_alt(word, entry)
            self._words.add_fsg(purpose.value, fsg)

    def start(self, purpose: Purpose = Purpose.COMMAND) -> None:
        """Begins an utterance. One with a purpose that the intents have no words for is not listened to."""
        self.stop()
        if purpose not in self._known:
            return
        self._purpose = purpose
        self._words.activate_search(purpose.value)
        self._taken, self._sound = 0, bytearray()
        self._restarts = list(RESTARTS_S)
        self._begin(USUAL_MEAN)

    def feed(self, samples: bytes) -> str:
        """Takes in sound (s16le, mono, 16 kHz); returns the words understood so far."""
        if not self._running:
            return ""
        while samples:
            room = CHECK - self._taken % CHECK
            self._take(samples[:room])
            samples = samples[room:]
        hypothesis = self._words.hyp()
        return " ".join(map(word_of, hypothesis.hypstr.split())) if hypothesis else ""

    def finish(self) -> tuple[str, float]:
        """Ends the utterance.

        Returns:
            The sentence, empty if it was no command, and the confidence of `rejection.confidence`.
        """
        if not self._running:
            return "", 0.0
        self.stop()
        words = _segments(self._words)
        sure = confidence(words, _segments(self._phones), self._purpose)
        said = (word_of(word.name) for word in words if not word.silent)
        return " ".join(said) if sure >= ACCEPTED else "", sure

    def stop(self) -> None:
        """Ends an utterance without asking what it was."""
        if self._running:
            self._running = False
            for decoder in (self._words, self._phones):
                decoder.end_utt()

    def _begin(self, mean: Sequence[float]) -> None:
        self._running, self._mean = True, mean
        for decoder in (self._words, self._phones):
            decoder.set_cmn(",".join(f"{value:.4f}" for value in mean))
            decoder.start_utt()

    def _take(self, samples: bytes) -> None:
        self._process(samples)
        self._taken += len(samples)
        if not self._restarts:
            return
        self._sound += samples
        if self._taken % CHECK:
            return
        speech = loud_steps(levels(self._sound))
        if len(speech) * STEP_S >= self._restarts[0]:
            self._restart(speech[0])

    def _restart(self, first: int) -> None:
        """Begins again, a little before a step of the sound, with a better mean."""
        del self._restarts[0]
        mean = self._estimate_mean()
        del self._sound[: max(0, int(first - BEFORE_S / STEP_S)) * STEP_BYTES]
        self.stop()
        self._begin(mean)
        self._process(bytes(self._sound))

    def _process(self, samples: bytes) -> None:
        for decoder in (self._words, self._phones):
            decoder.process_raw(samples, no_search=False, full_utt=False)

    def _estimate_mean(self) -> list[float]:
        """The cepstral mean of what was heard so far, with some weight for what is usual.

        The library's own estimate holds the mean that it began with: that is taken out again.
        """
        frames = max(1, self._words.n_frames())
        estimates = [float(value) for value in self._words.get_cmn(True).split(",")]
        mean: list[float] = []
        for weight, usual, began, estimate in zip(USUAL_WEIGHTS, USUAL_MEAN, self._mean, estimates, strict=True):
            heard = estimate * (LIBRARY_WEIGHT + frames) - began * LIBRARY_WEIGHT
            mean.append((usual * weight + heard) / (weight + frames))
        return mean


def _segments(decoder: pocketsphinx.Decoder) -> list[Segment]:
    if decoder.hyp() is None:
        return []
    return [
        Segment(item.word, item.start_frame, item.end_frame, NATS * math.log(item.ascore))
        for item in decoder.seg()
        if item.ascore > 0
    ]


class PocketSphinx:
    """The recogniser in its child. It hears one utterance, and keeps others until that is over. Implements `Hosted`.

    Args:
        settings: `intents`, a folder of sentence templates, and their `language`; `home`, the names that are listened
            for (see `HomeNames`).
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        folder, language = Path(settings["intents"]), settings["language"]
        self._intents = load_intents(folder, language)
        spoken_home = folder / language / "home" / "spoken"
        self._home = load_intents(spoken_home, language) if spoken_home.is_dir() else None
        self._names: dict[str, Any] | None = None
        try:
            self._recogniser = Recogniser(self._with_home(settings.get("home", {})))
        except VoicedError as error:
            if not settings.get("home"):
                raise
            _tell(error)
            self._recogniser = Recogniser(self._with_home({}))
        self._until = 0
        self._heard: int | None = None
        self._waiting: dict[int, list[Message]] = {}

    def _with_home(self, home: dict[str, Any]) -> Intents:
        """The templates with the names in a home, but for those that nobody can pronounce."""
        names = msgspec.convert(home, HomeNames)
        return with_home(self._intents, self._home, _audible(names)) if self._home else self._intents

    def handle(self, message: Message, link: Link) -> None:
        """Takes in `audio-start`, `audio-chunk` and `audio-stop`; answers `transcript-chunk` and `transcript`.

        `home` has other names to listen for, and no answer.
        """
        if message.type == "home":
            self._names = message.data
        elif self._heard in (None, message.request):
            self._hear(message, link)
        elif message.type == "cancel":
            self._waiting.pop(message.request, None)
        else:
            self._waiting.setdefault(message.request, []).append(message)
        while self._heard is None and self._waiting:
            for waited in self._waiting.pop(next(iter(self._waiting))):
                self._hear(waited, link)
        if self._names is not None and not self._recogniser.running:
            names, self._names = self._names, None
            try:
                self._recogniser.renew(self._with_home(names))
            except VoicedError as error:
                _tell(error)

    def close(self) -> None:
        """Lets go of everything."""
        self._recogniser.stop()

    def _hear(self, message: Message, link: Link) -> None:
        """Takes in a frame of the utterance that is heard, or of the next."""
        match message.type:
            case "audio-start":
                self._heard = message.request
                self._recogniser.start(Purpose(message.data.get("purpose", Purpose.COMMAND.value)))
            case "audio-chunk":
                text = self._recogniser.feed(message.payload)
                self._until = message.data["start"] + len(message.payload) // SAMPLE_BYTES
                data = {"text": text, "until": self._until}
                link.send(Message("transcript-chunk", data, request=message.request))
            case "audio-stop":
                self._heard = None
                text, sure = self._recogniser.finish()
                data = {"text": text, "confidence": sure, "until": self._until}
                link.send(Message("transcript", data, request=message.request))
            case "cancel":
                self._heard = None
                self._recogniser.stop()
            case _:
                raise SttFailed(f"PocketSphinx does not know {message.type} frames")


def _tell(error: VoicedError) -> None:
    """Names that cannot be taken make nobody deaf: what was understood before still is."""
    sys.stderr.write(f"the names of the home are not listened for: {error.message} ({error.hint})\n")


def _audible(names: HomeNames) -> HomeNames:
    called = {name: spoken(name, "en") for each in (*names.things.values(), names.areas) for name in each}
    sounds = sounding({word for words in called.values() for word in words}, DICTIONARY)
    heard = {name for name, words in called.items() if words and sounds.issuperset(words)}
    things = {domain: [name for name in each if name in heard] for domain, each in names.things.items()}
    return HomeNames(things, [name for name in names.areas if name in heard])

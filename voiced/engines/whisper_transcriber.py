"""From the sound of an utterance to words that can be believed."""

import time
from collections.abc import Callable

import numpy as np

from voiced.core.types import RATE
from voiced.engines import whisper_guards as guards
from voiced.engines.whisper_library import AUTO, Decoded, Model, Request
from voiced.engines.whisper_utterance import Heard, Utterance
from voiced.engines.wording import transcript_words

SURE = 0.7
"""Who is less sure runs once more and is told the vocabulary before: that makes a run half as long again."""
SURE_OF_LANGUAGE_S = 2.0
"""Speech so long that its language need not be detected anew in each run: that would run the encoder twice."""


class Transcriber:
    """Runs a model as far as is needed, and drops what it makes up.

    Args:
        model: a Whisper model.
        language: two letters, or `AUTO`.
        prompt: words that are likely to be said.
        clock: seconds on any clock.
    """

    def __init__(
        self, model: Model, language: str, prompt: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._model = model
        self._language = language if model.multilingual else "en"
        self._prompt = prompt
        self._clock = clock
        self._seconds_a_position = 0.0
        # The first run is slower than the others, and tells how long they will take.
        self._decode(np.zeros(RATE, np.float32), guards.LEAST_CONTEXT, self._language, "", lambda: False)

    def cost_s(self, utterance: Utterance) -> float:
        """How long a run would take now, judged by the last one."""
        return self._seconds_a_position * self._context(round(utterance.speech_s * RATE))

    def transcribe(self, utterance: Utterance, cancelled: Callable[[], bool], *, patient: bool = True) -> Heard | None:
        """Transcribes all sound so far.

        Args:
            utterance: the sound, with speech in it.
            cancelled: asked now and then.
            patient: a decoder that loops is given a second, longer run.

        Returns:
            What was said, its text empty where nothing that can be believed; None where it was cancelled.

        Raises:
            SttFailed: the library says so.
        """
        heard = self._run(utterance, "", cancelled, patient=patient)
        if heard and patient and self._prompt and heard.confidence < SURE:
            told = self._run(utterance, self._prompt, cancelled, patient=patient)
            return told and max(heard, told, key=lambda each: (bool(each.text), each.confidence))
        return heard

    def _run(self, utterance: Utterance, prompt: str, cancelled: Callable[[], bool], *, patient: bool) -> Heard | None:
        sound = utterance.speech()
        language = utterance.heard.language or self._language
        context = self._context(len(sound))
        decoded = self._decode(sound, context, language, prompt, cancelled)
        if decoded and _loops(decoded) and patient and context < self._model.context:
            decoded = self._decode(sound, self._model.context, language, prompt, cancelled)
        if decoded is None:
            return None
        text, sure = transcript_words(decoded.text, decoded.language), guards.confidence(decoded.probabilities)
        said = not _loops(decoded) and guards.believable(text, sure, utterance.speech_s, prompt)
        known = self._language != AUTO or utterance.speech_s >= SURE_OF_LANGUAGE_S
        return Heard(text if said else "", sure, decoded.language if known else "")

    def _context(self, samples: int) -> int:
        return guards.audio_context(samples, self._model.context)

    def _decode(
        self, sound: np.ndarray, context: int, language: str, prompt: str, cancelled: Callable[[], bool]
    ) -> Decoded | None:
        request = Request(context, guards.most_tokens(len(sound) / RATE), language, prompt)
        began = self._clock()
        decoded = self._model.decode(sound, request, cancelled)
        self._seconds_a_position = (self._clock() - began) / context
        return decoded


def _loops(decoded: Decoded) -> bool:
    return not decoded.whole or guards.repeats(decoded.text)

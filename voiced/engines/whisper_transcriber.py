"""From the sound of an utterance to words that can be believed."""

import time
from collections.abc import Callable
from contextlib import suppress

import numpy as np

from voiced.core.errors import SttFailed
from voiced.core.types import RATE
from voiced.engines import whisper_guards as guards
from voiced.engines.whisper_library import Decoded, Model, Request
from voiced.engines.whisper_utterance import Heard, Utterance
from voiced.engines.wording import transcript_words

SURE = 0.7
"""Who is less sure may run once more and is told the vocabulary before: that makes a run half as long again."""
CHEAP_S = 0.5
"""Who runs for longer does not run once more: an answer that comes late is no better."""
SURE_OF_LANGUAGE_S = 2.0
"""Speech so long that its language need not be detected anew in each run: that would run the encoder twice."""


class Transcriber:
    """Runs a model as far as is needed, and drops what it makes up.

    Args:
        model: a Whisper model.
        language: two letters, or "auto".
        prompt: words that are likely to be said.
        clock: seconds on any clock.

    Attributes:
        prompt: likewise; may be changed between utterances.
    """

    def __init__(
        self, model: Model, language: str, prompt: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._model = model
        self._language = language if model.multilingual else "en"
        self.prompt = prompt
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
            patient: a decoder that loops is given a second, longer run; what it is not sure of is doubtful.

        Returns:
            What was said, its text empty where nothing that can be believed; None where it was cancelled.

        Raises:
            SttFailed: the library says so.
        """
        before, sound = utterance.heard, utterance.speech()
        language = before.language if before.speech_s >= SURE_OF_LANGUAGE_S else self._language
        context = self._context(len(sound))
        decoded = self._decode(sound, context, language, "", cancelled)
        looped = decoded is not None and _loops(decoded)
        if looped and patient and context < self._model.context:
            decoded = self._decode(sound, self._model.context, language, "", cancelled)
        if decoded is None:
            return None
        heard = _heard(decoded, utterance)
        return heard._replace(doubtful=patient and not looped and heard.confidence < SURE)

    def worth_another_run(self, utterance: Utterance) -> bool:
        """Tells whether `reconsider` may make more of an utterance, and soon."""
        return bool(self.prompt) and utterance.heard.doubtful and self.cost_s(utterance) <= CHEAP_S

    def reconsider(self, utterance: Utterance, cancelled: Callable[[], bool]) -> Heard:
        """Transcribes once more what was transcribed, with the vocabulary; the surer words count.

        Args:
            utterance: the sound, of which nothing but silence is new.
            cancelled: asked now and then.

        Returns:
            What was said, as it was heard before where this run fails or is cancelled.
        """
        before, sound = utterance.heard._replace(doubtful=False), utterance.speech()
        decoded = None
        with suppress(SttFailed):
            decoded = self._decode(sound, self._context(len(sound)), before.language, self.prompt, cancelled)
        told = _heard(decoded, utterance, self.prompt) if decoded else before
        return max(before, told, key=lambda each: (bool(each.text), each.confidence))

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


def _heard(decoded: Decoded, utterance: Utterance, prompt: str = "") -> Heard:
    """What can be believed of it."""
    text, sure = transcript_words(decoded.text, decoded.language), guards.confidence(decoded.probabilities)
    said = not _loops(decoded) and guards.believable(text, sure, utterance.speech_s, prompt)
    return Heard(text if said else "", sure, decoded.language, utterance.speech_s)


def _loops(decoded: Decoded) -> bool:
    return not decoded.whole or guards.repeats(decoded.text)

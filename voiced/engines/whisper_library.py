"""pywhispercpp: the only file that knows it.

Its `Model` keeps every parameter of a call for the next one and loses the library's error codes, so this uses the
functions under it, with parameters made anew for each call.
"""

import atexit
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

import _pywhispercpp as library
import numpy as np
from numpy.typing import NDArray

from voiced.core.errors import ModelBroken, SttFailed
from voiced.engines.ggml import check

_ERROR = 4
"""GGML_LOG_LEVEL_ERROR."""
AUTO = "auto"


class Request(NamedTuple):
    """What a run is to do.

    Attributes:
        context: the encoder's window, in positions; see `whisper_guards.audio_context`.
        most_tokens: the decoder is stopped after so many.
        language: two letters, or `AUTO`.
        prompt: what is taken to have been said before.
    """

    context: int
    most_tokens: int
    language: str
    prompt: str


class Decoded(NamedTuple):
    """What a run found.

    Attributes:
        text: as Whisper writes it.
        probabilities: of its tokens.
        language: two letters.
        whole: the decoder came to an end by itself.
    """

    text: str
    probabilities: tuple[float, ...]
    language: str
    whole: bool


class Model(Protocol):
    """A Whisper model, as far as the rest is concerned."""

    @property
    def context(self) -> int:
        """The encoder's longest window, in positions."""
        ...

    @property
    def multilingual(self) -> bool:
        """Whether it knows more than English."""
        ...

    def decode(self, sound: NDArray[np.float32], request: Request, cancelled: Callable[[], bool]) -> Decoded | None:
        """Transcribes a sound.

        Args:
            sound: mono, 16 kHz, -1 to 1.
            request: how.
            cancelled: asked after the encoder and between tokens; a running encoder cannot be stopped.

        Returns:
            None where it was cancelled.

        Raises:
            SttFailed: the library says so.
        """
        ...


class WhisperCpp:
    """A model in whisper.cpp. Implements `Model`.

    Args:
        path: a ggml file.
        threads: to compute with.

    Raises:
        ModelBroken: the file cannot be used.
    """

    def __init__(self, path: Path, threads: int) -> None:
        check(path)
        self._threads = threads
        self._complaints: list[str] = []
        library.whisper_log_set(self._take_line)
        # It would be called after the interpreter's end, and crash.
        atexit.register(library.whisper_log_set)
        parameters = library.whisper_context_default_params()
        self._context = library.whisper_init_from_file_with_params(str(path), parameters)
        if self._complaints:
            # There is no model then, and no way to ask whether there is one.
            raise ModelBroken(f"{path} cannot be loaded: {self._complaints[0]}")

    @property
    def context(self) -> int:
        """See `Model`."""
        return library.whisper_model_n_audio_ctx(self._context)

    @property
    def multilingual(self) -> bool:
        """See `Model`."""
        return bool(library.whisper_is_multilingual(self._context))

    def decode(self, sound: NDArray[np.float32], request: Request, cancelled: Callable[[], bool]) -> Decoded | None:
        """See `Model`."""
        self._complaints.clear()
        failed = library.whisper_full(self._context, self._parameters(request, cancelled), sound, len(sound))
        if cancelled():
            return None
        if failed:
            reason = self._complaints[-1] if self._complaints else f"error {failed}"
            raise SttFailed(f"Whisper failed: {reason}")
        segments = range(library.whisper_full_n_segments(self._context))
        text = b"".join(library.whisper_full_get_segment_text(self._context, segment) for segment in segments)
        tokens = [
            (
                library.whisper_full_get_token_id(self._context, segment, number),
                library.whisper_full_get_token_p(self._context, segment, number),
            )
            for segment in segments
            for number in range(library.whisper_full_n_tokens(self._context, segment))
        ]
        end = library.whisper_token_eot(self._context)
        language = library.whisper_lang_str(library.whisper_full_lang_id(self._context)) if self.multilingual else "en"
        return Decoded(
            text.decode("utf-8", "replace"),
            tuple(probability for token, probability in tokens if token < end),
            language,
            whole=not tokens or tokens[-1][0] == end,
        )

    def _parameters(self, request: Request, cancelled: Callable[[], bool]) -> library.whisper_full_params:
        found = library.whisper_full_default_params(library.whisper_sampling_strategy.WHISPER_SAMPLING_GREEDY)
        found.n_threads = self._threads
        found.audio_ctx = request.context
        found.max_tokens = request.most_tokens
        found.language = request.language
        found.initial_prompt = request.prompt
        found.no_timestamps = True
        found.single_segment = True
        found.no_context = True
        found.suppress_nst = True
        # Who is unsure says so at once: trying again at higher temperatures takes several times as long.
        found.temperature_inc = 0.0
        found.greedy = {"best_of": 1}
        found.print_progress = False
        found.set_abort_callback(cancelled)
        return found

    def _take_line(self, level: int, line: str) -> None:
        if level == _ERROR:
            self._complaints.append(line.strip())


def knows_language(language: str) -> bool:
    """Tells whether Whisper knows a language (two letters)."""
    return library.whisper_lang_id(language) >= 0

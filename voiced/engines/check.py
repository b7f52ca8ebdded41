"""`python -m voiced.engines.check KIND FILE`: looks at a model file, in a process that may be lost.

It loads no engine: the file's own tables are compared with its size. What is wrong is printed as JSON (exit code 1).
"""

import resource
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import msgspec

from voiced.core.errors import ModelBroken

MODULES = {"ggml": "voiced.engines.ggml", "gguf": "voiced.engines.gguf", "onnx": "voiced.engines.onnxfile"}
"""Who knows each kind of file: a module with `check(path)`, which raises ModelBroken."""
MEMORY = 1024 * 1024 * 1024
"""Bytes of memory beside the file itself (which may be mapped): a table that asks for more is a lie."""


def main(arguments: Sequence[str]) -> int:
    """Looks at one file; returns the exit code."""
    kind, path = arguments[0], Path(arguments[1])
    try:
        _check(kind, path)
    except ModelBroken as error:
        told = {"code": error.code, "message": error.message, "hint": error.hint}
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
        return 1
    return 0


def _check(kind: str, path: Path) -> None:
    module = import_module(MODULES[kind])
    try:
        limit = path.stat().st_size + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        module.check(path)
    except OSError as error:
        raise ModelBroken(f"{path} cannot be read: {error}", hint="Check its permissions, and the disk.") from error
    except MemoryError as error:
        raise ModelBroken(f"{path} asks for more memory than a sound file of its size") from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

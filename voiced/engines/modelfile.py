"""Model files of the user's: found, and looked at before a library may load them into the daemon."""

import subprocess
import sys
from pathlib import Path

from voiced.core.errors import WakeFailed

_MAGIC = b"TFL3"
_SMALLEST = 1_000
_LARGEST = 64_000_000
_PROBE_SECONDS = 20.0


def find(name: str, bundled: Path) -> tuple[Path, bool]:
    """Finds a model by the name of a bundled one, or by its path.

    Args:
        name: "hey_jarvis", "~/models/mine.tflite", …
        bundled: the folder of bundled .tflite models.

    Returns:
        The file, and whether it is a bundled one.

    Raises:
        WakeFailed: there is no such model.
    """
    names = sorted(path.stem for path in bundled.glob("*.json")) or sorted(
        path.stem for path in bundled.glob("*.tflite") if path.stem not in {"melspectrogram", "embedding_model"}
    )
    if name in names:
        return bundled / f"{name}.tflite", True
    path = Path(name).expanduser()
    if not path.is_file():
        raise WakeFailed(
            f"there is no wake word model {name!r}",
            hint=f"Name a .tflite or .onnx file, or one of: {', '.join(names)}.",
        )
    return path.absolute(), False


def checked(path: Path) -> None:
    """Makes sure that a file can be loaded: by its size and first bytes, then by running it in a process of its own.

    A broken model can end the process that runs it, and the daemon must not be that process.

    Raises:
        WakeFailed: it cannot; the message names the file.
    """
    hint = f"Download {path.name} again, or take another model."
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise WakeFailed(f"{path} cannot be read: {error}", hint="Check its permissions.") from error
    if not _SMALLEST <= size <= _LARGEST:
        raise WakeFailed(f"{path} has {size} bytes and is no wake word model", hint=hint)
    if path.suffix != ".onnx" and head[4:8] != _MAGIC:
        raise WakeFailed(f"{path} is no TensorFlow Lite model", hint=hint)
    _probe(path, "voiced.engines.onnx" if path.suffix == ".onnx" else "voiced.engines.tflite", hint)


def _probe(path: Path, module: str, hint: str) -> None:
    command = [sys.executable, "-m", module, str(path)]
    try:
        result = subprocess.run(command, capture_output=True, timeout=_PROBE_SECONDS, check=False)  # noqa: S603 (our own module)
    except subprocess.TimeoutExpired as error:
        raise WakeFailed(f"{path} takes too long to load", hint=hint) from error
    if result.returncode:
        raise WakeFailed(f"{path} is damaged, or no wake word model", hint=hint)

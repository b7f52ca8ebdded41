"""A model's files in a folder: on a stick, in another program's folder, on a share. For a box without the Internet."""

import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from voiced.core.errors import InputInvalid, ModelMissing, translate
from voiced.setup.catalogue import Entry, WantedFile
from voiced.setup.modelcheck import PIECE, Progress
from voiced.setup.modelstore import written


class Unreadable(InputInvalid):
    """A file cannot be read."""

    code = "file-unreadable"


def find(entry: Entry, folder: Path) -> list[Path]:
    """Finds all files of a model, at any depth.

    A file is called as on the Hub, or as the model with the same ending (`base.en.bin`); in capitals or not.

    Raises:
        InputInvalid: there is no such folder.
        ModelMissing: a file is not there, or several are that could be meant.
    """
    if not folder.is_dir():
        raise InputInvalid(f"there is no folder {folder}", code="file-missing", hint="Check the path.")
    there: dict[str, list[Path]] = {}
    for place, _, names in os.walk(folder):
        for name in (name for name in names if Path(place, name).is_file()):
            there.setdefault(name.lower(), []).append(Path(place, name))
    return [_one(entry, wanted, there, folder) for wanted in entry.files]


def copy(source: Path, target: Path, progress: Progress) -> None:
    """Copies a file.

    Raises:
        Unreadable: it cannot be read.
        ModelsFailed: there is no room left, or the disk fails.
    """
    done = 0
    with _reading(source):
        file = source.open("rb")
        size = source.stat().st_size
    with file, written(target.parent), target.open("wb") as copied:
        while piece := _piece(source, file):
            copied.write(piece)
            done += len(piece)
            progress(done, size)


def _piece(source: Path, file: BinaryIO) -> bytes:
    with _reading(source):
        return file.read(PIECE)


def _reading(source: Path) -> AbstractContextManager[None]:
    message = f"{source} cannot be read"
    return translate(OSError, to=Unreadable, message=message, hint="Check its permissions, and the disk.")


def _one(entry: Entry, wanted: WantedFile, there: dict[str, list[Path]], folder: Path) -> Path:
    called = (wanted.name, entry.name + "".join(_suffixes(wanted.name)))
    found = next((there[name.lower()] for name in called if name.lower() in there), [])
    if not found:
        hint = f"It would be called {' or '.join(dict.fromkeys(called))}."
        raise ModelMissing(f"{folder} has no file of the model {entry.name}", hint=hint)
    if len(found) > 1:
        names = ", ".join(str(path) for path in sorted(found))
        raise ModelMissing(
            f"several files could be {wanted.name}: {names}", hint="Name the folder of the one you mean."
        )
    return found[0]


def _suffixes(name: str) -> list[str]:
    """The endings that say what is in a file: .bin, .gguf, .onnx, .onnx.json."""
    suffixes = Path(name).suffixes
    return suffixes[-2:] if suffixes[-1] == ".json" else suffixes[-1:]

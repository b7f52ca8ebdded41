"""Files that a verb reads or writes for its user."""

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from voiced.core.errors import InputInvalid, VoicedError


def readable(path: Path) -> Path:
    """The path of a file that can be read.

    Raises:
        InputInvalid: there is none, or it cannot be read.
    """
    if not path.exists():
        raise InputInvalid(f"there is no file {path}", code="file-missing", hint="Check the path.")
    try:
        path.open("rb").close()
    except OSError as error:
        raise InputInvalid(f"{path} cannot be read: {error}", code="file-unreadable", hint="Check the path.") from error
    return path


@contextmanager
def written(path: Path, *, force: bool) -> Generator[Path]:
    """Gives a place beside a file, where nothing is yet; what is there when the block ends becomes the file, whole.

    It is only for the one who asked for it: what is kept is private.

    Args:
        path: the file.
        force: it may be there already, and is then replaced.

    Raises:
        VoicedError: it is there already, or the disk is full.
        InputInvalid: it cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    mask = os.umask(0o077)
    try:
        _look_at(path, force=force)
        part.touch()  # Whether it can be written is known before the work.
        part.unlink()
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        _look_at(path, force=force)
        part.replace(path)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            hint = "Make room, or choose another place."
            raise VoicedError(f"there is no room left for {path}", code="disk-full", hint=hint) from error
        hint = "Choose a place that can be written."
        raise InputInvalid(f"{path} cannot be written: {error}", code="file-unwritable", hint=hint) from error
    finally:
        os.umask(mask)
        part.unlink(missing_ok=True)


def _look_at(path: Path, *, force: bool) -> None:
    if path.exists() and not force:
        hint = "Choose another name, or add --force."
        raise VoicedError(f"{path} is there already", code="file-exists", hint=hint)
    if path.exists() and not path.is_file():
        raise OSError("it is no file")
    if not path.parent.is_dir():
        raise OSError("there is no such folder")

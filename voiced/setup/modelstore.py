"""Changes of the models on this machine: put in place, looked at again, removed. By one process at a time.

`.part/` holds what is on its way. A model that is whole is moved in one step to a folder that nobody knows yet; the
lock file then names it, which is the moment at which it counts; only then does what was there before go.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from voiced.core.disk import sync
from voiced.core.errors import VoicedError
from voiced.core.ownership import hand_over
from voiced.setup.models import LOCK, Installed, Lock, LockedFile, read_lock
from voiced.setup.readings import entries

PARTS = ".part"


class ModelsFailed(VoicedError):
    """The folder of models cannot be changed."""

    code = "models-failed"
    hint = "Look at the folder's permissions and disk; models.folder chooses another one."


@contextmanager
def held(folder: Path) -> Generator[None]:
    """Keeps everybody else from changing the models.

    Raises:
        ModelsFailed: somebody else is at it, or the folder cannot be written.
    """
    with written(folder):
        # What is kept may lie in the folder above, which is its owner's alone.
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True)
        lock = (folder / ".held").open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            hint = "Wait until it is done."
            raise ModelsFailed(
                f"another command changes the models in {folder}", code="models-held", hint=hint
            ) from error
        try:
            yield
        finally:
            with written(folder):
                hand_over(folder.parent)


@contextmanager
def written(folder: Path) -> Generator[None]:
    """Turns the file system's errors into ours.

    Raises:
        ModelsFailed: there is no room left, or the disk does not do what it is asked.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise full(f"there is no room left in {folder}") from error
        raise ModelsFailed(f"{folder} cannot be written: {error}") from error


def full(message: str) -> ModelsFailed:
    """The error of a disk without room."""
    return ModelsFailed(message, code="disk-full", hint="Make room, or set models.folder to a larger disk.")


def put(folder: Path, name: str, staged: Path, model: Installed) -> Installed:
    """Moves a whole model to its place, which makes it the one that counts.

    Args:
        folder: of all models.
        name: the model's.
        staged: the folder with its files, on the same disk.
        model: what to note about it; its folder is chosen here.

    Returns:
        What was noted.
    """
    with written(folder):
        for path in staged.iterdir():
            sync(path)
        sync(staged)
        place = folder / name
        place.mkdir(exist_ok=True)
        target = place / str(1 + max((int(each.name) for each in place.iterdir() if each.name.isdecimal()), default=0))
        staged.rename(target)
        sync(place)
        sync(folder)
    model = msgspec.structs.replace(model, folder=str(target.relative_to(folder)))
    note(folder, {name: model})
    _sweep(place, keep=target.name)
    return model


def noted(path: Path, sha256: str) -> LockedFile:
    """What to note about a file that is good, with its time as it is now."""
    now = path.stat()
    return LockedFile(path.name, now.st_size, sha256, now.st_mtime_ns)


def again(folder: Path, model: Installed) -> Installed:
    """A model whose files were found good, with their times as they are now: it may have been copied, or restored."""
    files = [noted(folder / model.folder / file.name, file.sha256) for file in model.files]
    return msgspec.structs.replace(model, files=files)


def note(folder: Path, models: Mapping[str, Installed]) -> None:
    """Writes down what is known about some models; the others stay as they are."""
    _write(folder, {**read_lock(folder).models, **models})


def remove(folder: Path, name: str) -> None:
    """Removes a model that is known or begun, and whatever is there of it."""
    _write(folder, {key: model for key, model in read_lock(folder).models.items() if key != name})
    for place in (folder / name, folder / PARTS / name):
        discard(place)


def begun(folder: Path) -> dict[str, int]:
    """The models of which something was fetched, and not all: the bytes of each."""
    return {
        place.name: sum(part.stat().st_size for part in entries(place, "*/*") if part.is_file())
        for place in entries(folder / PARTS, "*")
    }


def staging(folder: Path, name: str, key: str) -> Path:
    """The place for what is on its way; what was fetched there before is kept, and that of any other key goes.

    Args:
        folder: of all models.
        name: the model's.
        key: the commit that is fetched.
    """
    place = folder / PARTS / name
    with written(folder):
        (place / key).mkdir(parents=True, exist_ok=True)
    _sweep(place, keep=key)
    return place / key


def discard(path: Path) -> None:
    """Removes a folder or a file. What is open in a daemon stays readable for it."""
    with written(path):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _write(folder: Path, models: Mapping[str, Installed]) -> None:
    part = folder / f".{LOCK}.part"
    with written(folder):
        with part.open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(Lock(models=dict(models)))) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / LOCK)
        sync(folder)


def _sweep(place: Path, keep: str) -> None:
    for each in place.iterdir():
        if each.name != keep:
            discard(each)

"""What is kept as an old version left it: a copy beside it, until a new version is trusted.

It is there whole or not at all, and nothing removes it before one of the two versions runs with what it needs.
"""

import os
import shutil
from pathlib import Path

from voiced.core.disk import clear, leave_room, on_disk, sync

COPY = ".before-update"
"""Of everything that is kept, the folder of the copy; it has this name when it is whole."""
PART = f"{COPY}.part"


def need_room(state: Path) -> None:
    """Looks whether there is room for the copy.

    Raises:
        StoreFull: there is not.
    """
    leave_room(state, sum(path.stat().st_size for path in _kept(state)))


def left(state: Path) -> Path | None:
    """The copy that an update left which was broken off; None where there is none."""
    return state / COPY if _kept(state / COPY) else None


def take(state: Path) -> None:
    """Copies the file, encrypted or not, with all that belongs to it. Nobody may have it open.

    Raises:
        StoreFull: there is no room.
        StoreBroken: the disk does not do what it is asked.
    """
    part = state / PART
    clear(part)
    try:
        with on_disk():
            part.mkdir(mode=0o700)
            for path in _kept(state):
                _copied(path, part / path.name)
            sync(part)
            part.rename(state / COPY)
            sync(state)
    except BaseException:
        clear(part)
        raise


def put_back(state: Path) -> None:
    """Puts the copy in the place of what is there; each file in one step that needs no room. Nobody may have it open.

    Raises:
        StoreBroken: the disk does not do what it is asked; what was not yet put back is still in the copy.
    """
    copy = state / COPY
    with on_disk():
        known = {path.name for path in _kept(copy)}
        for path in _kept(state):
            if path.name not in known:  # A log of the newer file would spoil the older one.
                path.unlink()
        for name in sorted(known):
            (copy / name).replace(state / name)
        sync(state)


def drop(state: Path) -> None:
    """What is forgotten later is not to be found here."""
    clear(state / COPY)


def _kept(folder: Path) -> list[Path]:
    """The file, its log, its key and its notes; not who holds it, and nothing of others in the same folder."""
    found = (path for path in folder.glob("voiced.*") if path.suffix != ".lock")
    return [path for path in found if path.is_file() and not path.is_symlink()]


def _copied(source: Path, target: Path) -> None:
    """With its owner, whoever calls this; on the disk."""
    shutil.copy2(source, target)
    if os.geteuid() == 0:
        found = source.stat()
        os.chown(target, found.st_uid, found.st_gid)
    sync(target)

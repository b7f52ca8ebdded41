"""A file that takes another one's place in one step, and what is left if the power goes between two."""

import os
from pathlib import Path

from voiced.core.disk import shred, sync

PART, OLD = ".rewriting", ".replaced"
"""Behind the name of a file: the new one before it is whole, and the old one until it is overwritten."""


def replace(path: Path, part: Path) -> None:
    """Puts a new file in the place of an old one, which is overwritten."""
    old = path.with_name(path.name + OLD)
    sync(part)
    os.link(path, old)
    part.rename(path)
    sync(path.parent)
    shred(old)


def tidy(folder: Path) -> None:
    """Overwrites and removes what was not whole yet, and what was replaced already."""
    for part in folder.glob(f"*{PART}*"):
        shred(part)
    for old in folder.glob(f"*{OLD}"):
        path = old.with_name(old.name.removesuffix(OLD))
        if path.exists() and path.samefile(old):
            old.unlink()  # It was not replaced yet: this is its second name.
        else:
            shred(old)

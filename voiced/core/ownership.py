"""Whose files are: what root makes in somebody's folder is to be that somebody's."""

import os
from pathlib import Path


def hand_over(folder: Path) -> None:
    """Gives all that is in a folder to the folder's owner; does nothing where this is not root, or root owns it.

    The service could not read what root's command line has left there.
    """
    if os.geteuid():
        return
    owner = folder.stat()
    if owner.st_uid == 0:
        return
    for path in folder.rglob("*"):
        found = path.lstat()
        if (found.st_uid, found.st_gid) != (owner.st_uid, owner.st_gid):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)

"""The disk that a folder is on: what it is, how much of it is free, whether it can be written."""

import os
import re
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from voiced.core.machine import Disk
from voiced.setup.readings import number, text

NETWORK = {"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"}
MEMORY = {"tmpfs", "ramfs"}


class _Mount(Struct, frozen=True):
    device: str
    point: str
    options: tuple[str, ...]
    system: str
    source: str


def disk(root: Path, folder: Path) -> Disk | None:
    """Looks at the disk of a folder, which need not be there yet.

    Args:
        root: the machine's files.
        folder: on the machine, absolute.
    """
    holding = [mount for mount in _mounts(root) if folder.is_relative_to(mount.point)]
    # What is mounted last over the same point hides what is below.
    mount = max(enumerate(holding), key=lambda each: (len(each[1].point), each[0]), default=(0, None))[1]
    room = _room(root / folder.relative_to("/"))
    if room is None:
        return None
    return Disk(
        mount.point if mount else "/",
        _kind(root, mount) if mount else None,
        room.f_bavail * room.f_frsize,
        room.f_blocks * room.f_frsize,
        read_only="ro" in mount.options if mount else False,
    )


def _room(folder: Path) -> os.statvfs_result | None:
    for place in (folder, *folder.parents):
        with suppress(OSError):
            return os.statvfs(place)
    return None


def _mounts(root: Path) -> list[_Mount]:
    """Source: /proc/self/mountinfo in the kernel's Documentation/filesystems/proc.rst."""
    found: list[_Mount] = []
    for line in (text(root / "proc/self/mountinfo") or "").splitlines():
        before, _, after = line.partition(" - ")
        first, last = before.split(), after.split()
        try:
            options = (*first[5].split(","), *last[2].split(","))
            found.append(_Mount(first[2], _spelled(first[4]), options, last[0], last[1]))
        except IndexError:
            continue
    return found


def _spelled(name: str) -> str:
    """A space in a name is written as its octal number."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), name)


def _kind(root: Path, mount: _Mount) -> str | None:
    if mount.system in NETWORK:
        return "network"
    if mount.system in MEMORY:
        return "memory"
    for place in (f"sys/dev/block/{mount.device}", f"sys/class/block/{Path(mount.source).name}"):
        device = (root / place).resolve()
        # A partition lies in the folder of its disk.
        for whole in (device, device.parent):
            if (turns := number(whole / "queue/rotational")) is not None:
                card = text(whole / "device/type") == "SD" or whole.name.startswith("mmcblk")
                return "memory card" if card else "hard disk" if turns else "solid-state disk"
    return None

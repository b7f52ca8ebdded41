"""Small files in which the kernel tells about the machine. What cannot be read is None, never an error."""

from pathlib import Path


def text(path: Path) -> str | None:
    """What a file says, without spaces around it and the zeros of a device tree; None for nothing."""
    try:
        return path.read_bytes().decode(errors="replace").replace("\0", " ").strip() or None
    except OSError:
        return None


def number(path: Path) -> int | None:
    """The whole number in a file, decimal or `0x…`."""
    try:
        return int(text(path) or "", 0)
    except ValueError:
        return None


def entries(folder: Path, pattern: str) -> list[Path]:
    """What is in a folder, in order; nothing where it cannot be read."""
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []

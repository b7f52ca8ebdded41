"""What can be read of a damaged file."""

from pathlib import Path

from voiced.core.errors import StoreDamaged


def salvage(path: Path) -> None:
    """Saves what can be read of a damaged file into a new one."""
    raise StoreDamaged(f"{path} is damaged")

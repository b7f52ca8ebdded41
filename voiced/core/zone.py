"""The zone of local time: the configured one, or the machine's as long as it is that."""

import logging
import os
import warnings
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tzlocal

from voiced.core.errors import ConfigInvalid

log = logging.getLogger(__name__)

PLACES = (Path("/etc/localtime"), Path("/etc/timezone"))
"""Where a machine keeps its zone: what tzlocal reads."""


class LocalZone:
    """Tells the zone of local time; a change of the machine's is noticed at the next call.

    Args:
        name: a zone such as Europe/Berlin; empty for the machine's.

    Raises:
        ConfigInvalid: there is no zone of that name.
    """

    def __init__(self, name: str = "") -> None:
        self._fixed = _named(name) if name else None
        self._zone: tzinfo = ZoneInfo("UTC")
        self._signature: object = None

    def __call__(self) -> tzinfo:
        """The zone now."""
        if self._fixed is not None:
            return self._fixed
        signature = (os.environ.get("TZ"), *map(_signature, PLACES))
        if signature != self._signature:
            self._signature, self._zone = signature, _machine()
        return self._zone


def _named(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        hint = "Set promises.timezone to a zone such as Europe/Berlin, or to nothing for this machine's."
        raise ConfigInvalid(f"there is no time zone {name!r}", hint=hint) from error


def _signature(path: Path) -> tuple[int, int] | None:
    """Changes whenever the file does, or where it points to."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _machine() -> tzinfo:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # It warns where it finds nothing.
            return tzlocal.reload_localzone()
    except (ZoneInfoNotFoundError, UserWarning, ValueError, OSError) as error:
        log.warning("this machine's time zone is not known, UTC is taken; set promises.timezone: %s", error)
        return ZoneInfo("UTC")

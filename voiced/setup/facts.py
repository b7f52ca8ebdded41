"""What the doctor wants to know of the system besides its hardware. What the system does not tell is not known."""

import ctypes
import getpass
import grp
import os
import pwd
import re
import socket
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import tzlocal

from voiced.core.machine import Card
from voiced.setup import systemctl
from voiced.setup.checks.machine import ClockFacts
from voiced.setup.checks.service import Folder, Unit
from voiced.setup.checks.sound import Holder, SoundFacts
from voiced.setup.readings import entries, text

PATIENCE_S = 3.0
UNSYNCHRONISED_US = 16_000_000
"""The kernel's error bound of a clock that nobody corrects. Source: systemd's ntp_synced()."""
_TIMEX_BYTES = 256
_MAXIMUM_ERROR_AT = 3
"""The fourth word of `struct timex`. Source: adjtimex(2)."""
PARTS = {"c": "microphone", "p": "speaker"}


def clock(*, battery: bool | None) -> ClockFacts:
    """Looks at the clock."""
    return ClockFacts(datetime.now().astimezone(), _synchronised(), battery)


def _synchronised() -> bool | None:
    """Asks the kernel, which knows whatever program it is that corrects the clock."""
    timex = (ctypes.c_long * (_TIMEX_BYTES // ctypes.sizeof(ctypes.c_long)))()
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else timex[_MAXIMUM_ERROR_AT] < UNSYNCHRONISED_US


def timezone() -> str | None:
    """The machine's zone of local time."""
    with suppress(Exception), warnings.catch_warnings():  # A broken zone breaks it in many ways.
        warnings.simplefilter("error")  # It warns where it finds nothing.
        return str(tzlocal.get_localzone_name() or "") or None
    return None


def sound(
    cards: tuple[Card, ...] | None, root: Path = Path("/"), environment: Mapping[str, str] = os.environ
) -> SoundFacts:
    """Looks at who may use the sound cards, and who does."""
    user = user_name()
    runtime = Path(environment.get("XDG_RUNTIME_DIR") or f"/run/user/{os.geteuid()}")
    sockets = (runtime / "pulse" / "native", runtime / "pipewire-0")
    server = bool(environment.get("PULSE_SERVER")) or any(os.access(path, os.W_OK) for path in sockets)
    nodes = entries(root / "dev/snd", "pcm*")
    usable = any(os.access(node, os.R_OK | os.W_OK) for node in nodes) if nodes else None
    return SoundFacts(cards, server, usable, user in _audio_group(), user, list(_holders(root)))


def _audio_group() -> list[str]:
    try:
        return grp.getgrnam("audio").gr_mem
    except KeyError:
        return []


def _holders(root: Path) -> Iterator[Holder]:
    """Source: /proc/asound in the kernel's Documentation/sound/designs/procfile.rst."""
    for path in entries(root / "proc/asound", "card[0-9]*/pcm*/sub*/status"):
        if owner := re.search(r"^owner_pid\s*:\s*(\d+)", text(path) or "", re.MULTILINE):
            program = text(root / "proc" / owner[1] / "comm") or "?"
            card, part = path.parts[-4].removeprefix("card"), PARTS.get(path.parts[-3][-1], "?")
            yield Holder(card, part, program, int(owner[1]))


def user_name() -> str:
    """Who calls this."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"#{os.geteuid()}"


def folder(path: Path, purpose: str) -> Folder:
    """Looks at a folder; where it is not there, at the one in which it would be made."""
    for place in (path, *path.absolute().parents):
        with suppress(OSError):
            found = place.stat()
            usable = os.access(place, os.W_OK | os.X_OK)
            return Folder(path, purpose, usable, place == path and bool(found.st_mode & 0o007), _owner(found.st_uid))
    return Folder(path, purpose, usable=False, open_to_all=False, owner="nobody")


def _owner(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"#{number}"


def unit() -> Unit | None:
    """Asks systemd about the daemon's unit, the system's before the user's own."""
    for scope in ("", "--user"):
        told = systemctl.show(scope, "LoadState", "ActiveState", "Result", "NRestarts")
        if told.get("LoadState") == "loaded":
            restarts = told.get("NRestarts", "")
            restarted = int(restarts) if restarts.isdecimal() else 0
            return Unit(scope, told.get("ActiveState", ""), told.get("Result", ""), restarted)
    return None


def listening(sockets: Iterable[Path]) -> list[Path]:
    """Those sockets on which somebody listens."""
    return [path for path in dict.fromkeys(sockets) if _listens(path)]


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(PATIENCE_S)
        try:
            probe.connect(str(path))
        except PermissionError:
            return True
        except OSError:
            return False
    return True

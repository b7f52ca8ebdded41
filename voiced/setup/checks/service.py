"""Is the daemon in order: its folders, its unit, what it keeps?"""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from voiced.core import config_http
from voiced.core.config_http import HttpConfig
from voiced.core.config_wyoming import (
    WyomingConfig,
    addresses,
    networks,
    satellite_addresses,
    satellite_networks,
)
from voiced.core.credentials import identity
from voiced.core.errors import ConfigInvalid
from voiced.core.status import ALL_SAID
from voiced.setup.doctor import Finding, Health

HOUR_S = 3600
LATE = 3
"""A backup that is this many times older than it should become was not made."""


class Folder(Struct, frozen=True):
    """A folder that voiced needs.

    Attributes:
        path: its path.
        purpose: what lies there.
        usable: it can be written; if it is not there yet, it can be made.
        open_to_all: other users can read it.
        owner: whose it is.
    """

    path: Path
    purpose: str
    usable: bool
    open_to_all: bool
    owner: str


class Unit(Struct, frozen=True):
    """The unit of systemd, as `systemctl show` tells.

    Attributes:
        scope: empty for the system's, `--user` for the user's own.
        state: active, inactive, failed, activating, …
        result: success, or why it ended.
        restarts: how often it was started again.
    """

    scope: str
    state: str
    result: str
    restarts: int


class Backups(Struct, frozen=True):
    """What is known of backups.

    Attributes:
        every_h: hours between them; 0: none are made.
        file_age_s: seconds since the file was made; None if there is none.
        newest_age_s: seconds since the newest backup; None if there is none.
    """

    every_h: float
    file_age_s: float | None
    newest_age_s: float | None


def folders(found: Sequence[Folder], user: str) -> Finding:
    """Judges the folders.

    Args:
        found: what there is.
        user: who asks.
    """
    for folder in found:
        if not folder.usable:
            hint = f"Call this as {folder.owner}; or `sudo chown {user} {folder.path}`, or choose another folder."
            told = f"{user} cannot write {folder.path} ({folder.purpose}): it belongs to {folder.owner}"
            return Finding("folders", Health.BAD, told, hint)
    for folder in found:
        if folder.open_to_all and folder.purpose == "what is kept":
            told = f"all users of this machine can read {folder.path}"
            return Finding("folders", Health.WARNING, told, f"`chmod 700 {folder.path}`")
    return Finding("folders", Health.GOOD, ", ".join(str(folder.path) for folder in found))


def unit(unit: Unit | None) -> Finding | None:
    """Judges the unit of systemd; None where there is none."""
    if unit is None:
        return None
    found = f"voiced.service is {unit.state}"
    journal = " ".join(["journalctl", *unit.scope.split(), "-u voiced -n 50"])
    if unit.state == "failed":
        return Finding("systemd", Health.BAD, f"{found}: {unit.result}", f"`{journal}` tells why.")
    if unit.restarts:
        told = f"{found}, and was started again {unit.restarts} times"
        return Finding("systemd", Health.WARNING, told, f"`{journal}` tells why.")
    if unit.state == "inactive":
        start = "systemctl --user" if unit.scope else "sudo systemctl"
        return Finding("systemd", Health.WARNING, found, f"`{start} enable --now voiced` starts it.")
    return Finding("systemd", Health.GOOD, found)


def daemons(sockets: Sequence[Path]) -> Finding | None:
    """Judges whether there is one daemon at most.

    Args:
        sockets: those on which one listens.
    """
    if len(sockets) <= 1:
        return None
    told = " and ".join(str(path) for path in sockets)
    return Finding("daemons", Health.WARNING, f"there are two: {told}", "They compete for the microphone: stop one.")


def network(config: HttpConfig) -> Finding | None:
    """Judges who may come to the API over TCP, and what others on the way can read; None where nobody may."""
    if not config.listen:
        return None
    try:
        wanted = config_http.addresses(config)
        if config.certificate:
            identity(config.certificate, config.private_key)
    except ConfigInvalid as error:
        return Finding("http", Health.BAD, error.message, error.hint)
    if all(each.here for each in wanted):
        return Finding("http", Health.GOOD, "only this machine may connect, with a key")
    if config.certificate:
        return Finding("http", Health.GOOD, "other machines may connect, with a key; it is encrypted")
    told = "other machines may connect, with a key, and whoever is on the way can read it and all that is said"
    return Finding("http", Health.WARNING, told, "Set http.certificate and http.private_key.")


def others(config: WyomingConfig) -> Finding | None:
    """Judges who may use voiced over Wyoming, or hear the room, without a password; None where nobody may."""
    if not (config.listen or config.satellite):
        return None
    try:
        open_ = [
            f"whoever is in {', '.join(map(str, allowed))} may {what}"
            for found, allowed, what in (
                (addresses(config), networks(config), "ask and do what may be asked in writing"),
                (satellite_addresses(config), satellite_networks(config), f"hear {ALL_SAID}, and answer it"),
            )
            if not all(each.here for each in found)
        ]
    except ConfigInvalid as error:
        return Finding("wyoming", Health.BAD, error.message, error.hint)
    if open_:
        hint = "Let wyoming.allow and wyoming.satellite_allow name single machines that you trust."
        return Finding("wyoming", Health.WARNING, f"without a password, {'; '.join(open_)}", hint)
    hears = f"; any account of it may hear {ALL_SAID}" if config.satellite else ""
    return Finding("wyoming", Health.GOOD, f"only this machine may use it{hears}")


def backups(found: Backups) -> Finding | None:
    """Judges whether what is kept is also kept elsewhere."""
    if found.file_age_s is None:
        return None
    if not found.every_h:
        return Finding("backups", Health.WARNING, "none are made by themselves", "Set store.backup_hours.")
    late_s = LATE * found.every_h * HOUR_S
    hint = "`voiced backup` makes one now; the daemon makes them while it runs, and its log tells what fails."
    if found.newest_age_s is None:
        if found.file_age_s < late_s:
            return Finding("backups", Health.GOOD, "none yet")
        return Finding("backups", Health.WARNING, "there is none", hint)
    told = f"the newest is {found.newest_age_s / HOUR_S:.0f} h old"
    if found.newest_age_s > late_s:
        return Finding("backups", Health.WARNING, told, hint)
    return Finding("backups", Health.GOOD, told)

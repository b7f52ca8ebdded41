"""The encryption of what is kept, for the command line: while no daemon has the file."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from voiced.core.config import Config
from voiced.core.disk import TRANSFERS, clear, on_disk
from voiced.core.errors import StoreLocked
from voiced.core.ports.encryption import Encryption
from voiced.core.ports.upkeep import Progress
from voiced.core.secret import Secret
from voiced.kept import look_at_owner
from voiced.setup.places import CACHE, state_folder
from voiced.setup.secret import secret
from voiced.store import encryption
from voiced.store.beside import Tell, beside

BESIDE = (CACHE, TRANSFERS)
"""Folders of files in the clear, which an encrypted box does not keep."""
T = TypeVar("T")


def status(config: Config) -> Encryption:
    """How things stand; also while the daemon runs."""
    folder = _folder(config)
    found = encryption.status(folder)
    left = [str(path) for each in BESIDE for path in (folder / each).rglob("*") if path.is_file()] if found.keys else []
    return replace(found, plain=sorted([*found.plain, *left]))


async def encrypt(config: Config, progress: Progress) -> None:
    """Encrypts everything that is there.

    Raises:
        VoicedError: it cannot be done now; what is there opens as before, or as it will.
    """
    folder = _folder(config)
    there = bool(encryption.status(folder).keys)
    given = _needed(secret(config, new=not there))
    await beside(lambda tell: encryption.encrypt(folder, given, tell), progress)
    with on_disk():
        for each in BESIDE:
            clear(folder / each)


async def decrypt(config: Config, progress: Progress) -> None:
    """Decrypts everything."""
    await _with_secret(config, encryption.decrypt, progress)


async def rotate(config: Config, progress: Progress) -> None:
    """Gives everything a new key."""
    await _with_secret(config, encryption.rotate, progress)


def rewrap(config: Config, new: Config) -> None:
    """Puts the key under another secret, or another kind of one.

    Args:
        config: tells where the present one comes from.
        new: tells where the one to be comes from.
    """
    folder = _folder(config)
    encryption.rewrap(folder, _needed(secret(config)), _needed(secret(new, new=True)))


async def _with_secret(config: Config, work: Callable[[Path, Secret, Tell], T], progress: Progress) -> T:
    folder, given = _folder(config), _needed(secret(config))
    return await beside(lambda tell: work(folder, given, tell), progress)


def _needed(given: Secret | None) -> Secret:
    if given is None:
        hint = (
            'Set store.encryption = "keyfile", "credential" or "passphrase" first, in a file that `voiced config path` '
            "names; docs/encryption.md tells more."
        )
        raise StoreLocked("store.encryption is off", code="encryption-off", hint=hint)
    return given


def _folder(config: Config) -> Path:
    folder = state_folder(config)
    look_at_owner(folder)
    return folder

"""The owner's secret: from systemd, a file, an open file descriptor or the terminal. Never from an argument."""

import os
import sys
from collections.abc import Mapping
from getpass import getpass
from pathlib import Path

from voiced.core.config import Config
from voiced.core.errors import ConfigInvalid, StoreLocked
from voiced.core.secret import Secret

CREDENTIALS = {"key": "voiced.key", "passphrase": "voiced.passphrase"}
"""The names of what systemd hands over (`LoadCredentialEncrypted=`)."""
SHORTEST_KEY, LONGEST = 32, 4096
"""Bytes."""
SHORTEST_PASSPHRASE = 8


def secret(config: Config, environment: Mapping[str, str] = os.environ, *, new: bool = False) -> Secret | None:
    """The secret, as `store.encryption` tells; None where everything is kept plain.

    Args:
        config: the configuration.
        environment: of this process; tells where systemd puts credentials.
        new: it is chosen just now, so that a passphrase is asked for twice.

    Raises:
        StoreLocked: it is not there.
        ConfigInvalid: it cannot be used.
    """
    match config.store.encryption:
        case "credential":
            path = _credential("key", environment)
            if path is None:
                hint = "Start it with LoadCredentialEncrypted=voiced.key:FILE; see docs/encryption.md."
                raise StoreLocked("systemd has handed over no credential voiced.key", hint=hint)
            return Secret("credential", _key(path, "the credential"))
        case "keyfile":
            return Secret("keyfile", _key_file(config.store.key_file))
        case "passphrase":
            return Secret("passphrase", _passphrase(config.store.passphrase_fd, environment, new=new))
        case _:
            return None


def typed(question: str, *, new: bool) -> bytes:
    """Asks for a passphrase at the terminal.

    Raises:
        StoreLocked: nobody is there to be asked.
        ConfigInvalid: a new one is too short, or is not the same the second time.
    """
    if not sys.stdin.isatty():
        hint = "Type it at a terminal, or hand it over from an open file or by systemd: see docs/encryption.md."
        raise StoreLocked("a passphrase is needed, and nobody can be asked", hint=hint)
    given = getpass(f"{question}: ")
    if new and given != getpass(f"{question}, once more: "):
        raise ConfigInvalid("that was another passphrase than before", hint="Nothing was changed: try again.")
    return _fit(given.encode("utf-8", "surrogateescape"), new=new)


def handed(descriptor: int, *, new: bool) -> bytes:
    """Reads a passphrase, a line, from an open file descriptor.

    Raises:
        StoreLocked: there is none.
    """
    try:
        with os.fdopen(descriptor, "rb") as file:
            return _fit(file.read(LONGEST + 1).split(b"\n")[0], new=new)
    except OSError as error:
        raise StoreLocked(f"no passphrase can be read from the file descriptor {descriptor}: {error}") from error


def _passphrase(descriptor: int, environment: Mapping[str, str], *, new: bool) -> bytes:
    if descriptor >= 0:
        return handed(descriptor, new=new)
    if path := _credential("passphrase", environment):
        return _fit(_content(path, "the credential").split(b"\n")[0], new=new)
    return typed("Passphrase of everything that is kept", new=new)


def _fit(passphrase: bytes, *, new: bool) -> bytes:
    if not passphrase:
        raise StoreLocked("the passphrase is empty", hint="Type it, or hand it over as the first line.")
    if len(passphrase) > LONGEST or (new and len(passphrase) < SHORTEST_PASSPHRASE):
        message = f"a passphrase has {SHORTEST_PASSPHRASE} to {LONGEST} bytes"
        raise ConfigInvalid(message, hint="Six random words are a good one. Nothing was changed.")
    return passphrase


def _credential(name: str, environment: Mapping[str, str]) -> Path | None:
    folder = environment.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / CREDENTIALS[name] if folder else None
    return path if path and path.exists() else None


def _key_file(name: str) -> bytes:
    if not name:
        hint = "docs/encryption.md tells how to make one, and where to keep it."
        raise ConfigInvalid("store.encryption is keyfile, and store.key_file names none", hint=hint)
    path = Path(name).expanduser()
    try:
        state = path.stat()
    except OSError as error:
        hint = f"Bring it back. If there never was one: (umask 377; head -c 32 /dev/urandom > {path})."
        raise StoreLocked(f"the key file {path} cannot be read: {error}", hint=hint) from error
    if state.st_mode & 0o077 or state.st_uid not in {0, os.geteuid()}:
        raise ConfigInvalid(f"others can read the key file {path}", hint=f"chown it to voiced, and: chmod 400 {path}")
    return _key(path, f"the key file {path}")


def _key(path: Path, what: str) -> bytes:
    content = _content(path, what)
    if not SHORTEST_KEY <= len(content) <= LONGEST:
        hint = "Is it the right one? docs/encryption.md tells how one is made."
        raise ConfigInvalid(f"{what} has {len(content)} bytes, not {SHORTEST_KEY} to {LONGEST}", hint=hint)
    return content


def _content(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LONGEST + 1)
    except OSError as error:
        raise StoreLocked(f"{what} cannot be read: {error}", hint="Look at who may read it.") from error

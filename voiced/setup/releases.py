"""Versions of voiced side by side: PREFIX/releases/NUMBER is an environment each, PREFIX/current says which one counts.

`scripts/install` makes the first in /opt/voiced, `voiced update` the others.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from voiced import __version__
from voiced.core.errors import VoicedError

RECORD = "release.json"
"""In the folder of a release: what it is. It is written last: one without it is not whole."""
PARTS = ("pyproject.toml", "uv.lock", "voiced", "config", "models", "systemd")
"""What a release is made of, in a folder of sources."""
BUILD = {"CMAKE_ARGS": "-DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF", "UV_COMPILE_BYTECODE": "1"}
"""The first as in pyproject.toml, which a wheel does not bring along.

The second because the service may not write where it is installed: it would compile all its modules at each start.
"""


class UpdateFailed(VoicedError):
    """An update was not made; what ran before runs."""

    code = "update-failed"


class Release(Struct, frozen=True):
    """One version in its folder.

    Attributes:
        number: its folder's name: the larger, the newer.
        version: of voiced.
        source: what it was made from: a folder of sources, or a wheel.
        digest: of what it was made from.
        extras: what it has besides.
    """

    number: int
    version: str
    source: str = ""
    digest: str = ""
    extras: list[str] = []


def prefix() -> Path:
    """The folder of all releases, one of which is running.

    Raises:
        UpdateFailed: this voiced was installed in another way.
    """
    folder = Path(sys.prefix)
    if folder.parent.name != "releases":
        hint = "`sudo scripts/install` puts voiced into /opt/voiced; a checkout is updated with git, and then again so."
        raise UpdateFailed(f"{folder} is no release: it cannot be updated from within", code="not-managed", hint=hint)
    return folder.parent.parent


def program() -> Path:
    """The command `voiced` of the release that counts, or the one beside this Python where there are no releases."""
    try:
        return prefix() / "current" / "bin" / "voiced"
    except UpdateFailed:
        return Path(sys.executable).with_name("voiced")


def folder(prefix: Path, number: int) -> Path:
    """Where a release lies."""
    return prefix / "releases" / str(number)


def all_of(prefix: Path) -> list[Release]:
    """The releases that are whole, the oldest one first."""
    records = (prefix / "releases").glob(f"*/{RECORD}")
    return sorted((msgspec.json.decode(path.read_bytes(), type=Release) for path in records), key=lambda it: it.number)


def numbers(prefix: Path) -> list[int]:
    """The releases that there are, also those of which only a part was made."""
    return sorted(int(each.name) for each in (prefix / "releases").iterdir() if each.name.isdecimal())


def current(prefix: Path) -> Release:
    """The release that counts.

    Raises:
        UpdateFailed: none does.
    """
    number = (prefix / "current").resolve().name
    for release in all_of(prefix):
        if str(release.number) == number:
            return release
    raise UpdateFailed(f"{prefix}/current is no release", hint="`sudo scripts/install` mends it.")


def switch(prefix: Path, number: int) -> None:
    """Lets a release count, in one step: there is always one."""
    part = prefix / ".current"
    part.unlink(missing_ok=True)
    part.symlink_to(Path("releases") / str(number))
    part.replace(prefix / "current")


def schema(prefix: Path, number: int) -> int:
    """Which version of the file of everything a release makes."""
    return len(list(folder(prefix, number).glob("lib/python3.*/site-packages/voiced/store/migrations/*.sql")))


def identity(source: Path) -> tuple[str, str]:
    """The version and the digest of a folder of sources or a wheel.

    Raises:
        UpdateFailed: it is neither.
    """
    try:
        if source.is_file() and source.suffix == ".whl":
            return source.name.split("-")[1], hashlib.sha256(source.read_bytes()).hexdigest()
        found = tomllib.loads((source / "pyproject.toml").read_text())["project"]
        if found["name"] != "voiced":
            raise UpdateFailed(f"{source} is {found['name']}, not voiced")
        return found["version"], _digest(path for part in PARTS for path in _files(source / part))
    except (OSError, KeyError, IndexError, tomllib.TOMLDecodeError) as error:
        hint = "Name a checkout of voiced, or a wheel."
        raise UpdateFailed(f"{source} is no voiced: {error}", hint=hint) from error


def make(prefix: Path, source: Path, extras: Sequence[str]) -> Release:
    """Installs a release beside the others; it does not count yet.

    Args:
        prefix: the folder of all releases.
        source: a folder of sources, or a wheel.
        extras: what it is to have besides.

    Raises:
        UpdateFailed: it cannot be installed; nothing of it is left.
    """
    number = max(numbers(prefix), default=0) + 1
    target, (_, digest) = folder(prefix, number), identity(source)
    python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    try:
        for command in _commands(prefix / "uv" / "bin" / "uv", target, source, python, extras):
            environment = {**os.environ, **BUILD, "UV_PROJECT_ENVIRONMENT": str(target)}
            subprocess.run(command, check=True, capture_output=True, text=True, env=environment)  # noqa: S603 (our own program)
        told = subprocess.run([target / "bin/voiced", "--version"], check=True, capture_output=True, text=True)  # noqa: S603 (the same)
        release = Release(number, told.stdout.strip(), str(source), digest, sorted(extras))
        record(prefix, release)
    except BaseException as error:
        shutil.rmtree(target, ignore_errors=True)
        if not isinstance(error, (OSError, subprocess.CalledProcessError)):
            raise
        said = getattr(error, "stderr", "") or str(error)
        raise UpdateFailed(f"{source} cannot be installed: {said.strip()[-500:]}") from error
    return release


def record(prefix: Path, release: Release) -> None:
    """Writes down what a release is: now it is whole."""
    (folder(prefix, release.number) / RECORD).write_bytes(msgspec.json.encode(release))


def remove(prefix: Path, number: int) -> None:
    """Removes a release; if that is broken off, it is not whole any more."""
    (folder(prefix, number) / RECORD).unlink(missing_ok=True)
    shutil.rmtree(folder(prefix, number), ignore_errors=True)


def _commands(uv: Path, target: Path, source: Path, python: Path, extras: Sequence[str]) -> list[list[str | Path]]:
    if source.is_dir():
        flags = [flag for extra in extras for flag in ("--extra", extra)]
        how = ["--locked", "--no-dev", "--no-editable", "--quiet", "--python"]
        return [[uv, "sync", "--project", source, *how, python, *flags]]
    wanted = f"[{','.join(extras)}]" if extras else ""
    what = f"voiced{wanted} @ {source.absolute().as_uri()}"
    return [
        [uv, "venv", "--quiet", "--python", python, target],
        [uv, "pip", "install", "--quiet", "--python", target / "bin" / "python", what],
    ]


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(each for each in path.rglob("*") if each.is_file() and "__pycache__" not in each.parts)


def _digest(paths: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        found.update(f"{path.name} {len(content)}\n".encode() + content)
    return found.hexdigest()


def _adopt(source: str, extras: Sequence[str]) -> None:
    """Lets the release that runs this count: `scripts/install` has just made it."""
    number = int(Path(sys.prefix).name)
    record(prefix(), Release(number, __version__, source, identity(Path(source))[1], sorted(extras)))
    switch(prefix(), number)


if __name__ == "__main__":
    _adopt(sys.argv[1], sys.argv[2:])

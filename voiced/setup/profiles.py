"""What suits which machine: `config/profiles/*.toml`, and how one of them is chosen.

A profile names the machines it is for, and in steps what they can carry: ordinary settings, nothing else.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from voiced.core.config import Config
from voiced.core.errors import ConfigInvalid, InputInvalid
from voiced.core.machine import Choice, Hardware
from voiced.setup.settings import dotted


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a machine of some size can carry.

    Attributes:
        why: what one gets, and what not, in words.
        settings: as in the configuration file.
        ram_mb: memory that it has at least, in megabytes: less than its box says, as the firmware takes a part.
        cores: processor cores that it has at least.
        simd: what it has to compute with.
    """

    why: Annotated[str, Meta(min_length=1)]
    settings: dict[str, Any]
    ram_mb: Annotated[int, Meta(ge=1)]
    cores: Annotated[int, Meta(ge=1)] = 1
    simd: list[str] = []


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of machine.

    Attributes:
        title: its name for people.
        architectures: those it is for.
        boards: parts of the names of its boards; none: any board.
        steps: from the smallest machine to the largest.
    """

    title: Annotated[str, Meta(min_length=1)]
    architectures: Annotated[list[str], Meta(min_length=1)]
    steps: Annotated[list[Step], Meta(min_length=1)]
    boards: list[str] = []


def profiles(folder: Path) -> dict[str, Profile]:
    """Reads all profiles in a folder, by name.

    Raises:
        ConfigInvalid: one cannot be used.
    """
    return {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}


def choose(hardware: Hardware, known: Mapping[str, Profile]) -> Choice | None:
    """The profile of a machine, by its board before all others; None if the embedded engines suit it best."""
    for name, profile in sorted(known.items(), key=lambda each: not each[1].boards):
        its_board = not profile.boards or any(board in (hardware.board or "") for board in profile.boards)
        if its_board and hardware.architecture in profile.architectures:
            return _largest(hardware, name, profile)
    return None


def named(hardware: Hardware, known: Mapping[str, Profile], name: str) -> Choice:
    """The profile of a name, as far as the machine can carry it.

    Raises:
        InputInvalid: there is none, or the machine is too small for it.
    """
    if name not in known:
        raise InputInvalid(f"there is no profile {name!r}", hint=f"There are {', '.join(known)}.")
    if (choice := _largest(hardware, name, known[name])) is None:
        hint = "`voiced hardware` shows what it has; the embedded engines work everywhere."
        raise InputInvalid(f"this machine is too small for the profile {name}", hint=hint)
    return choice


def _largest(hardware: Hardware, name: str, profile: Profile) -> Choice | None:
    """What is not known of a machine counts as not there."""
    fitting = [
        step
        for step in profile.steps
        if (hardware.memory.total_mb or 0) >= step.ram_mb
        and (hardware.processor.cores or 1) >= step.cores
        and set(step.simd) <= set(hardware.processor.simd)
    ]
    if not fitting:
        return None
    return Choice(name, profile.title, fitting[-1].why, dict(dotted(fitting[-1].settings)))


def _read(path: Path) -> Profile:
    try:
        profile = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Profile)
        for step in profile.steps:
            msgspec.convert(step.settings, Config)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigInvalid(f"{path} cannot be read: {error}", hint="Check its permissions.") from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigInvalid(
            f"{path} is no profile: {error}", hint="config/profiles shows how one is written."
        ) from error
    return profile

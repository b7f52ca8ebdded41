"""What `voiced setup` does: the models that a profile needs, and the settings that are left where some did not come."""

import tomllib
from collections.abc import Collection, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from voiced.core.config import Config, chain
from voiced.core.errors import ConfigInvalid
from voiced.setup.catalogue import Entry, find
from voiced.setup.dropin import Value, change
from voiced.setup.models import STAGES
from voiced.setup.packages import PACKAGES
from voiced.setup.profiles import dotted

FILE = "profile.toml"
"""The drop-in file that holds them."""


def needed(settings: Mapping[str, Any], listed: Mapping[str, Entry]) -> list[Entry]:
    """The models that settings name, in the order of the stages.

    Args:
        settings: by dotted key.
        listed: all that can be brought.

    Raises:
        ModelMissing: one is not listed.
    """
    names = (settings.get(f"engines.{engine}.model") for engine in STAGES)
    return [find(listed, name) for name in names if name]


def missing(settings: Mapping[str, Any]) -> set[str]:
    """The engines among them whose packages are not installed."""
    named = {engine for engine in STAGES if f"engines.{engine}.model" in settings}
    return {engine for engine in named if find_spec(PACKAGES[engine].module) is None}


def without(settings: Mapping[str, Any], engines: Collection[str]) -> dict[str, Value]:
    """The settings without some engines: each stage keeps those that are left, or what it has by default."""
    left = {key: value for key, value in settings.items() if key.split(".")[1] not in engines}
    for stage in STAGES.values():
        key = f"engines.{stage}.engine"
        if key in left:
            left[key] = [name for name in chain(left[key]) if name not in engines]
            if stage == "embed" and left[key]:
                left[key] = left[key][0]
            if not left[key] or left[key] == chain(getattr(Config().engines, stage).engine):
                del left[key]
    return left


def write(file: Path, values: Mapping[str, Value]) -> Path | None:
    """Writes settings into the drop-in of profiles; None where they stand there already.

    Args:
        file: the configuration file: drop-ins lie beside it.
        values: by dotted key.

    Raises:
        ConfigInvalid: it cannot be written.
    """
    path = file.parent / "config.d" / FILE
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else None
        set_before = dict(dotted(tomllib.loads(before or "")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigInvalid(f"{path} cannot be read: {error}", hint="Mend it, or move it away.") from error
    usual = {f"engines.{stage}.engine": getattr(Config().engines, stage).engine for stage in STAGES.values()}
    # What it set before, and no longer does, is as it was.
    values = {**{key: value for key, value in usual.items() if key in set_before}, **values}
    if not values and before is None:
        return None
    change(path, values)
    return path if path.read_text(encoding="utf-8") != before else None

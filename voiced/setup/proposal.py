"""What `voiced setup` does: the models that a profile needs, and the settings that are left where some did not come."""

import hashlib
from collections.abc import Collection, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from voiced.core.config import Config, chain
from voiced.core.errors import ConfigInvalid, translate
from voiced.setup.catalogue import Entry, find
from voiced.setup.dropin import Value, edited, replace
from voiced.setup.models import ENGINES
from voiced.setup.settings import profile_file

HEAD = "# Made by `voiced setup`, which writes it anew: put your own settings into config.toml, which overrides it.\n"
_MARK = "# As it was made: "
"""Before the digest of what follows, on the last line: tells whether somebody has changed it since."""
KEPT = "profile.toml.before"
"""The name under which a profile is kept that somebody had changed."""


def needed(settings: Mapping[str, Any], listed: Mapping[str, Entry]) -> list[Entry]:
    """The models that settings name, in the order of the stages.

    Args:
        settings: by dotted key.
        listed: all that can be brought.

    Raises:
        ModelMissing: one is not listed.
    """
    names = (settings.get(f"engines.{engine}.model") for engine in ENGINES)
    return [find(listed, name) for name in names if name]


def missing(settings: Mapping[str, Any]) -> set[str]:
    """The engines among them whose packages are not installed."""
    named = {engine for engine in ENGINES if f"engines.{engine}.model" in settings}
    return {engine for engine in named if find_spec(ENGINES[engine].module) is None}


def without(settings: Mapping[str, Any], engines: Collection[str]) -> dict[str, Value]:
    """The settings without some engines: each stage keeps those that are left, or what it has by default."""
    left = {key: value for key, value in settings.items() if key.split(".")[1] not in engines}
    for stage in {needs.stage for needs in ENGINES.values()}:
        key = f"engines.{stage}.engine"
        if key in left:
            left[key] = [name for name in chain(left[key]) if name not in engines]
            if not left[key] or left[key] == chain(getattr(Config().engines, stage).engine):
                del left[key]
    return left


def write(file: Path, values: Mapping[str, Value]) -> tuple[Path | None, Path | None]:
    """Writes settings where `load` reads them before the user's own.

    Args:
        file: the configuration file: the profile lies beside it.
        values: by dotted key.

    Returns:
        The file, None where they stand there already; and what became of one that somebody had changed by hand, if
        there was one.

    Raises:
        ConfigInvalid: it cannot be written.
    """
    path = profile_file(file)
    text = _marked(edited(HEAD, values))
    if not (values or path.exists()):
        return None, None
    with translate(OSError, to=ConfigInvalid, message=f"{path} cannot be read", hint="Check its permissions."):
        before = path.read_text(encoding="utf-8") if path.exists() else text
    if before == text and path.exists():
        return None, None
    own = path.with_name(KEPT) if before != _marked(before) else None
    if own:
        replace(own, before)
    replace(path, text)
    return path, own


def _marked(text: str) -> str:
    """The same with the digest of its settings at its end."""
    body = text.rpartition(_MARK)[0] or text
    return f"{body}{_MARK}{hashlib.sha256(body.encode()).hexdigest()}\n"

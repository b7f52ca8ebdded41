"""The models that can be brought: what `models/catalogue.toml` lists, and what its user adds in `models.d/*.toml`."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from voiced.core.errors import ConfigInvalid, ModelMissing
from voiced.setup.places import catalogue_file
from voiced.setup.settings import config_file, did_you_mean

Name = Annotated[str, Meta(pattern=r"^(?!.*\.(bin|gguf|onnx)$)[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
"""What ends like a file is taken for one."""
Engine = Literal["whisper", "llama", "piper", "minilm"]
Hardware = Literal["pi4", "pi5", "jetson", "x86"]


class WantedFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of a model.

    Attributes:
        path: in the repository, with slashes.
        size: in bytes, as published; None where it is not known. The digest decides, not the size.
        sha256: its digest, hexadecimal; empty where none is published.
    """

    path: Annotated[str, Meta(pattern=r"^(?!\.)[A-Za-z0-9._-]+(/(?!\.)[A-Za-z0-9._-]+)*$")]
    size: Annotated[int, Meta(ge=1)] | None = None
    sha256: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$")] = ""

    @property
    def name(self) -> str:
        """What it is called on this machine."""
        return PurePosixPath(self.path).name


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model that can be brought.

    Attributes:
        name: what people and settings call it.
        engine: the engine that loads it.
        source: the repository on the Hugging Face Hub, owner/name.
        revision: a commit or a branch of it.
        files: the first one is given to the engine; the others lie beside it.
        licence: SPDX.
        licence_url: where it can be read.
        note: what somebody has to know before it is brought.
        languages: two letters each, or `multilingual`.
        ram_mb: megabytes of memory that its engine needs with it.
        suits: machines on which it should be fast enough.
    """

    name: Name
    engine: Engine
    source: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$")]
    files: Annotated[list[WantedFile], Meta(min_length=1)]
    licence: Annotated[str, Meta(min_length=1)]
    licence_url: Annotated[str, Meta(pattern="^https?://")]
    languages: Annotated[list[Annotated[str, Meta(pattern="^([a-z]{2}|multilingual)$")]], Meta(min_length=1)]
    ram_mb: Annotated[int, Meta(ge=1)]
    suits: list[Hardware]
    revision: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]+$")] = "main"
    note: str = ""

    @property
    def size(self) -> int | None:
        """Bytes of all its files; None if one is not known."""
        sizes = [file.size for file in self.files]
        return None if None in sizes else sum(size for size in sizes if size)


class _Catalogue(Struct, forbid_unknown_fields=True):
    models: list[Entry]


def catalogue(own: Path | None = None, environment: Mapping[str, str] = os.environ) -> dict[str, Entry]:
    """Reads all that can be brought, by name.

    Args:
        own: the configuration file beside which `models.d` lies; None for the usual one.
        environment: the variables.

    Raises:
        ConfigInvalid: a file cannot be used; the message names it.
    """
    folder = (own or config_file(environment)).parent / "models.d"
    listed: dict[str, Entry] = {}
    for path in [catalogue_file(), *sorted(folder.glob("*.toml"))]:
        listed |= _read(path)
    return listed


def find(listed: Mapping[str, Entry], name: str) -> Entry:
    """The model of a name.

    Raises:
        ModelMissing: there is none.
    """
    if name not in listed:
        raise ModelMissing(f"there is no model {name!r} in the catalogue{did_you_mean(name, listed)}")
    return listed[name]


def _read(path: Path) -> dict[str, Entry]:
    hint = "models/README.md tells how it is written."
    try:
        read = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Catalogue).models
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigInvalid(f"{path} cannot be read: {error}", hint="Check its permissions.") from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigInvalid(f"{path} is no catalogue of models: {error}", hint=hint) from error
    listed = {entry.name: entry for entry in read}
    if len(listed) < len(read):
        raise ConfigInvalid(f"{path} names a model twice", hint=hint)
    for entry in read:
        if len({file.name for file in entry.files}) < len(entry.files):
            raise ConfigInvalid(f"{path}: {entry.name}: two of its files have the same name", hint=hint)
    return listed

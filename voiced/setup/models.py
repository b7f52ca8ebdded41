"""The models on this machine: which there are, where they lie, which are in use.

Each lies in `models_folder/NAME/NUMBER/`, and the lock file beside them says which number counts: that file is replaced
in one step, so a model is the old one or the new one, never a mixture. All of this is light: the daemon asks when it
starts.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct, field

from voiced.core.config import Config, chain
from voiced.core.errors import ModelBroken, ModelMissing
from voiced.setup.places import models_folder

LOCK = "models.lock.json"


class ModelEngine(NamedTuple):
    """An engine that needs a model.

    Attributes:
        stage: what it does.
        kind: of its files: ggml, gguf or onnx.
        module: the package of Python that it needs.
        extra: the extra of voiced that brings that.
    """

    stage: str
    kind: str
    module: str
    extra: str


ENGINES = {
    "whisper": ModelEngine("stt", "ggml", "pywhispercpp", "whisper"),
    "llama": ModelEngine("llm", "gguf", "llama_cpp", "llama"),
    "piper": ModelEngine("tts", "onnx", "piper", "piper"),
    "minilm": ModelEngine("embed", "gguf", "llama_cpp", "llama"),
}
"""By name."""
_SUFFIXES = (".bin", ".gguf", ".onnx")
_AGAIN = "Run `voiced models pull {name}`: it keeps what is good, and brings again what is not."


class LockedFile(Struct, frozen=True):
    """A file as it was when it was brought.

    Attributes:
        name: in its model's folder.
        size: bytes.
        sha256: hexadecimal.
        modified_ns: when it was written to, in nanoseconds since 1970. The daemon compares this; it hashes nothing.
    """

    name: str
    size: int
    sha256: str
    modified_ns: int


class Installed(Struct, frozen=True):
    """A model that was brought.

    Attributes:
        engine: the engine that loads it.
        folder: below the folder of models.
        files: the first one is given to the engine.
        source: the repository on the Hub, or the folder it was copied from.
        revision: as the catalogue names it; empty if it was copied.
        commit: what the revision was then; empty if it was copied.
        licence: SPDX.
        brought: when.
    """

    engine: str
    folder: str
    files: list[LockedFile]
    source: str
    revision: str
    commit: str
    licence: str
    brought: datetime


class Lock(Struct, frozen=True):
    """The lock file: what was brought, by name."""

    version: int = 1
    models: dict[str, Installed] = field(default_factory=dict[str, Installed])


def read_lock(folder: Path) -> Lock:
    """Reads which models were brought; none if nothing was.

    Raises:
        ModelBroken: the lock file cannot be used.
    """
    path = folder / LOCK
    hint = f"Move {path} away, and bring the models again with `voiced models pull`."
    try:
        return msgspec.json.decode(path.read_bytes(), type=Lock)
    except FileNotFoundError:
        return Lock()
    except OSError as error:
        raise ModelBroken(f"{path} cannot be read: {error}", hint="Check its permissions.") from error
    except msgspec.DecodeError as error:
        raise ModelBroken(f"{path} is damaged: {error}", hint=hint) from error


def path_of(config: Config, engine: str, model: str) -> Path:
    """Finds the file that an engine is to load.

    A file's size and time are compared with what was noted when it was brought: that costs nothing, and finds what was
    cut off or replaced. `voiced models verify` looks at every byte.

    Args:
        config: the configuration.
        engine: whisper, llama, piper or minilm.
        model: a model's name, or the path of a file.

    Raises:
        ModelMissing: it is not here.
        ModelBroken: it is not what was brought.
    """
    if os.sep in model or model.endswith(_SUFFIXES):
        return _own_file(model)
    folder = models_folder(config)
    found = read_lock(folder).models.get(model)
    if found is None:
        raise ModelMissing(f"the model {model!r} is not on this machine", hint=f"Run `voiced models pull {model}`.")
    if found.engine != engine:
        hint = f"Set engines.{engine}.model to another one: `voiced models list`."
        raise ModelMissing(f"the model {model!r} is for {found.engine}, not for {engine}", hint=hint)
    for file in found.files:
        _look_at(folder / found.folder / file.name, file, model)
    return folder / found.folder / found.files[0].name


def in_use(config: Config) -> dict[str, str]:
    """The models that the configuration uses, each with the setting that names it."""
    used: dict[str, str] = {}
    for engine, needs in ENGINES.items():
        if engine in chain(getattr(config.engines, needs.stage).engine):
            used[getattr(config.engines, engine).model] = f"engines.{engine}.model"
    return used


def _own_file(model: str) -> Path:
    path = Path(model).expanduser().absolute()
    if not path.is_file():
        raise ModelMissing(f"there is no model file {path}", hint="Check the path.")
    return path


def _look_at(path: Path, file: LockedFile, model: str) -> None:
    hint = _AGAIN.format(name=model)
    try:
        now = path.stat()
    except FileNotFoundError as error:
        raise ModelBroken(f"{path} is gone", hint=hint) from error
    except OSError as error:
        raise ModelBroken(f"{path} cannot be looked at: {error}", hint="Check its permissions.") from error
    if now.st_size != file.size:
        raise ModelBroken(f"{path} has {now.st_size} bytes, not the {file.size} that were brought", hint=hint)
    if now.st_mtime_ns != file.modified_ns:
        hint = f"`voiced models verify {model}` tells whether it is still the same."
        raise ModelBroken(f"{path} was written to since it was brought", hint=hint)

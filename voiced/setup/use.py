"""Puts a model to use: which settings that takes."""

from collections.abc import Callable, Mapping
from pathlib import Path

from voiced.core.config import Config, chain
from voiced.core.errors import ModelMissing
from voiced.core.models import ModelSet
from voiced.setup.dropin import Value, change
from voiced.setup.models import ENGINES, path_of, read_lock
from voiced.setup.places import models_folder
from voiced.setup.settings import Settings

FILE = "models.toml"
"""The drop-in file that holds them."""


def use(config: Config, file: Path, model: str) -> tuple[Path, dict[str, Value]]:
    """Sets a model of this machine as its engine's, and that engine as the first one of its stage.

    Args:
        config: as it is now.
        file: the configuration file: drop-ins lie beside it.
        model: its name.

    Returns:
        The file that was written, and the settings by dotted key.

    Raises:
        ModelMissing: it is not here.
        ModelBroken: it is not what was brought.
        ConfigInvalid: the settings cannot be written.
    """
    found = read_lock(models_folder(config)).models.get(model)
    if found is None:
        raise ModelMissing(f"the model {model!r} is not on this machine", hint=f"Run `voiced models pull {model}`.")
    path_of(config, found.engine, model)
    path = file.parent / "config.d" / FILE
    values = settings(config, found.engine, model)
    change(path, values)
    return path, values


def put_to_use(read: Callable[[], Settings], file: Path, model: str) -> ModelSet:
    """The same, and tells what comes of it.

    Args:
        read: reads the settings from all their places.
        file: see `use`.
        model: see `use`.
    """
    return told(*use(read().config, file, model), read().origins)


def told(path: Path, values: Mapping[str, Value], origins: Mapping[str, str]) -> ModelSet:
    """Settings that were written, and what overrides them.

    Args:
        path: where they were written.
        values: by dotted key.
        origins: who sets what by now.
    """
    elsewhere = {key: origins[key] for key in values if origins.get(key) != str(path)}
    return ModelSet(str(path), dict(values), elsewhere)


def settings(config: Config, engine: str, model: str) -> dict[str, Value]:
    """The settings that put a model to use.

    What the stage used so far is kept behind the engine, for the case that it fails. Not for embeddings: vectors of two
    engines cannot be compared.
    """
    stage = ENGINES[engine].stage
    so_far = chain(getattr(config.engines, stage).engine)
    values: dict[str, Value] = {f"engines.{engine}.model": model}
    if engine not in so_far:
        values[f"engines.{stage}.engine"] = engine if stage == "embed" else [engine, *so_far]
    return values

"""All models that there are for this machine: what can be brought, what is here, what is in use."""

import os
from pathlib import Path

from voiced.core.config import Config
from voiced.core.errors import ModelBroken, ModelMissing
from voiced.core.models import Listed
from voiced.setup.catalogue import catalogue
from voiced.setup.models import ENGINES, Installed, in_use, path_of, read_lock
from voiced.setup.modelstore import begun
from voiced.setup.places import models_folder


def listed(config: Config, file: Path | None) -> list[Listed]:
    """All models, by engine.

    Args:
        config: the configuration.
        file: the configuration file, beside which more of the catalogue may lie; None for the usual one.

    Raises:
        ConfigInvalid: the catalogue cannot be used.
        ModelBroken: the lock file cannot be used.
    """
    folder = models_folder(config)
    here, parts = read_lock(folder).models, begun(folder)
    found: dict[str, Listed] = {}
    for entry in catalogue(file).values():
        state, path = _state(config, entry.name, here.get(entry.name))
        found[entry.name] = Listed(
            name=entry.name,
            engine=entry.engine,
            languages=entry.languages,
            bytes=entry.size,
            ram_mb=entry.ram_mb,
            licence=entry.licence,
            licence_url=entry.licence_url,
            note=entry.note,
            suits=list(entry.suits),
            state=state,
            fetched=parts.pop(entry.name, 0),
            path=path,
        )
    for name, model in here.items():
        if name not in found:
            state, path = _state(config, name, model)
            size = sum(file.size for file in model.files)
            found[name] = Listed(
                name=name,
                engine=model.engine,
                bytes=size,
                licence=model.licence,
                state=state,
                fetched=parts.pop(name, 0),
                path=path,
            )
    for name, count in parts.items():  # The catalogue does not have them any more.
        if count:
            found[name] = Listed(name=name, engine="", licence="", fetched=count)
    order = list(ENGINES)
    return sorted(found.values(), key=lambda each: order.index(each.engine) if each.engine in order else len(order))


def fits(model: Listed) -> bool:
    """Whether this machine has the memory for a model."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return model.ram_mb is None or model.ram_mb * 1_000_000 <= memory


def _state(config: Config, name: str, model: Installed | None) -> tuple[str, str | None]:
    used = name in in_use(config)
    if model is None:
        return ("missing" if used else "", None)
    try:
        path = path_of(config, model.engine, name)
    except (ModelBroken, ModelMissing):
        return ("damaged", None)
    return ("in use" if used else "installed", str(path))

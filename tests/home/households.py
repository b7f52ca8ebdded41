"""The households of tests/intents/home."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from voiced.core.answers import load_speech
from voiced.core.home import Entity
from voiced.core.speech import Speech

FOLDER = Path(__file__).parents[1] / "intents" / "home"
INTENTS = Path(__file__).parents[2] / "config" / "intents"


@cache
def household(name: str = "home") -> Sequence[Entity]:
    """All things of a household."""
    return tuple(_entity(id_, values) for id_, values in read(name).items())


@cache
def speech(language: str) -> Speech:
    """What is said, in one language; read once."""
    return load_speech(INTENTS, language)


def big_household(count: int) -> list[Entity]:
    """The household, and as many things more as make so many."""
    kinds, rooms = ("light", "switch", "cover", "sensor", "fan"), ("Attic", "Cellar", "Balcony", "Guest Room", "Pantry")
    colours, shapes = (
        ("Amber", "Birch", "Copper", "Denim"),
        ("Arc", "Beacon", "Column", "Dome", "Egg", "Frame", "Globe"),
    )
    entities = [*household()]
    for index in range(count - len(entities)):
        kind, room = kinds[index % 5], rooms[index // 5 % 5]
        name = f"{colours[index % 4]} {shapes[index % 7]} {index // 28 + 1}"
        entities.append(Entity(f"{kind}.thing_{index}", name, area=room))
    return entities


def read(name: str) -> dict[str, Any]:
    """A file of the folder."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))


def _entity(id_: str, values: dict[str, Any]) -> Entity:
    given = (
        {"state": "closed" if id_.startswith("cover.") else "off"}
        | values
        | {"aliases": tuple(values.get("aliases", ()))}
    )
    return Entity(id_, **given)

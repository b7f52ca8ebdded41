"""The households of tests/intents/home."""

from pathlib import Path
from typing import Any

import yaml

from voiced.core.home import Entity

FOLDER = Path(__file__).parents[1] / "intents" / "home"
INTENTS = Path(__file__).parents[2] / "config" / "intents"


def household(name: str = "home") -> list[Entity]:
    """All things of a household."""
    return [_entity(id_, values) for id_, values in read(name).items()]


def big_household(count: int) -> list[Entity]:
    """The household, and as many things more as make so many."""
    kinds, rooms = ("light", "switch", "cover", "sensor", "fan"), ("Attic", "Cellar", "Balcony", "Guest Room", "Pantry")
    colours, shapes = (
        ("Amber", "Birch", "Copper", "Denim"),
        ("Arc", "Beacon", "Column", "Dome", "Egg", "Frame", "Globe"),
    )
    entities = household()
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

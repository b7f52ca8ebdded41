"""Which values a service may be given. Pure."""

from typing import NamedTuple

from voiced.core.home import Action, Entity, Value
from voiced.home.told import LARGEST


class Bounds(NamedTuple):
    """From where to where a value goes; attributes of a thing that name narrower ends count where it has them."""

    least: float
    most: float
    least_in: str = ""
    most_in: str = ""


PERCENT = Bounds(0, 100)
DEGREES = Bounds(-50, 150, "min_temp", "max_temp")
"""Both scales: what a thing can do it says itself."""
BOUNDS = {
    "brightness_pct": PERCENT,
    "brightness": Bounds(0, 255),
    "color_temp_kelvin": Bounds(1000, 20_000, "min_color_temp_kelvin", "max_color_temp_kelvin"),
    "position": PERCENT,
    "percentage": PERCENT,
    "humidity": Bounds(0, 100, "min_humidity", "max_humidity"),
    "temperature": DEGREES,
    "target_temp_high": DEGREES,
    "target_temp_low": DEGREES,
    "volume_level": Bounds(0, 1),
}
"""Values that are numbers."""
ANY = Bounds(-LARGEST, LARGEST, "min", "max")
"""Of any other number."""
NUMBERS = frozenset({"number", "input_number"})
"""Domains whose `value` is a number."""


def out_of_bounds(action: Action, entity: Entity) -> str:
    """What is wrong with the values of an action; empty if nothing is."""
    return "; ".join(filter(None, (_wrong(name, value, entity) for name, value in action.values.items())))


def _wrong(name: str, value: Value, entity: Entity) -> str:
    called = name.removesuffix("_pct").replace("_", " ")
    if isinstance(value, bool | str):
        return f"{called} is a number" if name in BOUNDS or (name == "value" and entity.domain in NUMBERS) else ""
    bounds = BOUNDS.get(name, ANY)
    least = _end(entity, bounds.least_in, bounds.least)
    most = _end(entity, bounds.most_in, bounds.most)
    return "" if least <= value <= most else f"{called} is from {least:g} to {most:g}"


def _end(entity: Entity, name: str, otherwise: float) -> float:
    told = entity.attributes.get(name)
    return told if isinstance(told, int | float) else otherwise

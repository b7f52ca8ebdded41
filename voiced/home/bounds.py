"""Which values a service may be given. Pure."""

from typing import NamedTuple

from voiced.core.errors import HomeFailed
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


def out_of_bounds(action: Action, entity: Entity) -> HomeFailed | None:
    """What is wrong with the first value of an action that no thing takes; None if nothing is."""
    wrong = (_wrong(name, value, entity) for name, value in action.values.items())
    return next(filter(None, wrong), None)


def _wrong(name: str, value: Value, entity: Entity) -> HomeFailed | None:
    called = name.removesuffix("_pct").replace("_", " ")
    if isinstance(value, bool | str):
        is_number = name in BOUNDS or (name == "value" and entity.domain in NUMBERS)
        return HomeFailed("{value} is a number", value=called) if is_number else None
    bounds = BOUNDS.get(name, ANY)
    least = _end(entity, bounds.least_in, bounds.least)
    most = _end(entity, bounds.most_in, bounds.most)
    if least <= value <= most:
        return None
    return HomeFailed("{value} is from {least} to {most}", value=called, least=f"{least:g}", most=f"{most:g}")


def _end(entity: Entity, name: str, otherwise: float) -> float:
    told = entity.attributes.get(name)
    return told if isinstance(told, int | float) else otherwise

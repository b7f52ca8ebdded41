"""Units of measure and what they are in others, exactly: pure.

A table of our own: pint, the library for this, takes 1.5 s and 35 MB until it has answered its first question (measured
on a 2-core x86 box), and a voice that is asked for ounces cannot wait for that. Factors are those by definition.
Source: NIST Special Publication 811, appendix B; measures of the kitchen are those of the United States.
"""

from fractions import Fraction

from msgspec import Struct

from voiced.core.errors import SkillFailed

DEGREES = {"celsius": (Fraction(1), Fraction("273.15")), "fahrenheit": (Fraction(5, 9), Fraction("459.67"))}
"""What a degree is in kelvin, and how many of them lie between the absolute zero and the scale's own."""
PLURALS = {"foot": "feet", "inch": "inches", "celsius": "degrees Celsius", "fahrenheit": "degrees Fahrenheit"}
ONE = {"celsius": "degree Celsius", "fahrenheit": "degree Fahrenheit"}


class Unit(Struct, frozen=True):
    """A unit of measure.

    Attributes:
        kind: what it measures: only units of a kind can be compared.
        factor: how many of the kind's base units it is.
        zero: what is added before that, for scales that begin elsewhere.
    """

    kind: str
    factor: Fraction
    zero: Fraction = Fraction(0)


_TABLE: dict[str, dict[str, str]] = {
    "a length": {
        "meter": "1",
        "millimeter": "0.001",
        "centimeter": "0.01",
        "kilometer": "1000",
        "inch": "0.0254",
        "foot": "0.3048",
        "yard": "0.9144",
        "mile": "1609.344",
        "nautical mile": "1852",
    },
    "a weight": {
        "gram": "1",
        "milligram": "0.001",
        "kilogram": "1000",
        "ton": "1000000",
        "ounce": "28.349523125",
        "pound": "453.59237",
        "stone": "6350.29318",
    },
    "a volume": {
        "liter": "1",
        "milliliter": "0.001",
        "centiliter": "0.01",
        "deciliter": "0.1",
        "cubic meter": "1000",
        "teaspoon": "0.00492892159375",
        "tablespoon": "0.01478676478125",
        "fluid ounce": "0.0295735295625",
        "cup": "0.2365882365",
        "pint": "0.473176473",
        "quart": "0.946352946",
        "gallon": "3.785411784",
        "imperial pint": "0.56826125",
        "imperial gallon": "4.54609",
    },
    "a time": {
        "second": "1",
        "millisecond": "0.001",
        "minute": "60",
        "hour": "3600",
        "day": "86400",
        "week": "604800",
    },
    "a speed": {
        "meter per second": "1",
        "kilometer per hour": "5/18",
        "mile per hour": "0.44704",
        "knot": "463/900",
    },
    "an area": {
        "square meter": "1",
        "square centimeter": "0.0001",
        "square kilometer": "1000000",
        "square foot": "0.09290304",
        "square mile": "2589988.110336",
        "acre": "4046.8564224",
        "hectare": "10000",
    },
    "an energy": {
        "joule": "1",
        "kilojoule": "1000",
        "kilocalorie": "4184",
        "watt hour": "3600",
        "kilowatt hour": "3600000",
    },
    "a power": {"watt": "1", "kilowatt": "1000", "horsepower": "735.49875"},
    "a pressure": {
        "pascal": "1",
        "hectopascal": "100",
        "bar": "100000",
        "millibar": "100",
        "atmosphere": "101325",
    },
    "an amount of data": {
        "byte": "1",
        "bit": "1/8",
        "kilobyte": "1000",
        "megabyte": "1000000",
        "gigabyte": "1000000000",
        "terabyte": "1000000000000",
    },
    "a temperature": {"kelvin": "1"},
}
UNITS = {name: Unit(kind, Fraction(factor)) for kind, units in _TABLE.items() for name, factor in units.items()} | {
    name: Unit("a temperature", degree, zero) for name, (degree, zero) in DEGREES.items()
}
"""All units by name."""


def converted(amount: Fraction, unit: str, other: str) -> Fraction:
    """How many of another unit something is, exactly.

    Raises:
        SkillFailed: they measure different things, or it is colder than can be.
    """
    one, two = UNITS[unit], UNITS[other]
    if one.kind != two.kind:
        raise _unlike(unit, one, other, two)
    base = (amount + one.zero) * one.factor
    if one.kind == "a temperature" and base < 0:
        raise SkillFailed("Nothing can be colder than absolute zero.")
    return base / two.factor - two.zero


def single(unit: str) -> str:
    """One of a unit: "1 foot"."""
    return f"1 {ONE.get(unit, unit)}"


def several(unit: str) -> str:
    """A unit's name where there is more than one."""
    first, per, rest = unit.partition(" per ")
    words = first.split()
    last = PLURALS.get(words[-1]) or (words[-1] if words[-1] in ("stone", "horsepower", "kelvin") else f"{words[-1]}s")
    return " ".join([*words[:-1], last]) + per + rest


def _unlike(unit: str, one: Unit, other: str, two: Unit) -> SkillFailed:
    names = {"one": several(unit), "other": several(other)}
    if {one.kind, two.kind} == {"a weight", "a volume"}:
        return SkillFailed("How many {other} {one} are depends on what it is, and I know no densities.", **names)
    return SkillFailed(
        "One measures {kind} in {one}, and {other_kind} in {other}.", kind=one.kind, other_kind=two.kind, **names
    )

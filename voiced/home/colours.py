"""Names of colours, and whether a lamp shows one: lamps round, and tell a colour by what they can mix."""

import colorsys
from collections.abc import Sequence

COLOURS: dict[str, tuple[int, int, int]] = {
    "white": (255, 255, 255),
    "red": (255, 0, 0),
    "orange": (255, 165, 0),
    "yellow": (255, 255, 0),
    "green": (0, 128, 0),
    "lime": (0, 255, 0),
    "turquoise": (64, 224, 208),
    "cyan": (0, 255, 255),
    "blue": (0, 0, 255),
    "purple": (128, 0, 128),
    "violet": (238, 130, 238),
    "magenta": (255, 0, 255),
    "pink": (255, 192, 203),
    "brown": (165, 42, 42),
    "gold": (255, 215, 0),
}
"""Red, green and blue of the names that Home Assistant's sentences know, as in CSS.

Source: https://www.w3.org/TR/css-color-4/#named-colors
"""
HUE_DEGREES, SATURATION = 6.0, 0.08
"""As far may a lamp be from the colour that was wanted.

Any two names are further apart, but for those that differ only in how bright they are: green and lime, purple and
magenta.
"""


def is_colour(name: str, told: Sequence[object]) -> bool:
    """Whether red, green and blue (0 to 255) are the colour of that name, however bright."""
    wanted = COLOURS.get(name)
    numbers = [float(each) for each in told if isinstance(each, int | float)]
    if wanted is None or len(numbers) != len(wanted):
        return False
    hue, saturation = _hue(wanted)
    told_hue, told_saturation = _hue(numbers)
    apart = abs(hue - told_hue) % 360
    grey = max(saturation, told_saturation) < SATURATION
    return abs(saturation - told_saturation) <= SATURATION and (grey or min(apart, 360 - apart) <= HUE_DEGREES)


def _hue(rgb: Sequence[float]) -> tuple[float, float]:
    hue, saturation, _ = colorsys.rgb_to_hsv(*(min(255, max(0, each)) / 255 for each in rgb))
    return hue * 360, saturation

"""The weather of a day: pure."""

from msgspec import Struct

KINDS = {
    range(1): "clear",
    range(1, 3): "partly cloudy",
    range(3, 4): "cloudy",
    range(45, 49): "foggy",
    range(51, 58): "drizzly",
    range(61, 68): "rainy",
    range(71, 78): "snowy",
    range(80, 83): "showery",
    range(85, 87): "snowy",
    range(95, 100): "stormy",
}
"""What codes mean. Source: World Meteorological Organization, code table 4677, as Open-Meteo uses it."""


class Forecast(Struct, frozen=True):
    """The weather of a day.

    Attributes:
        code: the World Meteorological Organization's, of the worst that comes.
        lowest, highest: temperatures in degrees Celsius.
        rain: how likely rain or snow is, in percent; None where that is not known.
        now: the temperature now; None for another day.
    """

    code: int
    lowest: float
    highest: float
    rain: int | None = None
    now: float | None = None

    @property
    def kind(self) -> str:
        """What it is like, in a word; empty where the code is none."""
        return next((word for codes, word in KINDS.items() if self.code in codes), "")

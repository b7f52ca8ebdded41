"""Places and their time zones, offline: cities and countries of the zone database, and what the templates name besides.

Source: zone.tab and iso3166.tab of the package tzdata; https://www.iana.org/time-zones
"""

from collections import defaultdict
from functools import cache
from importlib.resources import files


def zones_of(place: str) -> frozenset[str]:
    """The names of the zones of a city or a country; none where it is not known.

    Args:
        place: as it is said, or the name of a zone such as Europe/Berlin.
    """
    known = _places()
    words = " ".join(place.casefold().replace("-", " ").split())
    return known.get(words, frozenset()) or known.get(words.removeprefix("the "), frozenset())


@cache
def _places() -> dict[str, frozenset[str]]:
    folder = files("tzdata.zoneinfo")
    rows = [line.split("\t") for line in _lines((folder / "iso3166.tab").read_text("utf-8"))]
    countries = {code: name.partition(" (")[0] for code, name in rows}
    cities: defaultdict[str, set[str]] = defaultdict(set)
    lands: defaultdict[str, set[str]] = defaultdict(set)
    for line in _lines((folder / "zone.tab").read_text("utf-8")):
        code, _, zone = line.split("\t")[:3]
        for name in (zone, zone.rpartition("/")[2].replace("_", " ").replace("-", " ")):
            cities[name.casefold()].add(zone)
        lands[countries[code].casefold()].add(zone)
    # Of a city and a country of one name, such as Singapore, the city: it has one zone.
    return {name: frozenset(zones) for name, zones in {**lands, **cities}.items()}


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]

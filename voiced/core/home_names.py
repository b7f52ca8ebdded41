"""The names in a home, for those who listen for them: pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

import msgspec
from hassil.intents import Intent, IntentData, Intents, TextSlotList
from msgspec import Struct

from voiced.core.home import Entity

SPOKEN_OF = frozenset(
    ("light", "switch", "fan", "media_player", "input_boolean", "cover", "lock", "climate", "vacuum", "scene", "script")
)
"""Domains whose names are listened for; nobody asks for each sensor."""
MOST = 500
"""Names that are listened for: with more, each is taken for another one."""
LONGEST = 60
"""Letters of a name that somebody speaks."""
ROOM = 30 * 1024
"""Bytes of all names of things together, and of all rooms': recognisers are told them in one frame."""


class HomeNames(Struct, frozen=True):
    """What is called by a name.

    Attributes:
        things: names by domain, in order.
        areas: rooms, in order.
    """

    things: dict[str, list[str]] = {}
    areas: list[str] = []


def names_of(entities: Iterable[Entity]) -> HomeNames:
    """The names and aliases of things that are spoken of, and those of rooms."""
    spoken_of = [entity for entity in entities if entity.domain in SPOKEN_OF]
    called = {
        (entity.domain, name)
        for entity in spoken_of
        for name in (entity.name, *entity.aliases)
        if name.strip() and len(name) <= LONGEST
    }
    things: dict[str, list[str]] = {}
    for domain, name in _fitting(sorted(called)):
        things.setdefault(domain, []).append(name)
    areas = {("", entity.area) for entity in spoken_of if entity.area and len(entity.area) <= LONGEST}
    return HomeNames(things, [area for _, area in _fitting(sorted(areas))])


def _fitting(names: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """As many as there is room for."""
    sizes = accumulate(len(msgspec.json.encode(name)) + 1 for _, name in names[:MOST])
    return [name for name, size in zip(names, sizes, strict=False) if size < ROOM]


def with_home(intents: Intents, home: Intents, names: HomeNames) -> Intents:
    """Adds what can be said about a home.

    Args:
        intents: all else that can be said.
        home: templates about a home, with the lists `name` and `area`.
        names: what fills those. A template has the names of the domains that it is about only; one without any is left
            out, and where there are none at all, nobody speaks of a home.
    """
    if not names.things:
        return intents
    merged = {name: Intent(name, list(intent.data)) for name, intent in intents.intents.items()}
    for name, intent in home.intents.items():
        merged.setdefault(name, Intent(name)).data.extend(_filled(intent, home, names))
    return replace(intents, intents=merged)


def _filled(intent: Intent, home: Intents, names: HomeNames) -> Iterator[IntentData]:
    for data in intent.data:
        filled = _lists(data, names)
        needed = {each for sentence in data.sentences for each in sentence.list_names()}
        if all(values.values for name, values in filled.items() if name in needed):
            # Blocks bring along what they refer to: what else can be said has lists and rules of the same names.
            lists = {**home.slot_lists, **filled, **data.slot_lists}
            yield replace(data, slot_lists=lists, expansion_rules={**home.expansion_rules, **data.expansion_rules})


def _lists(data: IntentData, names: HomeNames) -> Mapping[str, TextSlotList]:
    required = data.requires_context.get("domain", ())
    domains = [required] if isinstance(required, str) else required
    things = [name for domain in domains for name in names.things.get(domain, ())]
    return {
        "name": TextSlotList.from_strings(things, allow_template=False, name="name"),
        "area": TextSlotList.from_strings(names.areas, allow_template=False, name="area"),
    }

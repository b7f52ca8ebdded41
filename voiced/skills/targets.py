"""What is meant in a home by what was said: pure."""

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from voiced.core.home import Entity

PREFERRED = ("light", "lock", "cover", "media_player", "climate", "fan", "vacuum", "switch", "input_boolean")
"""Where things of one name in one room are of several domains, that of the first is meant."""
_WORD = re.compile(r"\w+")


class Targets(Struct, frozen=True):
    """What is meant.

    Attributes:
        entities: all of it.
        named: it was called by a name: one thing is meant then.
        said: what it was called, for an answer that says that there is none.
    """

    entities: tuple[Entity, ...]
    named: bool
    said: str


def targets(entities: Iterable[Entity], slots: Mapping[str, object], domains: Iterable[str] | None = None) -> Targets:
    """Finds what slots speak of.

    Args:
        entities: all that is there.
        slots: name, area, floor, domain and device_class, as far as they were said.
        domains: what can be meant at all; None: anything.
    """
    name, area, floor, kind = (str(slots.get(slot, "")) for slot in ("name", "area", "floor", "device_class"))
    allowed = {str(slots["domain"])} if "domain" in slots else set(domains) if domains is not None else None
    fitting = [
        entity
        for entity in entities
        if (allowed is None or entity.domain in allowed)
        and (not area or _same(entity.area, area))
        and (not floor or _same(entity.floor, floor))
        and (not kind or entity.kind == kind)
    ]
    if not name:
        return Targets(tuple(fitting), named=False, said=area or floor)
    return Targets(tuple(_preferred(_called(fitting, name))), named=True, said=name)


def apart(entities: Sequence[Entity]) -> dict[str, Entity]:
    """Words that tell things apart: what only its name says, or the room where the names are the same.

    Returns:
        Lower-case words to the thing; fewer than there are things where nothing tells them apart.
    """
    names = [_words(entity.name) for entity in entities]
    shared = set(names[0]).intersection(*names[1:]) if names else set[str]()
    told = (" ".join(word for word in words if word not in shared) for words in names)
    own = dict(zip(told, entities, strict=True))
    if len(own) == len(entities) and "" not in own:
        return own
    return {entity.area.casefold(): entity for entity in entities if entity.area}


def _called(entities: Sequence[Entity], name: str) -> list[Entity]:
    """Those of that name; if there is none, those whose name ends so."""
    said = _words(name)
    names = [(entity, [_words(each) for each in (entity.name, *entity.aliases)]) for entity in entities]
    whole = [entity for entity, called in names if said in called]
    return whole or [entity for entity, called in names if any(words[-len(said) :] == said for words in called)]


def _preferred(entities: Sequence[Entity]) -> Iterable[Entity]:
    first: dict[tuple[str, str], Entity] = {}
    for entity in sorted(entities, key=_rank):
        first.setdefault((" ".join(_words(entity.name)), entity.area.casefold()), entity)
    chosen = {entity.id for entity in first.values()}
    twins = {(entity.domain, entity.name, entity.area) for entity in first.values()}
    # Things that nothing tells apart are all kept: acting on the first would be a guess.
    return [each for each in entities if each.id in chosen or (each.domain, each.name, each.area) in twins]


def _rank(entity: Entity) -> int:
    return PREFERRED.index(entity.domain) if entity.domain in PREFERRED else len(PREFERRED)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _same(one: str, other: str) -> bool:
    return _words(one) == _words(other)

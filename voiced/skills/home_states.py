"""Questions about a home, answered from what was observed: pure. Nothing here can act."""

from collections.abc import Mapping, Sequence

from voiced.core.home import GONE, Entity
from voiced.skills.home_words import LISTED, Words, names, number, sentence, several, spoken
from voiced.skills.targets import targets

QUESTIONS = ("HassGetState", "HassClimateGetTemperature")
_RESTING = frozenset({"off", "standby", "docked", "closed"})
_ABOUT_STATES = frozenset({"on", "off"})


def answer(words: Words, intent: str, slots: Mapping[str, object], entities: Sequence[Entity]) -> str:
    """What is observed of the things that a question is about."""
    if intent == "HassClimateGetTemperature":
        return _temperature(words, slots, entities)
    question = str(slots.get("question", "one"))
    found = _found(slots, entities, one=question.startswith("one"))
    if not found:
        return _nothing(words, slots)
    if "state" not in slots or question == "one":
        return " ".join(_state(words, entity) for entity in found[:LISTED])
    return _compared(words, question, str(slots["state"]), found)


def _found(slots: Mapping[str, object], entities: Sequence[Entity], *, one: bool) -> Sequence[Entity]:
    found = targets(entities, slots).entities
    if not found and slots.get("domain") == "cover":  # A window that nothing moves is a sensor.
        found = targets(entities, {**slots, "domain": "binary_sensor"}).entities
    if one and len(found) > 1 and "state" in slots:
        fitting = [entity for entity in found if _can_be(entity, str(slots["state"]))]
        return fitting or found
    return found


def _can_be(entity: Entity, state: str) -> bool:
    by_domain = {"locked": ("lock",), "unlocked": ("lock",), "open": ("cover", "valve", "binary_sensor")}
    return entity.domain in by_domain.get(state, by_domain["open"] if state == "closed" else (entity.domain,))


def _compared(words: Words, question: str, wanted: str, found: Sequence[Entity]) -> str:
    seen = [entity for entity in found if entity.state not in GONE]
    if not seen:
        return sentence(words, words.unseen.format(names=names(words, found)))
    fitting = [entity for entity in seen if _is(entity, wanted)]
    others = [entity for entity in found if entity not in fitting]
    said = _said(words, seen[0], wanted)
    if question == "one_yesno" or (question in ("any", "all") and len(found) == 1):
        return _told(words, words.yes, fitting, said) if fitting else _told(words, words.no, seen)
    if question == "all":
        return words.yes_all.format(state=said) if not others else _not_all(words, others)
    if not fitting:
        return (words.no_any if question == "any" else words.none).format(state=said)
    if question == "how_many":
        return words.count.format(count=len(fitting), all=len(found), names=names(words, fitting))
    return _told(words, words.yes if question == "any" else words.state, fitting, said)


def _told(words: Words, frame: str, entities: Sequence[Entity], state: str = "") -> str:
    state = state or _seen(words, entities[0])
    is_are = words.is_are[several(words, entities)]
    return sentence(words, frame.format(names=names(words, entities), is_are=is_are, state=state))


def _not_all(words: Words, others: Sequence[Entity]) -> str:
    gone = [entity for entity in others if entity.state in GONE]
    if len(gone) == len(others):
        return sentence(words, words.unseen.format(names=names(words, gone)))
    others = [entity for entity in others if entity not in gone]
    return _told(words, words.no, others)


def _is(entity: Entity, wanted: str) -> bool:
    """Tells whether it is as asked; a cover that opens is open, a player that plays is on."""
    if entity.domain == "binary_sensor":
        return entity.state == {"open": "on", "closed": "off"}.get(wanted, wanted)
    if wanted in _ABOUT_STATES and entity.domain in ("media_player", "climate", "vacuum"):
        return (entity.state in _RESTING) == (wanted == "off")
    return entity.state == wanted


def _state(words: Words, entity: Entity) -> str:
    if entity.state in GONE:
        return sentence(words, words.unseen.format(names=names(words, [entity])))
    return _told(words, words.state, [entity])


def _seen(words: Words, entity: Entity) -> str:
    return _said(words, entity, entity.state)


def _said(words: Words, entity: Entity, state: str) -> str:
    if entity.domain == "binary_sensor":
        state = {"open": "on", "closed": "off"}.get(state, state)
    for kind in (f"{entity.domain}.{entity.kind}", entity.domain, ""):
        if state in words.seen.get(kind, {}):
            return words.seen[kind][state]
    unit = str(entity.attributes.get("unit_of_measurement", ""))
    return f"{number(words, state)} {words.units.get(unit, unit)}".strip() if state == entity.state else state


def _temperature(words: Words, slots: Mapping[str, object], entities: Sequence[Entity]) -> str:
    measuring = targets(entities, slots, ("climate",)).entities
    told = [_measured(words, entity) for entity in measuring]
    if not any(told):
        sensors = targets(entities, {**slots, "domain": "sensor", "device_class": "temperature"}).entities
        told = [_state(words, entity) for entity in sensors]
    return " ".join(filter(None, told[:LISTED])) or words.no_temperature


def _measured(words: Words, entity: Entity) -> str:
    now, target = (entity.attributes.get(name) for name in ("current_temperature", "temperature"))
    degrees = words.units["°C"]
    called = names(words, [entity])
    told = [
        words.measured.format(value=f"{number(words, now)} {degrees}", area=spoken(words, entity.area))
        if isinstance(now, int | float) and entity.area
        else "",
        sentence(words, words.target.format(names=called, value=f"{number(words, target)} {degrees}"))
        if isinstance(target, int | float)
        else "",
    ]
    return " ".join(filter(None, told))


def _nothing(words: Words, slots: Mapping[str, object]) -> str:
    if "name" in slots:
        return words.unknown.format(name=slots["name"])
    place = str(slots.get("area") or slots.get("floor", ""))
    return words.nothing_in.format(area=spoken(words, place)) if place else words.nothing

"""What a language model may ask of a home: pure. Names of what is there stand in the tools, as far as there is room."""

from collections.abc import Iterable, Mapping, Sequence

from voiced.core.chat import Tool, ToolCall
from voiced.core.home import Entity
from voiced.core.home_actions import SERVICES
from voiced.core.ports.skill import Named
from voiced.core.types import Understanding
from voiced.skills.home_states import QUESTIONS
from voiced.skills.offering import number_of, text_of, tool

LISTED_NAMES = 60
"""More names than that are not listed: each costs a small box a tenth of a second when the home changes."""
LONGEST_NAME = 40
"""Characters of a name that is listed."""
ACTIONS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "on": ("HassTurnOn", "turn_on", ("scene", "script", "button", "input_button")),
    "off": ("HassTurnOff", "turn_off", ()),
    "open": ("HassTurnOn", "open", ("cover", "valve")),
    "close": ("HassTurnOff", "close", ("cover", "valve")),
    "lock": ("HassTurnOn", "lock", ("lock",)),
    "unlock": ("HassTurnOff", "unlock", ("lock",)),
}
"""For each action its intent, what it is called in `acts.yaml`, and the domains that it is about besides the usual."""
USUAL = ("on", "off")
"""Those that mean what can be switched, unless a domain is said."""
VALUES = {
    "brightness": ("HassLightSet", "brightness"),
    "temperature": ("HassClimateSetTemperature", "temperature"),
    "position": ("HassSetPosition", "position"),
    "speed": ("HassFanSetSpeed", "percentage"),
    "volume": ("VoicedPlayerVolume", "volume_level"),
}
"""What can be set: its intent and its slot."""
LARGEST = 100
KINDS = ("light", "switch", "fan", "cover", "climate", "media_player")
"""What can be meant by a room alone."""


def tools(entities: Iterable[Entity]) -> Sequence[Tool]:
    """Those for a home; none where there is nothing. Its names stand in one of them, which is enough to know them."""
    able = {domain for services in SERVICES.values() for domain in services}
    known = [entity for entity in entities if entity.name.strip()]
    acting = _listed(entity.name for entity in known if entity.domain in able)
    areas = _listed(entity.area for entity in known if entity.area)
    where = {"name": acting} | ({"area": areas, "kind": list(KINDS)} if areas != "string" else {})
    if not known:
        return ()
    return (
        tool("home_control", "Switch, open or lock a thing of the home, or all of a kind in an area.",
             ("action",), action=list(ACTIONS), **where),
        tool("home_set", "Set a value of a thing of the home, in percent or degrees.",
             ("what", "value", "name"), what=list(VALUES), value="number", name="string"),
        tool("home_state", "Tell the state of a thing of the home.", ("name",), name="string"),
    )  # fmt: skip


def meaning_of(call: ToolCall, text: str, entities: Iterable[Entity]) -> tuple[Understanding, str] | None:
    """What a call means, and what is done; None where it makes no sense."""
    slots: dict[str, str | int | float] = {key: said for key in ("name", "area") if (said := text_of(call, key))}
    if call.name == "home_state":
        return (Understanding(QUESTIONS[0], slots | {"question": "one"}, text), "") if "name" in slots else None
    if call.name == "home_set":
        intent, slot = VALUES.get(text_of(call, "what"), ("", ""))
        value = number_of(call, "value", LARGEST)
        return (
            (Understanding(intent, slots | {slot: value}, text), "set")
            if intent and value is not None and "name" in slots
            else None
        )
    action = text_of(call, "action")
    intent, act, domains = ACTIONS.get(action, ("", "", ()))
    kind = text_of(call, "kind")
    if not intent or not ("name" in slots or ("area" in slots and kind in KINDS)):
        return None
    named = {
        entity.domain
        for entity in entities
        if "name" in slots and entity.name.casefold() == str(slots["name"]).casefold()
    }
    own = [domain for domain in domains if domain in named]
    if "name" in slots and (own or action not in USUAL):
        slots["domain"] = (own or list(domains))[0]
    elif "name" not in slots:
        slots["domain"] = kind if action in USUAL or kind in domains else domains[0]
    return Understanding(intent, slots, text), act


def called(entity: Entity, entities: Iterable[Entity], things: Mapping[str, Mapping[str, str]], *, one: bool) -> Named:
    """What people call a thing: by its names, or by its sort and room.

    Args:
        entity: the thing.
        entities: all there are.
        things: see `SkillWords`.
        one: it alone is meant, not all of its sort in the room.
    """
    alone = sum(other.domain == entity.domain and other.area == entity.area for other in entities) == 1
    sorts = things.get(entity.domain, {})
    words = [*(sorts if alone else ()), *(sorts.values() if not one or alone else ())]
    by_room = [f"{entity.area} {word}" for word in words] if entity.area else []
    return Named((entity.name, *entity.aliases, *by_room), (entity.area,) if entity.area else ())


def _listed(names: Iterable[str]) -> str | list[str]:
    """Names as the values of a parameter; any text where there are too many, or none."""
    known = sorted({name for name in names if len(name) <= LONGEST_NAME})
    return known if 0 < len(known) <= LISTED_NAMES else "string"

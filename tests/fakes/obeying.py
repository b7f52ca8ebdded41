"""What becomes of a thing that does what it is told: the states that real ones go through, written down by hand."""

from msgspec.structs import replace

from voiced.core.home import Action, Entity, Value

ENDS = {
    "turn_on": "on",
    "turn_off": "off",
    "open_cover": "open",
    "close_cover": "closed",
    "open_valve": "open",
    "close_valve": "closed",
    "lock": "locked",
    "unlock": "unlocked",
    "open": "open",
    "start": "cleaning",
    "pause": "paused",
    "return_to_base": "docked",
    "start_mowing": "mowing",
    "dock": "docked",
    "media_play": "playing",
    "media_pause": "paused",
    "media_stop": "idle",
    "alarm_arm_home": "armed_home",
    "alarm_arm_away": "armed_away",
    "alarm_arm_night": "armed_night",
    "alarm_disarm": "disarmed",
}
"""The state in which a service ends, where its name alone tells."""
ATTRIBUTES = {
    "set_percentage": ("percentage", "percentage"),
    "set_cover_position": ("position", "current_position"),
    "set_valve_position": ("position", "current_position"),
    "set_temperature": ("temperature", "temperature"),
    "set_humidity": ("humidity", "humidity"),
    "volume_set": ("volume_level", "volume_level"),
    "volume_mute": ("is_volume_muted", "is_volume_muted"),
    "set_preset_mode": ("preset_mode", "preset_mode"),
    "select_source": ("source", "source"),
}
"""A service's value, and the attribute that shows it."""
STATES = {
    "set_value": "value",
    "select_option": "option",
    "set_hvac_mode": "hvac_mode",
    "set_operation_mode": "operation_mode",
}
"""A service's value that is the state then."""
USED = frozenset({"scene", "button", "input_button"})
COLOURS = {
    "red": [255, 0, 0],
    "green": [0, 128, 0],
    "blue": [0, 0, 255],
    "white": [255, 255, 255],
    "yellow": [255, 255, 0],
    "orange": [255, 165, 0],
    "purple": [128, 0, 128],
}


def obeyed(entity: Entity, action: Action, at: str = "2026-11-25T07:00:00+00:00") -> Entity:
    """The thing after it did what it was told; `at` is when, for what only tells when it was used last."""
    if entity.domain in USED:
        return replace(entity, state=at)
    if entity.domain == "script":
        return replace(entity, state="off", attributes=entity.attributes | {"last_triggered": at})
    if action.service in STATES:
        return replace(entity, state=str(action.values[STATES[action.service]]))
    if action.service in ATTRIBUTES:
        return _set(entity, action)
    state = "heat" if (entity.domain, action.service) == ("climate", "turn_on") else ENDS[action.service]
    attributes = entity.attributes | _light(action.values)
    if "current_position" in attributes:
        attributes["current_position"] = 100 if state == "open" else 0
    if action.values.get("brightness_pct") == 0:
        state = "off"
    return replace(entity, state=state, attributes=attributes)


def _set(entity: Entity, action: Action) -> Entity:
    value, attribute = ATTRIBUTES[action.service]
    state, to = entity.state, action.values[value]
    if attribute == "current_position":
        state = "open" if to else "closed"
    if attribute == "percentage":
        state = "on" if to else "off"
    return replace(entity, state=state, attributes=entity.attributes | {attribute: to})


def _light(values: dict[str, Value]) -> dict[str, object]:
    shown: dict[str, object] = {}
    if percent := values.get("brightness_pct"):
        shown["brightness"] = round(float(percent) * 2.55)
    if colour := values.get("color_name"):
        shown["rgb_color"] = COLOURS[str(colour)]
    if kelvin := values.get("color_temp_kelvin"):
        shown["color_temp_kelvin"] = kelvin
    return shown


def opposite(entity: Entity, action: Action) -> Entity:
    """The thing after it did the contrary of what it was told."""
    contrary = {"on": "off", "open": "closed", "closed": "open", "locked": "unlocked", "unlocked": "locked"}
    return replace(entity, state=contrary.get(obeyed(entity, action).state, "on"))

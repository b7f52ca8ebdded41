"""Which observed state shows that an action was done. Pure.

A service whose effect cannot be told from states (a button that only sends infrared) is never shown to be done, nor is
one of a thing whose state is only assumed by the home because nothing reports it.
"""

from collections.abc import Callable
from typing import Any

from voiced.core.home import GONE, Action, Entity, Value
from voiced.home.colours import is_colour

HOW = frozenset({"transition", "flash", "code", "announce"})
"""Values that say how something is done: no state shows them."""
USED_AT = frozenset({"scene", "button", "input_button"})
"""Domains whose state is when they were used last."""
TRIGGERED = {("script", "turn_on"), ("automation", "trigger")}
"""Services which are shown by the time in the attribute `last_triggered`."""
ON = {
    "climate": frozenset({"heat", "cool", "heat_cool", "auto", "dry", "fan_only"}),
    "water_heater": frozenset({"eco", "electric", "performance", "high_demand", "heat_pump", "gas", "on"}),
    "media_player": frozenset({"on", "idle", "playing", "paused", "buffering"}),
}
OFF = {"media_player": frozenset({"off", "standby"})}
"""The states of what is on, or off, in several ways; all else is simply so."""
AT_REST = frozenset({"open", "closed", "stopped"})
IN_PLACE_PERCENT = 2
"""Covers and valves stop so near to where they were sent, or to their ends."""

ENDS: dict[str, frozenset[str]] = {
    "open_cover": frozenset({"open"}),
    "close_cover": frozenset({"closed"}),
    "open_valve": frozenset({"open"}),
    "close_valve": frozenset({"closed"}),
    "lock": frozenset({"locked"}),
    "unlock": frozenset({"unlocked", "open"}),
    "open": frozenset({"open"}),
    "start": frozenset({"cleaning"}),
    "start_mowing": frozenset({"mowing"}),
    "pause": frozenset({"paused"}),
    # Whoever sends it home has been obeyed when it is on its way.
    "return_to_base": frozenset({"returning", "docked"}),
    "dock": frozenset({"returning", "docked"}),
    "media_play": frozenset({"playing"}),
    "media_pause": frozenset({"paused"}),
    "media_stop": frozenset({"idle", "off", "standby"}),
    "alarm_arm_home": frozenset({"armed_home"}),
    "alarm_arm_away": frozenset({"armed_away"}),
    "alarm_arm_night": frozenset({"armed_night"}),
    "alarm_arm_vacation": frozenset({"armed_vacation"}),
    "alarm_disarm": frozenset({"disarmed"}),
}
"""Services whose name tells in which states they end. On the way there ("opening", "arming") they are not done."""
WAYS = {
    "open_cover": "opening",
    "close_cover": "closing",
    "open_valve": "opening",
    "close_valve": "closing",
    "lock": "locking",
    "unlock": "unlocking",
    "open": "opening",
}
"""Services, and the state of what is on its way to where they end."""
PLACED = frozenset({"set_cover_position", "set_valve_position"})
"""Services of what moves to a position."""
SETTERS = frozenset(
    {
        "set_cover_position",
        "set_valve_position",
        "set_temperature",
        "set_humidity",
        "set_hvac_mode",
        "set_operation_mode",
        "set_preset_mode",
        "set_fan_mode",
        "set_percentage",
        "volume_set",
        "volume_mute",
        "select_source",
        "select_option",
        "set_value",
    }
)
"""Services which are done when all their values are shown."""


def holds(action: Action, entity: Entity) -> bool:
    """Whether a thing is as an action would make it."""
    if entity.state in GONE or entity.attributes.get("assumed_state") or entity.domain in USED_AT:
        return False
    if (entity.domain, action.service) in TRIGGERED:
        return False
    values = {name: value for name, value in action.values.items() if name not in HOW}
    if action.service in SETTERS and not values:
        return False
    return _in_state(action.service, values, entity) and all(
        name in SHOWN and SHOWN[name](value, entity) for name, value in values.items()
    )


def done(action: Action, before: Entity, after: Entity) -> bool:
    """Whether a change of a thing shows that an action was done."""
    if after.state in GONE:
        return False
    if after.domain in USED_AT:
        return after.state != before.state
    if (after.domain, action.service) in TRIGGERED:
        triggered = after.attributes.get("last_triggered")
        return triggered is not None and triggered != before.attributes.get("last_triggered")
    return holds(action, after)


def moving(action: Action, before: Entity, now: Entity) -> bool:
    """Whether a thing is on its way to where an action sends it."""
    if now.attributes.get("assumed_state"):
        return False
    if action.service in PLACED:
        start, end = before.attributes.get("current_position"), action.values.get("position")
        if not isinstance(start, int | float) or not isinstance(end, int | float):
            return False
        return now.state == ("opening" if end > start else "closing")
    return now.state == WAYS.get(action.service)


def _in_state(service: str, values: dict[str, Value], entity: Entity) -> bool:
    off = OFF.get(entity.domain, frozenset({"off"}))
    if service == "turn_off":
        return entity.state in off
    if service == "turn_on":
        if entity.domain == "light" and 0 in (values.get("brightness_pct"), values.get("brightness")):
            return entity.state in off  # So dim is dark.
        return entity.state in ON.get(entity.domain, frozenset({"on"}))
    if service in {"open_cover", "open_valve"}:
        return entity.state == "open" and _near(100, entity.attributes.get("current_position", 100), IN_PLACE_PERCENT)
    if service in {"close_cover", "close_valve"}:
        return entity.state == "closed" and _near(0, entity.attributes.get("current_position", 0), IN_PLACE_PERCENT)
    return service in SETTERS or entity.state in ENDS.get(service, ())


def _position(value: Value, entity: Entity) -> bool:
    return entity.state in AT_REST and _near(value, entity.attributes.get("current_position"), IN_PLACE_PERCENT)


def _brightness_percent(value: Value, entity: Entity) -> bool:
    told = entity.attributes.get("brightness")
    if entity.state == "off":
        return value == 0
    return isinstance(told, int | float) and _near(value, told * 100 / 255, 1)


def _brightness(value: Value, entity: Entity) -> bool:
    return value == 0 if entity.state == "off" else _near(value, entity.attributes.get("brightness"), 255 / 100)


def _colour(value: Value, entity: Entity) -> bool:
    told = entity.attributes.get("rgb_color")
    return isinstance(told, list | tuple) and is_colour(str(value), told)


def _kelvin(value: Value, entity: Entity) -> bool:
    told = entity.attributes.get("color_temp_kelvin")
    # Lamps count in millionths of 1/kelvin, and round to whole ones.
    return all(isinstance(each, int | float) and each > 0 for each in (value, told)) and _near(
        1e6 / float(value), 1e6 / float(told or 1), 2
    )


def _temperature(name: str) -> "Callable[[Value, Entity], bool]":
    def shown(value: Value, entity: Entity) -> bool:
        return _near(value, entity.attributes.get(name), _step(entity, "target_temp_step", 0.5) / 2)

    return shown


def _attribute(name: str, tolerance: float = 0) -> "Callable[[Value, Entity], bool]":
    def shown(value: Value, entity: Entity) -> bool:
        told = entity.attributes.get(name)
        return told == value or (tolerance > 0 and _near(value, told, tolerance))

    return shown


def _percentage(value: Value, entity: Entity) -> bool:
    if value == 0:
        return entity.state == "off"
    told = entity.attributes.get("percentage")
    return entity.state == "on" and _near(value, told, _step(entity, "percentage_step", 1) / 2)


def _is_state(value: Value, entity: Entity) -> bool:
    return entity.state == value


def _operation_mode(value: Value, entity: Entity) -> bool:
    return value in (entity.state, entity.attributes.get("operation_mode"))


def _value(value: Value, entity: Entity) -> bool:
    if entity.state == str(value):
        return True
    try:
        return _near(value, float(entity.state), _step(entity, "step", 0) / 2)
    except ValueError:
        return False


def _step(entity: Entity, name: str, default: float) -> float:
    step = entity.attributes.get(name)
    return float(step) if isinstance(step, int | float) and step > 0 else default


def _near(wanted: Value, told: Any, tolerance: float) -> bool:  # noqa: ANN401 (whatever a home tells)
    try:
        return abs(float(wanted) - float(told)) <= tolerance + 1e-6
    except (TypeError, ValueError):
        return False


SHOWN: dict[str, Callable[[Value, Entity], bool]] = {
    "brightness_pct": _brightness_percent,
    "brightness": _brightness,
    "color_name": _colour,
    "color_temp_kelvin": _kelvin,
    "effect": _attribute("effect"),
    "position": _position,
    "temperature": _temperature("temperature"),
    "target_temp_high": _temperature("target_temp_high"),
    "target_temp_low": _temperature("target_temp_low"),
    "humidity": _attribute("humidity", 0.5),
    "hvac_mode": _is_state,
    "operation_mode": _operation_mode,
    "preset_mode": _attribute("preset_mode"),
    "fan_mode": _attribute("fan_mode"),
    "percentage": _percentage,
    "volume_level": _attribute("volume_level", 0.01),
    "is_volume_muted": _attribute("is_volume_muted"),
    "source": _attribute("source"),
    "option": _is_state,
    "value": _value,
}
"""What shows a value of a service. One that is not here is never shown."""

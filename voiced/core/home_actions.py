"""What is done to a thing when something is wished: pure. No service's effect hangs on what was before."""

from collections.abc import Mapping

from voiced.core.home import Action, Entity, Value

Slots = Mapping[str, str | int | float]

_SWITCHED = ("light", "switch", "fan", "media_player", "input_boolean", "climate", "humidifier", "siren")
SERVICES: dict[str, dict[str, str]] = {
    "HassTurnOn": {
        **dict.fromkeys(_SWITCHED, "turn_on"),
        **dict.fromkeys(("scene", "script"), "turn_on"),
        **dict.fromkeys(("button", "input_button"), "press"),
        "cover": "open_cover",
        "valve": "open_valve",
        "lock": "lock",
    },
    "HassTurnOff": {
        **dict.fromkeys((*_SWITCHED, "script"), "turn_off"),
        "cover": "close_cover",
        "valve": "close_valve",
        "lock": "unlock",
    },
    "HassLightSet": {"light": "turn_on"},
    "HassSetPosition": {"cover": "set_cover_position", "valve": "set_valve_position"},
    "HassFanSetSpeed": {"fan": "set_percentage"},
    "HassClimateSetTemperature": {"climate": "set_temperature"},
    "HassVacuumStart": {"vacuum": "start"},
    "HassVacuumReturnToBase": {"vacuum": "return_to_base"},
    "HassMediaPause": {"media_player": "media_pause"},
    "HassMediaUnpause": {"media_player": "media_play"},
    "VoicedPlayerVolume": {"media_player": "volume_set"},
    "VoicedPlayerVolumeRelative": {"media_player": "volume_set"},
    "VoicedPlayerMute": {"media_player": "volume_mute"},
    "VoicedPlayerUnmute": {"media_player": "volume_mute"},
}
"""Which service a wish is, by intent and domain; what is not here cannot be done."""
NAMED = ("light", "switch", "fan", "media_player", "input_boolean", "climate", "humidifier", "siren")
"""What "turn on" and "turn off" mean where nothing but a name was said: a lock is not turned on."""
VOLUME_STEP = 10
"""Percent of "louder" and "quieter"."""


def action(intent: str, slots: Slots, entity: Entity) -> Action | None:
    """What is to be done to a thing; None if it cannot.

    Raises:
        KeyError, ValueError: there is no such intent, or its slots are not those that it has.
    """
    service = SERVICES[intent].get(entity.domain)
    if float(slots.get("brightness_step", 0)) < 0 and entity.state != "on":
        return None  # What is dark is not switched on by making it darker.
    values = _values(intent, slots, entity)
    if intent == "HassLightSet" and not values:
        return None
    return Action(entity.id, service, values) if service else None


def _values(intent: str, slots: Slots, entity: Entity) -> dict[str, Value]:  # noqa: PLR0911 (a table)
    match intent:
        case "HassLightSet":
            return _light(slots, entity)
        case "HassSetPosition":
            return {"position": _percent(slots["position"])}
        case "HassFanSetSpeed":
            return {"percentage": _percent(slots["percentage"])}
        case "HassClimateSetTemperature":
            return {"temperature": float(slots["temperature"])}
        case "VoicedPlayerVolume":
            return {"volume_level": _percent(slots["volume_level"]) / 100}
        case "VoicedPlayerVolumeRelative":
            return {"volume_level": _within(_volume(entity) + _step(slots["volume_step"])) / 100}
        case "VoicedPlayerMute" | "VoicedPlayerUnmute":
            return {"is_volume_muted": intent == "VoicedPlayerMute"}
        case _:
            return {}


def _light(slots: Slots, entity: Entity) -> dict[str, Value]:
    values: dict[str, Value] = {}
    if "brightness" in slots:
        values["brightness_pct"] = _percent(slots["brightness"])
    if "brightness_step" in slots:
        values["brightness_pct"] = max(1, _within(_brightness(entity) + float(slots["brightness_step"])))
    if "color" in slots:
        values["color_name"] = str(slots["color"])
    if "temperature" in slots:
        values["color_temp_kelvin"] = int(float(slots["temperature"]))
    return values


def _brightness(entity: Entity) -> float:
    """Percent."""
    given = entity.attributes.get("brightness")
    if entity.state != "on":
        return 0
    return given / 2.55 if isinstance(given, int | float) else 100


def _volume(entity: Entity) -> float:
    """Percent; half where it is not known."""
    given = entity.attributes.get("volume_level")
    return given * 100 if isinstance(given, int | float) else 50


def _step(said: str | float) -> float:
    return {"up": VOLUME_STEP, "down": -VOLUME_STEP}[said] if isinstance(said, str) else said


def _percent(value: str | float) -> int:
    return round(float(value))


def _within(percent: float) -> int:
    """What is set step by step stops at its ends."""
    return min(100, max(0, round(percent)))

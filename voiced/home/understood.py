"""What Home Assistant's own Assist would do with a sentence, as it says itself when it is asked first. Pure."""

from typing import Any

from msgspec import Struct, field

from voiced.core.home import Action, Value

TURN_ON = {"cover": "open_cover", "valve": "open_valve", "lock": "lock"}
TURN_OFF = {"cover": "close_cover", "valve": "close_valve", "lock": "unlock"}
"""What its two broadest intents do to what is not simply on or off."""
VALUES = {
    "HassSetPosition": ("set_cover_position", "position", "position"),
    "HassClimateSetTemperature": ("set_temperature", "temperature", "temperature"),
    "HassFanSetSpeed": ("set_percentage", "percentage", "percentage"),
}
"""Intents that set a value: the service, its value, and the slot it comes from."""
PLAIN = {"HassVacuumStart": "start", "HassVacuumReturnToBase": "return_to_base"}


class _Intent(Struct, frozen=True):
    name: str


class Understood(Struct, frozen=True):
    """One sentence.

    Attributes:
        match: whether it is understood, with all that it names.
        intent: which one.
        slots: what was said besides.
        targets: what it acts on, by id.
    """

    match: bool = False
    intent: _Intent = _Intent("")
    slots: dict[str, Any] = field(default_factory=dict[str, Any])
    targets: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def asks(self) -> bool:
        """Whether it is one of Home Assistant's questions, which change nothing."""
        return self.intent.name.startswith(("HassGet", "HassClimateGet"))

    @property
    def acts(self) -> bool:
        """Whether it does something to things."""
        return self.intent.name in {"HassTurnOn", "HassTurnOff", "HassToggle", "HassLightSet", *VALUES, *PLAIN}

    def action(self, entity: str) -> Action | None:
        """What it does to a thing; None where that cannot be told."""
        domain, intent = entity.partition(".")[0], self.intent.name
        if intent == "HassTurnOn":
            return Action(entity, TURN_ON.get(domain, "turn_on"))
        if intent == "HassTurnOff":
            return Action(entity, TURN_OFF.get(domain, "turn_off"))
        if intent == "HassLightSet":
            return self._with(entity, "turn_on", {"brightness_pct": "brightness", "color_name": "color"})
        if intent in VALUES:
            service, value, slot = VALUES[intent]
            service = "set_valve_position" if domain == "valve" else service
            return self._with(entity, service, {value: slot})
        return Action(entity, PLAIN[intent]) if intent in PLAIN else None

    def _with(self, entity: str, service: str, slots: dict[str, str]) -> Action | None:
        values: dict[str, Value] = {}
        for value, slot in slots.items():
            if isinstance(told := self.slots.get(slot), str | int | float):
                values[value] = told
        return Action(entity, service, values) if values else None


class Understandings(Struct, frozen=True):
    """What is understood of each sentence that was asked about; None: nothing."""

    results: list[Understood | None]


class _Plain(Struct, frozen=True):
    speech: str = ""


class _Speech(Struct, frozen=True):
    plain: _Plain = field(default_factory=_Plain)


class _Target(Struct, frozen=True):
    id: str | None = None


class _Data(Struct, frozen=True):
    code: str = ""
    success: list[_Target] = field(default_factory=list[_Target])


class _Response(Struct, frozen=True):
    response_type: str
    speech: _Speech = field(default_factory=_Speech)
    data: _Data = field(default_factory=_Data)


class Answer(Struct, frozen=True):
    """What Assist says it did."""

    response: _Response

    @property
    def text(self) -> str:
        """What is spoken."""
        return self.response.speech.plain.speech

    @property
    def understood(self) -> bool:
        """Whether it knew the sentence, and what it names."""
        return self.response.data.code not in {"no_intent_match", "no_valid_targets"}

    @property
    def failed(self) -> bool:
        """Whether it could not do it."""
        return self.response.response_type == "error"

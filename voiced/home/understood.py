"""What Home Assistant's own Assist would do with a sentence, as it says itself when it is asked first. Pure."""

from contextlib import suppress
from typing import Any

from msgspec import Struct, field

from voiced.core.home import Action, Entity
from voiced.core.home_actions import action
from voiced.home.told import usable

BUILTIN = "builtin"
"""The source of Home Assistant's own sentences; others are written by users, and do whatever their authors wanted."""
QUESTIONS = frozenset(
    {"HassGetState", "HassClimateGetTemperature", "HassGetWeather", "HassGetCurrentTime", "HassGetCurrentDate"}
)
"""Its intents that change nothing."""


class _Intent(Struct, frozen=True):
    name: str


class Understood(Struct, frozen=True):
    """One sentence.

    Attributes:
        match: whether it is understood, with all that it names.
        intent: which one.
        slots: what was said besides.
        targets: what it acts on, by id.
        source: whose sentence it is: builtin, custom or trigger.
    """

    match: bool = False
    intent: _Intent = _Intent("")
    slots: dict[str, Any] = field(default_factory=dict[str, Any])
    targets: dict[str, Any] = field(default_factory=dict[str, Any])
    source: str = ""

    @property
    def asks(self) -> bool:
        """Whether it is one of Home Assistant's own questions, which change nothing."""
        return self.source == BUILTIN and self.intent.name in QUESTIONS

    def action(self, entity: Entity) -> Action | None:
        """What it does to a thing; None where that cannot be told."""
        if self.source != BUILTIN:
            return None
        slots = {name: each for name, each in usable(self.slots).items() if isinstance(each, str | int | float)}
        with suppress(KeyError, ValueError):  # An intent or a form that is not known.
            return action(self.intent.name, slots, entity)
        return None


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

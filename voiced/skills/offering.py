"""What skills offer to language models is made of: tools, and the question whether something is meant. Pure."""

from collections.abc import Sequence
from typing import Any

from voiced.core.chat import Tool, ToolCall
from voiced.core.ports.skill import Asks, Named, Reply, Wish
from voiced.core.speech import NOON, Speech
from voiced.core.speech_en import DAYS
from voiced.core.types import Understanding

LONGEST = 200
"""Characters of an argument; nobody means more."""
TIME_PARTS = {"hours": 24, "minutes": 999, "seconds": 999}
"""The largest that are taken."""

DAY_NAMES = {"today": "today", "tomorrow": "tomorrow"} | {day.lower(): str(at) for at, day in enumerate(DAYS)}
"""What a model calls a day, in any language, and the slot's value for it."""
CLOCK = {"hour": "integer", "minute": "integer", "day": list(DAY_NAMES)}
"""The parameters of a time of day, by the 24-hour clock."""
LAST_HOUR, LAST_MINUTE = 23, 59


def tool(name: str, description: str, required: Sequence[str] = (), /, **parameters: Any) -> Tool:  # noqa: ANN401 (JSON Schema)
    """A tool.

    Args:
        name: what it is called.
        description: for the model.
        required: the parameters that it cannot do without.
        parameters: a type ("string", "integer", "number") or a list of values for each.
    """
    properties = {
        key: {"type": kind} if isinstance(kind, str) else {"type": "string", "enum": list(kind)}
        for key, kind in parameters.items()
    }
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    return Tool(name, description, schema | ({"required": list(required)} if required else {}))


def text_of(call: ToolCall, name: str) -> str:
    """A text among the arguments, on one line; empty where there is none."""
    given = call.arguments.get(name)
    return " ".join(given.split())[:LONGEST].strip() if isinstance(given, str) else ""


def number_of(call: ToolCall, name: str, largest: float) -> float | None:
    """A number among them, whole if it can be; None where there is none from 0 to the largest."""
    given = call.arguments.get(name)
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= largest:
        return None
    return int(given) if float(given).is_integer() else given


def length_of(call: ToolCall) -> tuple[dict[str, str | int | float], tuple[Named, ...]]:
    """How long something is to run: slots, and what must have been said: hours and minutes, or all of it in minutes."""
    slots: dict[str, str | int | float] = {}
    for unit, largest in TIME_PARTS.items():
        if value := number_of(call, unit, largest):
            slots[unit] = value
    hours, minutes, seconds = (float(slots.get(unit, 0)) for unit in TIME_PARTS)
    sums = {
        "hours": hours * 60 + minutes,
        "minutes": hours * 60 + minutes if hours else minutes * 60 + seconds,
        "seconds": minutes * 60 + seconds,
    }
    return slots, tuple(Named((float(value), sums[unit])) for unit, value in slots.items())


def clock_of(call: ToolCall, speech: Speech) -> tuple[dict[str, str | int | float], tuple[Named, ...]]:
    """When something is to be: slots, and what must have been said. None of both where no hour is given.

    Args:
        call: what the model asks for.
        speech: the language in which it must have been said.
    """
    hour, minute = number_of(call, "hour", LAST_HOUR), number_of(call, "minute", LAST_MINUTE) or 0
    if hour is None:
        return {}, ()
    slots: dict[str, str | int | float] = {"hour": hour, "minute": minute, "half": "am" if hour < NOON else "pm"}
    named = [Named((hour, hour % NOON or NOON))]
    if minute:
        named.append(Named((minute,)))
    day = text_of(call, "day").lower()
    if day in DAY_NAMES:
        slots["day"] = DAY_NAMES[day]
        named += [] if day == "today" else [Named(tuple(speech.day_names[DAY_NAMES[day]]))]
    return slots, tuple(named)


def reading(intent: str, text: str, slots: dict[str, str | int | float] | None = None) -> Wish:
    """A wish that only asks something."""
    return Wish(Understanding(intent, slots or {}, text))


def confirm(understood: Understanding, question: str) -> Reply:
    """Asks whether something is to be done."""
    return Reply(question, asks=Asks(yes=understood))

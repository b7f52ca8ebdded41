"""Arithmetic, and units in other units."""

from collections.abc import Sequence
from fractions import Fraction

from voiced.core.chat import Tool, ToolCall
from voiced.core.errors import SkillFailed
from voiced.core.ports.skill import Reply, Wish
from voiced.core.types import Understanding
from voiced.skills.arithmetic import evaluate
from voiced.skills.numbers import number, spelled
from voiced.skills.offering import reading, text_of, tool
from voiced.skills.units import UNITS, converted, counted, several

NAMES = {name: unit for unit in UNITS for name in (unit, several(unit))}
"""Names of units, in one and in many."""


class CalculatorSkill:
    """Calculates and converts."""

    intents = ("VoicedCalculate", "VoicedConvert")

    def takes(self, understood: Understanding) -> bool:
        """See `Choosy`."""
        if understood.intent == "VoicedConvert":
            return _quantity(understood) is not None
        try:
            return evaluate(_asked(understood)) is not None
        except SkillFailed:
            return True

    def tools(self) -> Sequence[Tool]:
        """See `Offering`."""
        return (
            tool("calculate", "Work out a sum exactly.", ("sum",), sum="string"),
            tool(
                "convert",
                "Convert an amount to another unit; units as words in the singular, such as mile or celsius.",
                ("amount", "unit", "to"),
                amount="string",
                unit="string",
                to="string",
            ),
        )

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        """See `Offering`."""
        slots = {"left": "sum"} if call.name == "calculate" else {"amount": "amount", "unit": "unit", "to": "to"}
        intent = "VoicedCalculate" if call.name == "calculate" else "VoicedConvert"
        wish = reading(intent, text, {slot: text_of(call, name) for slot, name in slots.items()})
        return wish if self.takes(wish.understood) else None

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        if understood.intent == "VoicedConvert":
            return Reply(_convert(understood))
        found = evaluate(_asked(understood))
        if found is None:
            return Reply("Sorry, I cannot calculate that.")
        value, exact = found
        text, whole = spelled(value)
        return Reply(f"It is {text}." if exact and whole else f"It is about {text}.")


def _convert(understood: Understanding) -> str:
    quantity = _quantity(understood)
    if quantity is None:
        return "Sorry, I do not know how much that is."
    other = str(understood.slots["to"])
    total = sum((converted(amount, unit, other) for amount, unit in quantity), Fraction(0))
    told = " ".join(counted(spelled(amount)[0], unit) for amount, unit in quantity)
    text, whole = spelled(total)
    verb = "is" if spelled(quantity[0][0])[0] == "1" else "are"
    return f"{told} {verb} {'' if whole else 'about '}{counted(text, other)}."


def _quantity(understood: Understanding) -> list[tuple[Fraction, str]] | None:
    """How much of which unit is to be converted, the larger unit first; None where that is not clear."""
    slots = understood.slots
    unit, words = str(slots.get("unit", "")), str(slots.get("amount", "")).split()
    if unit not in UNITS or slots.get("to") not in UNITS:
        return None
    larger = next((at for at, word in enumerate(words) if word in NAMES), None)
    said = [(words, unit)]
    if larger is not None:  # Five feet and three inches.
        rest = [word for word in words[larger + 1 :] if word != "and"]
        said = [(words[:larger], NAMES[words[larger]]), (rest, unit)]
    amounts = [_amount(each) for each, _ in said]
    if None in amounts or len({UNITS[name].kind for _, name in said}) > 1:
        return None
    return [(amount, name) for amount, (_, name) in zip(amounts, said, strict=True) if amount is not None]


def _amount(words: list[str]) -> Fraction | None:
    while len(words) > 1 and words[-1] in ("a", "an", "of"):  # Half a cup, a quarter of a pound.
        words = words[:-1]
    return Fraction(1) if words in (["a"], ["an"]) else number(" ".join(words))


def _asked(understood: Understanding) -> str:
    """The sum of a sentence, put together again from what the templates made of it."""
    parts = (understood.slots.get(name, "") for name in ("left", "between", "before", "right", "after"))
    return " ".join(str(part) for part in parts)

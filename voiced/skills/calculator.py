"""Arithmetic, and units in other units."""

from collections.abc import Sequence
from fractions import Fraction

from voiced.core.chat import Tool, ToolCall
from voiced.core.errors import SkillFailed
from voiced.core.numbers import NumberWords, number
from voiced.core.ports.skill import Reply, Wish
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding
from voiced.skills.arithmetic import evaluate
from voiced.skills.numbers import spelled
from voiced.skills.offering import reading, text_of, tool
from voiced.skills.units import UNITS, converted, several, single

OF = "of"


class CalculatorSkill:
    """Calculates and converts.

    Args:
        words: the language's numbers.
        speech: puts it into words.
    """

    intents = ("VoicedCalculate", "VoicedConvert")

    def __init__(self, words: NumberWords, speech: Speech = ENGLISH) -> None:
        self._speech = speech
        self._words = words
        self._names = {speech.say(name).casefold(): unit for unit in UNITS for name in (unit, several(unit))}

    def takes(self, understood: Understanding) -> bool:
        """See `Choosy`."""
        if understood.intent == "VoicedConvert":
            return self._quantity(understood) is not None
        try:
            return evaluate(_asked(understood), self._words) is not None
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
            return Reply(self._convert(understood))
        say, found = self._speech.say, evaluate(_asked(understood), self._words)
        if found is None:
            return Reply(say("Sorry, I cannot calculate that."))
        value, exact = found
        text, whole = spelled(value, self._words)
        return Reply(say("It is {number}." if exact and whole else "It is about {number}.", number=text))

    def _convert(self, understood: Understanding) -> str:
        quantity, say = self._quantity(understood), self._speech.say
        if quantity is None:
            return say("Sorry, I do not know how much that is.")
        other = str(understood.slots["to"])
        total = sum((converted(amount, unit, other) for amount, unit in quantity), Fraction(0))
        told = " ".join(self._told(amount, unit) for amount, unit in quantity)
        exact, result = spelled(total, self._words)[1], self._told(total, other)
        if quantity[0][0] == 1:
            return say("{amount} is {result}." if exact else "{amount} is about {result}.", amount=told, result=result)
        return say("{amount} are {result}." if exact else "{amount} are about {result}.", amount=told, result=result)

    def _told(self, amount: Fraction, unit: str) -> str:
        """So many of a unit, in words: "1 foot", "2.5 miles per hour"."""
        text, _ = spelled(amount, self._words)
        return self._speech.say(single(unit)) if text == "1" else f"{text} {self._speech.say(several(unit))}"

    def _quantity(self, understood: Understanding) -> list[tuple[Fraction, str]] | None:
        """How much of which unit is to be converted, the larger unit first; None where that is not clear."""
        slots = understood.slots
        unit, words = str(slots.get("unit", "")), str(slots.get("amount", "")).casefold().split()
        if unit not in UNITS or slots.get("to") not in UNITS:
            return None
        larger = next((at for at, word in enumerate(words) if word in self._names), None)
        said = [(words, unit)]
        if larger is not None:  # Five feet and three inches.
            rest = [word for word in words[larger + 1 :] if word != self._words.joint]
            said = [(words[:larger], self._names[words[larger]]), (rest, unit)]
        amounts = [self._amount(each) for each, _ in said]
        if None in amounts or len({UNITS[name].kind for _, name in said}) > 1:
            return None
        return [(amount, name) for amount, (_, name) in zip(amounts, said, strict=True) if amount is not None]

    def _amount(self, words: list[str]) -> Fraction | None:
        while len(words) > 1 and words[-1] in (*self._words.one, OF):  # Half a cup, a quarter of a pound.
            words = words[:-1]
        return Fraction(1) if len(words) == 1 and words[0] in self._words.one else number(" ".join(words), self._words)


def _asked(understood: Understanding) -> str:
    """The sum of a sentence, put together again from what the templates made of it."""
    parts = (understood.slots.get(name, "") for name in ("left", "between", "before", "right", "after"))
    return " ".join(str(part) for part in parts)

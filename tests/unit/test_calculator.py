"""What the calculator answers, through the templates like a turn."""

import asyncio
from fractions import Fraction

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.home.households import INTENTS
from tests.sentences import rules
from voiced.core.errors import SkillFailed
from voiced.core.numbers import load_numbers
from voiced.core.types import Understanding
from voiced.mind import taken
from voiced.skills.calculator import CalculatorSkill
from voiced.skills.talk import StopSkill
from voiced.skills.units import UNITS, converted
from voiced.turn.rules import Rules

RULES = rules()
SKILL = CalculatorSkill(load_numbers(INTENTS, "en"))


def answer(said: str) -> str | None:
    understood = RULES.understand(said)
    if understood is None or understood.intent not in SKILL.intents or not SKILL.takes(understood):
        return None
    return asyncio.run(SKILL.answer(understood)).text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("What is 15 percent of 80?", "It is 12."),
        ("what's fifteen percent of eighty", "It is 12."),
        ("what's 15% of 80.5", "It is 12.075."),
        ("12 times 7 plus 3", "It is 87."),
        ("what is 12*7+3", "It is 87."),
        ("calculate (2+3)*4", "It is 20."),
        ("how much is 20 percent off 50", "It is 40."),
        ("what is the square root of 2", "It is about 1.414."),
        ("what is 10 divided by 3", "It is about 3.333."),
        ("what is five squared", "It is 25."),
        ("convert 350 fahrenheit to celsius", "350 degrees Fahrenheit are about 176.7 degrees Celsius."),
        ("what is 1000000 divided by 7", "It is about 142,857."),
        ("what is 1 divided by 30", "It is about 0.03333."),
        ("what is half of 30", "It is 15."),
        ("what is a third of 100", "It is about 33.33."),
        ("how many grams are 3 ounces", "3 ounces are about 85.05 grams."),
        ("how many ounces are there in a pound", "1 pound is 16 ounces."),
        ("convert 20 celsius to fahrenheit", "20 degrees Celsius are 68 degrees Fahrenheit."),
        ("what is minus 40 degrees fahrenheit in celsius", "-40 degrees Fahrenheit are -40 degrees Celsius."),
        ("what is 20°C in °F", "20 degrees Celsius are 68 degrees Fahrenheit."),
        ("how many tablespoons are in half a cup", "0.5 cups are 8 tablespoons."),
        ("how many centimeters are 5 feet 3 inches", "5 feet 3 inches are 160.02 centimeters."),
        ("convert two and a half pounds to ounces", "2.5 pounds are 40 ounces."),
        ("what's 10kg in grams", "10 kilograms are 10,000 grams."),
        ("how many feet are in a mile", "1 mile is 5,280 feet."),
        ("convert 90 kilometers per hour to meters per second", "90 kilometers per hour are 25 meters per second."),
        ("how many days are in a week", "1 week is 7 days."),
    ],
)
def test_what_is_asked_is_worked_out(said: str, told: str):
    assert answer(said) == told


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("how many grams are in a cup", "depends on what it is"),
        ("convert 5 meters to kilograms", "One measures a length in meters, and a weight in kilograms"),
        ("what is 7 divided by 0", "divided by zero"),
        ("convert minus 300 celsius to kelvin", "absolute zero"),
    ],
)
def test_what_it_cannot_it_says(said: str, why: str):
    with pytest.raises(SkillFailed, match=why):
        answer(said)


@pytest.mark.parametrize(
    "said",
    [
        "what is the meaning of life",
        "what is the capital of france",
        "how many people are in a cup",
        "how many days are in a good week",
        "what is the plus side",
        "turn the light to 20 percent",
        "set a timer for 5 minutes",
        "what is love",
    ],
)
def test_what_is_none_of_its_business_it_does_not_take(said: str):
    assert answer(said) is None


class Lamp:
    """The sentences of a home with one lamp. Implements `Sentences`."""

    def understand(self, text: str) -> Understanding | None:
        return Understanding("HassTurnOn", {}, text) if "lamp" in text else None

    def guess(self, text: str) -> Understanding | None:
        return self.understand(text)


def test_what_it_does_not_take_may_be_for_the_home():
    own = Rules(INTENTS, "en")
    own.home = Lamp()
    said = "lower the lamp over the table"
    assert own.understand(said).intent == "VoicedCalculate"
    understand = taken([own.understand, own.understand_home], {"VoicedCalculate": SKILL, "HassTurnOn": StopSkill()})
    assert understand(said).intent == "HassTurnOn"


def test_every_unit_has_a_name_in_the_templates_and_no_other_has():
    lists = yaml.safe_load((INTENTS / "en" / "calculator.yaml").read_text())["lists"]
    assert {value["out"] for value in lists["unit_name"]["values"]} == UNITS.keys()
    assert {value["out"] for value in lists["unit_sign"]["values"]} < UNITS.keys()


@pytest.mark.parametrize(
    ("amount", "unit", "other", "exact"),
    [
        ("1", "inch", "centimeter", "2.54"),
        ("1", "gallon", "cup", "16"),
        ("1", "cup", "tablespoon", "16"),
        ("1", "tablespoon", "teaspoon", "3"),
        ("1", "gallon", "quart", "4"),
        ("1", "mile", "foot", "5280"),
        ("1", "stone", "pound", "14"),
        ("1", "acre", "square foot", "43560"),
        ("1", "kilowatt hour", "kilojoule", "3600"),
        ("1", "knot", "kilometer per hour", "1.852"),
        ("0", "kelvin", "fahrenheit", "-459.67"),
        ("100", "celsius", "fahrenheit", "212"),
        ("1", "atmosphere", "hectopascal", "1013.25"),
        ("1", "byte", "bit", "8"),
    ],
)
def test_factors_are_those_by_definition(amount: str, unit: str, other: str, exact: str):
    assert converted(Fraction(amount), unit, other) == Fraction(exact)


@given(st.data(), st.fractions(0, 10**9))
def test_there_and_back_is_exactly_the_same(data: st.DataObject, amount: Fraction):
    unit = data.draw(st.sampled_from(sorted(UNITS)))
    other = data.draw(st.sampled_from([name for name in sorted(UNITS) if UNITS[name].kind == UNITS[unit].kind]))
    assert converted(converted(amount, unit, other), other, unit) == amount

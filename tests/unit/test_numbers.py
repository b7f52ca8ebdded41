"""Numbers in words and digits."""

from fractions import Fraction
from pathlib import Path

import pytest
from hassil.numbers import get_rbnf_engine
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.numbers import NumberWords, load_numbers
from voiced.core.numbers import number as read
from voiced.skills.numbers import spelled

FOLDER = Path(__file__).parents[2] / "config" / "intents"
ENGLISH = load_numbers(FOLDER, "en")


def number(said: str) -> Fraction | None:
    return read(said, ENGLISH)


def words(value: int) -> str:
    return get_rbnf_engine("en").format_number(value).text


@given(st.integers(0, 10**15 - 1) | st.integers(0, 2000))
def test_every_number_that_can_be_spelled_is_read(value: int):
    assert number(words(value)) == value
    assert number(str(value)) == number(f"{value:,}") == value
    assert number(f"minus {words(value)}") == -value


def test_without_words_of_a_language_numbers_are_digits():
    nothing = NumberWords()
    assert [read(said, nothing) for said in ("12", "1.5", "twelve", "", "and a half")] == [12, 1.5, None, None, None]


def test_digits_that_python_reads_not_at_once_are_no_number():
    for said in (
        "9" * 5_000,
        "0." + "9" * 5_000,
        "five point " + "9" * 5_000,
        "one point" + " 99" * 900 + (" " + "9" * 1_000) * 6,
        f"two and a {'9' * 5_000}",
    ):
        assert number(said) is None


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("one hundred and five", 105),
        ("a hundred", 100),
        ("a thousand and one", 1001),
        ("three point one four", Fraction("3.14")),
        ("zero point oh five", Fraction("0.05")),
        ("2.50", Fraction("2.5")),
        ("two and a half", Fraction(5, 2)),
        ("half", Fraction(1, 2)),
        ("a quarter", Fraction(1, 4)),
        ("three quarters", Fraction(3, 4)),
        ("2 thirds", Fraction(2, 3)),
        ("one and three quarters", Fraction(7, 4)),
        ("3 million", 3_000_000),
        ("-5", -5),
        ("negative five", -5),
    ],
)
def test_numbers_as_people_say_them(said: str, value: Fraction):
    assert number(said) == value


@pytest.mark.parametrize(
    "said",
    [
        "",
        "and",
        "five six",
        "twenty thirty",
        "hundred",
        "a",
        "point five",
        "ten eggs",
        "1.2.3",
        "1,2",
        "--5",
        "five and",
    ],
)
def test_what_is_no_number_is_none(said: str):
    assert number(said) is None


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_none(said: str):
    assert number(said) is None or isinstance(number(said), Fraction | int)


@pytest.mark.parametrize(
    ("value", "told", "whole"),
    [
        (Fraction(1234567), "1,234,567", True),
        (Fraction(1, 3), "0.3333", False),
        (Fraction(-5, 2), "-2.5", True),
        (Fraction(0), "0", True),
        (Fraction(1, 7000), "0.0001429", False),
        (Fraction("0.00005"), "0.00005", True),
        (Fraction(2**100), "1.2677 times 10 to the power of 30", False),
        (Fraction("99.99999"), "100", False),
        (Fraction("-0.5"), "-0.5", True),
    ],
)
def test_numbers_are_told_in_digits_that_say_something(value: Fraction, told: str, whole: bool):  # noqa: FBT001 (a case)
    assert spelled(value, ENGLISH) == (told, whole)


@given(st.fractions(-(10**14), 10**14))
def test_what_is_told_is_near_and_says_when_it_is_all(value: Fraction):
    told, whole = spelled(value, ENGLISH)
    read = Fraction(told.replace(",", ""))
    assert (read == value) is whole
    assert abs(read - value) <= max(Fraction(1, 10**4), abs(value) / 2_000)

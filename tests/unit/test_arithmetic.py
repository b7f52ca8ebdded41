"""Sums, as they are said and written."""

from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.errors import SkillFailed
from voiced.core.numbers import load_numbers
from voiced.skills.arithmetic import evaluate

ENGLISH = load_numbers(Path(__file__).parents[2] / "config" / "intents", "en")


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("15 percent of 80", 12),
        ("fifteen percent of eighty", 12),
        ("12.5% of 8", 1),
        ("20 percent off 50", 40),
        ("80 plus 10 percent", 88),
        ("80 minus 10 percent", 72),
        ("10 percent", Fraction(1, 10)),
        ("10 percent plus 10 percent", Fraction(1, 5)),
        ("12 times 7 plus 3", 87),
        ("3 plus 12 times 7", 87),
        ("12x7", 84),
        ("(2+3)*4", 20),
        ("open bracket two plus three close bracket times four", 20),
        ("10 divided by 4", Fraction(5, 2)),
        ("two thirds of ninety", 60),
        ("2 to the power of 10", 1024),
        ("2^3^2", 512),
        ("2^-2", Fraction(1, 4)),
        ("five squared", 25),
        ("3 cubed minus 1", 26),
        ("minus 3 squared", -9),
        ("minus five plus eight", 3),
        ("the square root of 144", 12),
        ("square root of 2.25", Fraction(3, 2)),
        ("9 to the power of 0.5", 3),
        ("cube root of minus 27", -3),
        ("square root of 16 plus 9", 13),
        ("one hundred and five minus five", 100),
        ("1,000 plus 1", 1001),
    ],
)
def test_sums_are_exact(said: str, value: Fraction):
    assert evaluate(said, ENGLISH) == (value, True)


@given(st.integers(1, 10**9))
def test_roots_that_are_not_whole_are_near_and_said_to_be(value: int):
    found = evaluate(f"square root of {value}", ENGLISH)
    assert found
    with localcontext(prec=60):
        root = Decimal(value).sqrt()
        near = Fraction(root)
    assert abs(found[0] - near) <= Fraction(1, 10**29)
    assert found[1] == (near.denominator == 1)


@pytest.mark.parametrize(
    "said",
    [
        *(
            "",
            "5",
            "five",
            "plus",
            "2 plus",
            "times 3",
            "2 3 plus",
            "(2+3",
            "2+3)",
            "2 + x + y",
            "what plus 3",
            "2 ** 3",
        ),
        *("the capital of france", "__import__('os')", "5 percent percent of", "1" + "+1" * 100, "(" * 500 + "1"),
    ],
)
def test_what_is_no_sum_is_none(said: str):
    assert evaluate(said, ENGLISH) is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("7 divided by 0", "zero"),
        ("0^-1", "zero"),
        ("square root of minus 4", "negative"),
        ("2^2^2^2^2^2", "too large"),
        ("9^9^9^9", "too large"),
        ("10^1000*10^1000", "too large"),
        ("2 to the power of 0.3", "whole powers"),
    ],
)
def test_what_has_no_value_says_why(said: str, why: str):
    with pytest.raises(SkillFailed, match=why):
        evaluate(said, ENGLISH)


NUMBERS = st.integers(0, 10**6).map(str) | st.decimals(0, 10**4, places=3).map(str)
SUMS = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("-({})".format),
    ),
    max_leaves=8,
)


def exactly(written: str) -> Fraction:
    """The same, worked out by Python: the text is made of digits and signs above, and nothing else."""
    import re  # noqa: PLC0415 (only here)

    return eval(re.sub(r"[\d.]+", lambda found: f"Fraction('{found[0]}')", written), {"Fraction": Fraction})  # noqa: S307


@given(SUMS)
def test_sums_are_what_python_makes_of_them(written: str):
    found = evaluate(written, ENGLISH)
    assert found in ((exactly(written), True), None)
    assert found or written.strip("()- ").replace(".", "").isdecimal() or len(written) > 60


@given(st.text(alphabet="0123456789.+-*/^()% √²", max_size=40) | st.text(max_size=40))
def test_any_text_has_a_value_or_none_or_says_why(said: str):
    try:
        found = evaluate(said, ENGLISH)
    except SkillFailed:
        return
    assert found is None or isinstance(found[0], Fraction)

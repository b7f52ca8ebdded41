"""Text into clauses, and what was said of a text that was cut short."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.turn.sentences import clauses, spoken_part


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is noon.", ["It is noon."]),
        ("Timer set for 5 minutes. Anything else?", ["Timer set for 5 minutes.", "Anything else?"]),
        ("There is milk, which is fresh, and bread.", ["There is milk,", "which is fresh,", "and bread."]),
        ("Yes. It is noon.", ["Yes. It is noon."]),
        ("  ", []),
        ("1,000 things", ["1,000 things"]),
    ],
)
def test_clauses(text, expected):
    assert clauses(text) == expected


@given(st.text())
def test_clauses_lose_no_word(text):
    assert " ".join(clauses(text)).split() == text.split()


@given(st.text(), st.floats(0, 1))
def test_the_spoken_part_is_a_beginning(text, share):
    said = spoken_part(text, share).split()
    assert said == text.split()[: len(said)]


@given(st.text(min_size=1))
def test_all_of_it_and_nothing_of_it(text):
    assert spoken_part(text, 1) == text
    assert len(spoken_part(text, 0).split()) <= 1

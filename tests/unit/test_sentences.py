"""Text into clauses, and what was said of a text that was cut short."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.turn.sentences import Clauses, spoken_part


def clauses(text: str) -> list[str]:
    splitter = Clauses()
    return [*splitter.feed(text), *splitter.finish()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is noon.", ["It is noon."]),
        ("Timer set for 5 minutes. Anything else?", ["Timer set for 5 minutes.", "Anything else?"]),
        ("There is milk, which is fresh, and bread.", ["There is milk,", "which is fresh,", "and bread."]),
        ("Yes. It is noon.", ["Yes. It is noon."]),
        ("  ", []),
        ("1,000 things", ["1,000 things"]),
        ("Of course, I can do that.", ["Of course,", "I can do that."]),
        ("I will call Dr. Miller. He is in.", ["I will call Dr. Miller.", "He is in."]),
        ("Take some fruit, e.g. apples.", ["Take some fruit, e.g. apples."]),
        ("Es ist der 3. Mai und warm. Ja.", ["Es ist der 3. Mai und warm.", "Ja."]),
        ("That is No. 5 of the list. No. It is not.", ["That is No. 5 of the list.", "No. It is not."]),
        ("What there is:\n1. Milk for coffee\n2. Bread", ["What there is:", "1. Milk for coffee", "2. Bread"]),
        ("The first number is 5.\nNothing else.", ["The first number is 5.", "Nothing else."]),
    ],
)
def test_clauses(text, expected):
    assert clauses(text) == expected


@given(st.text())
def test_clauses_lose_no_word(text):
    assert " ".join(clauses(text)).split() == text.split()


PROSE = st.sampled_from([*"ab ,.:!\n1", "Dr. ", "No. ", "e.g. ", "Yes, it is. ", "\n ", "\x1c", ", ", ". "])


@given(st.lists(st.text() | PROSE, max_size=40))
def test_clauses_are_the_same_in_whatever_parts_a_text_comes(parts):
    splitter = Clauses()
    found = [clause for part in parts for clause in splitter.feed(part)]
    assert [*found, *splitter.finish()] == clauses("".join(parts))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["It is ", "noon. "], ["It is noon."]),
        (["It is noon, and", " warm"], ["It is noon,"]),
        (["It is noon, and"], []),
        (["It is noon and Dr. "], []),
        (["It is noon and Dr. X is in. N"], ["It is noon and Dr. X is in."]),
        (["Yes. "], []),
    ],
)
def test_a_clause_comes_as_soon_as_it_is_sure(parts, expected):
    splitter = Clauses()
    assert [clause for part in parts for clause in splitter.feed(part)] == expected


@given(st.text(), st.floats(0, 1))
def test_the_spoken_part_is_a_beginning(text, share):
    said = spoken_part(text, share).split()
    assert said == text.split()[: len(said)]


@given(st.text(min_size=1))
def test_all_of_it_and_nothing_of_it(text):
    assert spoken_part(text, 1) == text
    assert len(spoken_part(text, 0).split()) <= 1

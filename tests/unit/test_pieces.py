"""A sentence is split where nobody minds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.engines.pieces import LONGEST, SHORTEST, split

LONG = "the we__er today_ is clou__, with a li__t bree_e from the west."


def first(text: str, most: int) -> str:
    return "".join(split(list(text), most)[0])


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (200, LONG),
        (20, "the we__er today_ is"),
        (29, "the we__er today_ is clou__,"),
        (40, "the we__er today_ is clou__,"),
        (1, "the we__er today_"),
    ],
)
def test_a_piece_ends_at_a_pause_or_between_words(most, expected):
    assert first(LONG, most) == expected


def test_no_short_rest_is_left_over():
    assert first("the we__er today_ is", 17) == "the we__er today_ is"


def test_what_has_no_border_is_split_all_the_same():
    assert len(first("a" * 5000, 20)) == LONGEST


@given(st.text(alphabet="ab ,.", max_size=900), st.integers(0, 1000))
def test_nothing_is_lost_but_spaces_between(text, most):
    rest, found = list(text), []
    while rest:
        piece, rest = split(rest, most)
        assert piece
        assert len(piece) <= LONGEST
        assert not rest or len(piece) >= SHORTEST
        found.append("".join(piece))
    assert "".join(found).replace(" ", "") == text.replace(" ", "")

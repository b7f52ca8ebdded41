"""Texts in pieces."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from voiced.recall.pieces import spans

WORDS = st.lists(st.sampled_from(["word", "a", "sentence.", "so!", "\n\n", "\n", "wordwordword", "é", "“Oh?”"]))
TEXTS = st.one_of(st.text(), WORDS.map(" ".join))


@given(text=TEXTS, size=st.integers(2, 60), share=st.floats(0, 0.49))
def test_pieces_are_the_text_and_none_is_too_long(text: str, size: int, share: float):
    found = list(spans(text, size, int(size * share)))
    joined, reached = "", 0
    for begin, end in found:
        assert begin <= reached < end
        assert end - begin <= size
        joined, reached = joined + text[reached:end], end
    assert joined == text


@given(text=TEXTS, size=st.integers(2, 60), share=st.floats(0, 0.49))
def test_pieces_overlap_no_more_than_they_may(text: str, size: int, share: float):
    found = list(spans(text, size, int(size * share)))
    for (_, end), (begin, _) in pairwise(found):
        assert 0 <= end - begin <= size * share


def cut(text: str, size: int, overlap: int = 0) -> list[str]:
    return [text[begin:end] for begin, end in spans(text, size, overlap)]


def test_a_piece_ends_with_a_paragraph_else_a_sentence_else_a_word():
    assert cut("One two. Three four.\n\nFive six. Seven.", 30) == ["One two. Three four.\n\n", "Five six. Seven."]
    assert cut("One two three. Four five six seven.", 20) == ["One two three. ", "Four five six seven."]
    assert cut("one two three four five", 10) == ["one two ", "three ", "four five"]
    assert cut("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]


def test_the_next_piece_begins_with_a_sentence_of_the_one_before():
    first, second = cut("One is here. Two is there. Three is gone.", 34, 16)
    assert first == "One is here. Two is there. "
    assert second.startswith("Two is there. Three")

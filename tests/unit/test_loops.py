"""Answers that go round in circles."""

from hypothesis import given
from hypothesis import strategies as st

from voiced.engines.loops import LENGTH, Loops


def noticed(tokens: list[int]) -> int | None:
    """After how many tokens a loop was noticed."""
    loops = Loops()
    return next((count for count, token in enumerate(tokens, 1) if loops.feed(token)), None)


@given(st.lists(st.integers(0, 100_000), max_size=200), st.lists(st.integers(0, 100_000), min_size=1, max_size=LENGTH))
def test_a_short_loop_is_noticed_within_sixty_tokens(before: list[int], loop: list[int]) -> None:
    count = noticed(before + loop * 60)
    assert count is not None
    assert count <= len(before) + 60


@given(st.lists(st.integers(0, 100_000), min_size=LENGTH + 1, max_size=60, unique=True))
def test_a_long_loop_is_noticed_when_it_comes_for_the_third_time(loop: list[int]) -> None:
    assert noticed(loop * 4) == 2 * len(loop) + LENGTH


@given(st.lists(st.integers(0, 100_000), max_size=400, unique=True))
def test_what_does_not_repeat_is_no_loop(tokens: list[int]) -> None:
    assert noticed(tokens * 2) is None


def test_short_pieces_may_come_again_and_again() -> None:
    lines = [[number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] for number in range(100, 140)]
    assert noticed([token for line in lines for token in line]) is None

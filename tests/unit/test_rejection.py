"""What counts as a command, by numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.types import Purpose
from voiced.engines.rejection import ACCEPTED, BARE_STOP, LIMITS, SHORTEST, Segment, confidence

WORDS = [Segment("<sil>", 0, 9, -5.0), Segment("stop", 10, 49, -60.0), Segment("<sil>", 50, 59, -5.0)]


def phones(nats: float, *, last: int = 49, name: str = "AA") -> list[Segment]:
    """A loop that explains each frame of the words so well, and hears speech until a frame."""
    return [Segment("SIL", 0, 9, -5.0), Segment(name, 10, last, nats * (last - 9)), Segment("SIL", last + 1, 200, -5.0)]


@pytest.mark.parametrize("purpose", Purpose)
def test_half_sure_at_the_limit(purpose: Purpose) -> None:
    words = [Segment("quiet", 10, 49, 40 * (-1.0 - LIMITS[purpose].margin))]
    assert confidence(words, phones(-1.0), purpose) == pytest.approx(ACCEPTED)


@pytest.mark.parametrize("name", ["stop", "stop(2)", "stop~british"])
def test_what_begins_with_stop_interrupts_though_it_is_explained_less_well(name: str) -> None:
    words = [Segment("<sil>", 0, 9, -5.0), Segment(name, 10, 49, 40 * (-1.0 - BARE_STOP.margin))]
    assert confidence(words, phones(-1.0), Purpose.INTERRUPTION) == pytest.approx(ACCEPTED)
    assert confidence(words, phones(-1.0), Purpose.COMMAND) < ACCEPTED
    other = [Segment("be", 10, 19, words[1].nats / 4), Segment(name, 20, 49, words[1].nats * 3 / 4)]
    assert confidence(other, phones(-1.0), Purpose.INTERRUPTION) < ACCEPTED


@pytest.mark.parametrize(("purpose", "enough"), [(Purpose.INTERRUPTION, True), (Purpose.COMMAND, False)])
def test_a_stop_may_be_hardly_speech_but_a_command_may_not(purpose: Purpose, *, enough: bool) -> None:
    words = [Segment("stop", 10, 49, 40 * -2.1)]
    assert (confidence(words, phones(-2.1), purpose) > ACCEPTED) is enough


@pytest.mark.parametrize(("name", "enough"), [("stop", True), ("quiet", False)])
def test_more_may_be_said_besides_a_stop_than_besides_another_order(name: str, *, enough: bool) -> None:
    words = [Segment(name, 10, 49, 40 * -1.0)]
    loop = phones(-1.0, last=10 + 40 * 100 // 65)
    assert (confidence(words, loop, Purpose.INTERRUPTION) > ACCEPTED) is enough


@pytest.mark.parametrize("purpose", Purpose)
def test_where_hardly_any_phone_is_heard_no_word_was_said(purpose: Purpose) -> None:
    words = [Segment("stop", 10, 49, 40 * -1.0)]
    silent = Segment("SIL", 10, 49 - SHORTEST, -40.0)
    for short in (0, 1):
        loop = [silent._replace(last=silent.last + short), Segment("AA", 50 - SHORTEST + short, 49, -SHORTEST + short)]
        assert (confidence(words, loop, purpose) > ACCEPTED) is (short == 0)


@given(st.floats(-1.7, 5), st.floats(-1.7, 5))
def test_falls_with_the_margin(one: float, other: float) -> None:
    better, worse = sorted((one, other))
    sure, less = (confidence(WORDS, phones(nats), Purpose.COMMAND) for nats in (better, worse))
    assert 0 <= less <= sure <= 1


@pytest.mark.parametrize(
    ("words", "loop"),
    [
        ([], phones(-1.0)),
        ([Segment("<sil>", 0, 59, -5.0)], phones(-1.0)),
        (WORDS, []),
        (WORDS, phones(-2.5)),
        (WORDS, phones(-1.0, last=150)),
    ],
    ids=["no sentence", "only silence", "no phones", "noise", "much said besides"],
)
def test_is_no_command(words: list[Segment], loop: list[Segment]) -> None:
    assert confidence(words, loop, Purpose.COMMAND) < ACCEPTED


def test_is_a_command() -> None:
    assert confidence(WORDS, phones(-1.0), Purpose.COMMAND) > 0.9

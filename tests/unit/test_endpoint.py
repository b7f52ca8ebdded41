"""When a command ends, as a table and as laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.config import EndpointConfig
from voiced.core.types import Completeness, EndReason
from voiced.ear.endpoint import asks, ending

LIMITS = EndpointConfig(
    complete_s=0.2,
    settled_s=0.25,
    extensible_s=0.35,
    unknown_s=0.6,
    unfinished_s=0.7,
    nothing_said_s=4.0,
    maximum_s=15.0,
)


@pytest.mark.parametrize(
    ("silence", "elapsed", "completeness", "reason"),
    [
        (0.0, 1.0, Completeness.COMPLETE, None),
        (0.19, 1.0, Completeness.COMPLETE, None),
        (0.2, 1.0, Completeness.COMPLETE, EndReason.COMPLETE),
        (0.2, 1.0, Completeness.SETTLED, None),
        (0.25, 1.0, Completeness.SETTLED, EndReason.COMPLETE),
        (0.25, 1.0, Completeness.EXTENSIBLE, None),
        (0.35, 1.0, Completeness.EXTENSIBLE, EndReason.COMPLETE),
        (0.35, 1.0, Completeness.UNFINISHED, None),
        (0.7, 1.0, Completeness.UNFINISHED, EndReason.SILENCE),
        (0.59, 1.0, Completeness.UNKNOWN, None),
        (0.6, 1.0, Completeness.UNKNOWN, EndReason.SILENCE),
        (0.0, 15.0, Completeness.UNKNOWN, EndReason.MAXIMUM),
        (3.9, 3.9, None, None),
        (4.0, 4.0, None, EndReason.NOTHING_SAID),
    ],
)
def test_ends(silence: float, elapsed: float, completeness: Completeness | None, reason: EndReason | None) -> None:
    assert ending(silence, elapsed, completeness, LIMITS) is reason


@given(st.floats(0, 20), st.floats(0, 20), st.sampled_from([None, *Completeness]))
def test_more_silence_never_undoes_an_end(silence: float, more: float, completeness: Completeness | None) -> None:
    if ending(silence, silence, completeness, LIMITS):
        assert ending(silence + more, silence + more, completeness, LIMITS)


@given(st.floats(0, 3))
def test_the_more_complete_the_sooner(silence: float) -> None:
    whole = [Completeness.EXTENSIBLE, Completeness.SETTLED, Completeness.COMPLETE]
    order = [Completeness.UNFINISHED, Completeness.UNKNOWN, *whole]
    assert [completeness for completeness in order if completeness.whole] == whole
    over = [ending(silence, silence, completeness, LIMITS) is not None for completeness in order]
    assert over == sorted(over)


@given(st.floats(0, 3))
def test_asks_wherever_the_answer_matters(silence: float) -> None:
    answers = {ending(silence, silence, completeness, LIMITS) is None for completeness in Completeness}
    if len(answers) > 1:
        assert asks(silence, LIMITS)

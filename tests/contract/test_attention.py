"""`voiced attention` and its route: what the daemon attends to by itself."""

import json
from collections.abc import Callable

import pytest

from tests.fakes.agent import ScriptedAgent
from voiced.core.attention import Attention

Verb = Callable[..., str]
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)


def test_it_is_shown_and_set_one_by_one(call: Verb, agent: ScriptedAgent):
    assert json.loads(call("attention", "--json")) == {"wake_word": True, "follow_up": True, "sensitivity": 50}
    assert agent.audit.all == [], "to look changes nothing"
    assert "only if it is asked to" in call("attention", "--no-wake-word")
    assert "40 %" in call("attention", "--sensitivity", 40)
    assert json.loads(call("attention", "--no-follow-up", "--wake-word", "--json")) == {
        "wake_word": True,
        "follow_up": False,
        "sensitivity": 40,
    }
    assert agent.attention == Attention(follow_up=False, sensitivity=40)


def test_the_status_tells_what_is_not_as_usual(call: Verb, agent: ScriptedAgent):
    assert "does not wake it" not in call("status")
    agent.set_attention(wake_word=False)
    assert "does not wake it" in call("status")


@pytest.mark.parametrize("percent", [-1, 101])
def test_what_is_no_sensitivity_is_told(call: Verb, agent: ScriptedAgent, percent: int):
    assert str(percent) in call("attention", f"--sensitivity={percent}", code=2)
    assert agent.attention == Attention()

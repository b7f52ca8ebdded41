"""The verbs that steer the daemon: what they tell a program, and whom they refuse."""

import json
from collections.abc import Callable

import pytest

from tests.fakes.agent import ScriptedAgent
from voiced.core.status import AudioStatus

Verb = Callable[..., str]
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)


@pytest.mark.parametrize(
    ("words", "then"),
    [
        (["volume", 30], {"volume": 30}),
        (["mute"], {"muted": True}),
        (["unmute"], {"muted": False}),
        (["stop"], {"stopped": True}),
        (["restart-audio"], {"restarted": True}),
    ],
)
@pytest.mark.usefixtures("agent")
def test_a_program_is_told_what_was_accepted_and_people_need_no_words(call: Verb, words: list[object], then: object):
    assert json.loads(call(*words, "--json")) == then
    assert call(*words) == ""


@pytest.mark.usefixtures("agent")
def test_a_daemon_that_refuses_to_listen_is_not_told_as_one_that_listens(call: Verb):
    told = json.loads(call("listen", "--json", code=1))
    assert (told["event"], told["code"]) == ("error", "audio-failed")
    assert "listening" not in told


@pytest.mark.parametrize("percent", [-1, 101])
def test_what_is_no_volume_reaches_no_daemon(call: Verb, agent: ScriptedAgent, percent: int):
    before = agent.volume
    assert str(percent) in call("volume", f"--percent={percent}", code=2)
    assert agent.volume == before


def test_whoever_muted_it_is_told_nothing_of_a_missing_microphone(call: Verb, agent: ScriptedAgent):
    agent.audio = AudioStatus(listening=False, problem="there is no microphone", hint="Plug one in.")
    assert "Plug one in." in call("status")
    agent.set_muted(muted=True)
    assert "muted" in call("status")
    assert "Plug one in." not in call("status")

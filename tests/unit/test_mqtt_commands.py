"""Commands over MQTT: what is no such command changes nothing, and what is one is obeyed."""

import asyncio
from math import inf

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fakes.agent import ScriptedAgent
from voiced.control.mqtt_commands import COMMANDS, MOST, Commands
from voiced.core.attention import Attention
from voiced.core.errors import InputInvalid
from voiced.core.forgetting import Forget
from voiced.core.history import Message
from voiced.core.ports.broker import BrokerMessage

BUTTONS = ("stop", "listen", "forget_last", "restart_audio")
SWITCHES = ("mute", "do_not_disturb", "wake_word", "follow_up")


def message(payload, *, retained=False):
    return BrokerMessage("voiced/n/key/set", payload, retained)


def obeyed(key, payload, agent=None):
    """What the daemon is like after a command; it raises what the command does."""

    async def run():
        made, done = agent or ScriptedAgent(), asyncio.Event()
        commands = Commands(made, done.set)
        commands.take(key, message(payload))
        await done.wait()
        await commands.close()
        return made

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("key", "payload", "what", "value"),
    [
        ("mute", b"ON", "muted", True),
        ("mute", b"OFF", "muted", False),
        ("volume", b"0", "volume", 0),
        ("volume", b"100", "volume", 100),
        ("volume", b"41.6", "volume", 42),
        ("do_not_disturb", b"ON", "disturbed_from", inf),
        ("wake_word", b"OFF", "attention", Attention(wake_word=False)),
        ("follow_up", b"OFF", "attention", Attention(follow_up=False)),
        ("sensitivity", b"30", "attention", Attention(sensitivity=30)),
        ("do_not_disturb", b"OFF", "disturbed_from", None),
        (
            "announce",
            " Das Essen ist f\u00fcr alle fertig ".encode(),
            "said",
            ["normal: Das Essen ist f\u00fcr alle fertig"],
        ),
        ("stop", b"PRESS", "said", ["mqtt"]),
        ("restart_audio", b"PRESS", "audio_restarts", 1),
        ("ask", b"say hello", "said", ["say hello"]),
    ],
)
def test_what_is_obeyed(key, payload, what, value):
    assert getattr(obeyed(key, payload), what) == value


@pytest.mark.parametrize(
    ("key", "payload"),
    [
        ("listen", b"PRESS"),  # There is no microphone.
        ("announce", b"too much"),
        ("ask", b"crash"),
    ],
)
def test_what_fails_ends_nothing(key, payload, caplog):
    agent = obeyed(key, payload)
    assert f"{key} over MQTT failed" in caplog.text
    (noted,) = agent.audit.all
    assert (noted.who, noted.action, noted.subject) == ("mqtt", key, "")
    assert noted.result in {"audio-failed", "busy", "failed"}


def test_what_was_said_in_the_last_turn_is_forgotten():
    assert obeyed("forget_last", b"PRESS").upkeep.forgot == []
    agent = ScriptedAgent()

    async def said():
        for turn in ("first", "last"):
            await agent.conversations.add([Message(id=turn, role="user", content="a secret", at=1.0, turn=turn)])

    asyncio.run(said())
    assert obeyed("forget_last", b"PRESS", agent).upkeep.forgot == [Forget(turn="last")]


@pytest.mark.parametrize(
    ("key", "payload"),
    [
        *((key, each) for key in SWITCHES for each in (b"", b"on", b"TRUE", b"ON ", b"\xff", b"1")),
        *(
            (key, each)
            for key in ("volume", "sensitivity")
            for each in (b"", b"-1", b"101", b"1e1", b"nan", b"inf", b"1_0", b"100.1", b" 5", b"9" * 9999)
        ),
        *(("volume", each) for each in ("\u0665".encode(), b"5\n", b"0x10", b"null")),
        *(("announce", each) for each in (b"", b"   ", b"\xff\xfe", b"x" * 4001)),
        *(("ask", each) for each in (b"", b"\n", b"\xc3", b"x" * 4001)),
        *((key, each) for key in BUTTONS for each in (b"", b"press", b"ON", b"PRESS\n")),
    ],
)
def test_what_is_no_command(key, payload):
    with pytest.raises(InputInvalid):
        obeyed(key, payload)


def state(agent):
    return agent.muted, agent.volume, agent.disturbed_from, agent.attention, agent.audio_restarts, agent.said


@pytest.mark.parametrize("key", COMMANDS)
@given(st.binary())
@example(b"\x00")
@example(b"{}")
def test_any_bytes_are_a_command_or_refused_at_once(key, payload):
    agent = ScriptedAgent()
    before = state(agent)
    try:
        obeyed(key, payload, agent)
    except InputInvalid:
        assert state(agent) == before


@pytest.mark.parametrize("key", COMMANDS)
def test_what_the_broker_kept_is_not_obeyed(key):
    with pytest.raises(InputInvalid, match="kept"):
        Commands(ScriptedAgent(), lambda: None).take(key, message(b"ON", retained=True))


def test_too_many_are_refused_but_for_stop():
    class Slow(ScriptedAgent):
        async def ask(self, text, *, aloud, key=None):  # noqa: ARG002 (the port's)
            await asyncio.Event().wait()

    async def run():
        agent, done = Slow(), asyncio.Event()
        commands = Commands(agent, done.set)
        for _ in range(MOST):
            commands.take("ask", message(b"what"))
        with pytest.raises(InputInvalid, match="too many"):
            commands.take("ask", message(b"what"))
        commands.take("stop", message(b"PRESS"))
        await done.wait()
        assert agent.said == ["mqtt"]
        await commands.close()

    asyncio.run(run())

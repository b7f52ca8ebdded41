"""`voiced announce`, `voiced dnd` and their routes."""

import gc
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.fakes.agent import ScriptedAgent
from tests.rigs.control import answering
from voiced.cli.announcing import next_time

Verb = Callable[..., str]
BERLIN = ZoneInfo("Europe/Berlin")
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)


def test_an_announcement_is_spoken_when_its_turn_comes(call: Verb, agent: ScriptedAgent):
    assert call("announce", "dinner is ready") == ""
    told = json.loads(call("announce", "fire", "--priority", "high", "--json"))
    assert told == {"text": "fire", "priority": "high", "state": "queued", "until": None}
    assert agent.said == ["normal: dinner is ready", "high: fire"]


def test_who_is_not_to_be_disturbed_is_told_that_it_waits(call: Verb, agent: ScriptedAgent):
    assert "are spoken" in call("dnd")
    assert json.loads(call("dnd", "on", "--json")) == {"on": True, "until": None}
    assert "It waits" in call("announce", "dinner is ready")
    assert json.loads(call("announce", "fire", "--priority=high", "--json"))["state"] == "queued"
    told = json.loads(call("dnd", "until", "7:00", "--json"))
    assert told["until"] == agent.disturbed_from
    assert "07:00:00" in call("dnd")
    assert "are spoken" in call("dnd", "off")


def test_what_cannot_be_is_told(call: Verb, agent: ScriptedAgent):
    assert "no time of day" in call("dnd", "until", "soon", code=2)
    assert agent.disturbed_from is None
    assert "busy" in call("announce", "too much", code=1)


def test_without_a_daemon_nobody_speaks(call: Verb):
    assert "daemon-unreachable" in call("announce", "hello", code=69)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("23:30", "2026-03-28T23:30:00+01:00"),
        ("23:00", "2026-03-29T23:00:00+02:00"),
        ("07:00:30", "2026-03-29T07:00:30+02:00"),
    ],
)
def test_a_time_of_day_is_the_next_one_also_over_a_change_of_the_clocks(at, expected):
    assert next_time(at, datetime(2026, 3, 28, 23, 0, tzinfo=BERLIN)).isoformat() == expected


def test_the_routes_are_bounded(tmp_path: Path):
    agent = ScriptedAgent(folder=tmp_path)
    with answering(tmp_path / "voiced.sock", agent):
        transport = httpx.HTTPTransport(uds=str(tmp_path / "voiced.sock"))
        with httpx.Client(transport=transport, base_url="http://voiced/api/v1") as http:
            made = http.post("/voice/announce", json={"text": "hello", "priority": "low"})
            assert (made.status_code, made.json()) == (202, {"state": "queued", "until": None})
            assert http.put("/dnd", json={"on": True, "until": 2e9}).json() == {"on": True, "until": 2e9}
            assert http.put("/dnd", json={"on": True}).json() == {"on": True, "until": None}
            assert http.put("/dnd", json={"on": False, "until": 2e9}).json() == {"on": False, "until": None}
            for body in ({"text": ""}, {"text": "x" * 4001}, {"text": "x", "priority": "loud"}, {"text": "x", "y": 1}):
                assert http.post("/voice/announce", json=body).status_code == 400
            refused = http.post("/voice/announce", json={"text": "too much"})
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
            for body in ({"on": "x"}, {"on": True, "until": -1}, {"on": True, "until": "soon"}):
                assert http.put("/dnd", json=body).status_code == 400
    assert agent.said == ["low: hello"]
    gc.collect()

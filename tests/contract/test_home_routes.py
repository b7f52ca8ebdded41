"""The routes about the home, as somebody with curl meets them."""

import gc

import httpx
import pytest

from tests.fakes.agent import ScriptedAgent
from tests.fakes.home import FakeHome
from tests.rigs.control import answering
from voiced.core.home import Entity


@pytest.fixture
def home(tmp_path):
    agent = ScriptedAgent(folder=tmp_path)
    agent.home = FakeHome(
        Entity("light.kitchen", "Kitchen light", state="off"), Entity("lock.door", "Door", state="locked", risky=True)
    )
    with answering(tmp_path / "voiced.sock", agent):
        transport = httpx.HTTPTransport(uds=str(tmp_path / "voiced.sock"))
        with httpx.Client(transport=transport, base_url="http://voiced/api/v1") as http:
            yield agent, http
    gc.collect()


def test_what_there_is_and_how_it_is_connected(home):
    _, http = home
    assert http.get("/home").json()["connections"] == []
    assert [each["id"] for each in http.get("/home/entities").json()] == ["light.kitchen", "lock.door"]


def test_actions_have_receipts_and_are_noted(home):
    agent, http = home
    answer = http.post("/home/actions", json={"actions": [{"entity": "light.kitchen", "service": "turn_on"}]})
    assert answer.status_code == 200
    assert [each["outcome"] for each in answer.json()] == ["done"]
    assert agent.home.entity("light.kitchen").state == "on"


def test_what_is_risky_is_not_done_unless_it_is_confirmed(home):
    agent, http = home
    wanted = {
        "actions": [{"entity": "light.kitchen", "service": "turn_on"}, {"entity": "lock.door", "service": "unlock"}]
    }
    refused = http.post("/home/actions", json=wanted)
    assert refused.is_client_error
    assert (refused.json()["code"], agent.home.asked) == ("not-confirmed", [])
    assert http.post("/home/actions", json=wanted | {"confirmed": True}).status_code == 200
    assert agent.home.entity("lock.door").state == "unlocked"


@pytest.mark.parametrize(
    "wanted",
    [
        {"actions": []},
        {"actions": [{"entity": "light", "service": "turn_on"}]},
        {"actions": [{"entity": "light.kitchen", "service": "turn on"}]},
        {"actions": [{"entity": "light.kitchen", "service": "turn_on", "values": {"x": [1]}}]},
        {"actions": [{"entity": "light.kitchen", "service": "turn_on"}] * 101},
        {"actions": [{"entity": "light.kitchen", "service": "turn_on"}], "confirm": True},
        [],
    ],
)
def test_what_is_no_action_is_refused(home, wanted):
    agent, http = home
    assert http.post("/home/actions", json=wanted).status_code in {400, 422}
    assert agent.home.asked == []


def test_a_key_that_may_only_look_does_nothing(home):
    agent, http = home
    made = http.post("/keys", json={"label": "look", "scopes": ["read"]}).json()
    shown = {"authorization": f"Bearer {made['token']}"}
    assert http.get("/home/entities", headers=shown).status_code == 200
    wanted = {"actions": [{"entity": "light.kitchen", "service": "turn_on"}]}
    assert http.post("/home/actions", json=wanted, headers=shown).status_code == 403
    assert agent.home.asked == []

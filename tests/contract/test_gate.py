"""Who comes in over the socket, what he may, and what is noted of it."""

import gc
import os
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.agent import ScriptedAgent
from tests.rigs.control import answering
from voiced.core.errors import StoreFull
from voiced.core.usage import Limit, Use

PATIENCE_S = 60
ME = f"uid:{os.getuid()}"


@pytest.fixture
def agent(tmp_path: Path) -> ScriptedAgent:
    return ScriptedAgent(folder=tmp_path)


@pytest.fixture
def http(agent: ScriptedAgent, tmp_path: Path) -> Generator[httpx.Client]:
    with answering(tmp_path / "voiced.sock", agent):
        transport = httpx.HTTPTransport(uds=str(tmp_path / "voiced.sock"))
        with httpx.Client(transport=transport, base_url="http://voiced/api/v1") as http:
            yield http
    gc.collect()


def key(http: httpx.Client, *scopes: str, **more: Any) -> dict[str, Any]:
    made = http.post("/keys", json={"label": "phone", "scopes": list(scopes), **more})
    assert made.status_code == 201
    return made.json()


def shown(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def noted(agent: ScriptedAgent) -> list[tuple[str, str, str, str]]:
    return [(entry.who, entry.action, entry.subject, entry.result) for entry in agent.audit.all]


def test_a_key_goes_through_its_life(http: httpx.Client):
    made = key(http, "read", "talk", tokens_per_day=100, requests_per_day=50)
    assert made["token"].startswith(f"vk_{made['id']}_")
    (listed,) = http.get("/keys").json()
    assert "token" not in listed
    assert listed == {name: value for name, value in made.items() if name != "token"}
    assert http.get("/status", headers=shown(made["token"])).status_code == 200
    assert http.delete(f"/keys/{made['id']}").status_code == 204
    refused = http.get("/status", headers=shown(made["token"]))
    assert (refused.status_code, refused.json()["code"]) == (401, "key-refused")
    assert http.get("/keys").json()[0]["revoked_at"] is not None
    assert http.delete("/keys/none").status_code == 404


@pytest.mark.parametrize("shows", ["Bearer", "Bearer x", "Bearer vk_a_b", "Basic eDp5", "", "Bearer \xff"])
def test_who_shows_what_is_no_key_does_not_come_in(http: httpx.Client, agent: ScriptedAgent, shows: str):
    told = http.post("/voice/say", json={"text": "hello"}, headers={"authorization": shows.encode("latin-1")})
    assert (told.status_code, told.json()["code"]) == (401, "key-refused")
    assert agent.said == []
    assert noted(agent) == [(ME, "POST /voice/say", "", "401")]


ASKED: list[tuple[str, str, Any]] = [
    ("read", "GET", "/status"),
    ("read", "GET", "/messages"),
    ("read", "GET", "/usage"),
    ("read", "GET", "/memory"),
    ("read", "POST", "/memory/search"),
    ("talk", "POST", "/ask"),
    ("talk", "POST", "/search"),
    ("read", "GET", "/lists"),
    ("control", "POST", "/lists/entries"),
    ("control", "POST", "/lists/remove"),
    ("talk", "POST", "/voice/say"),
    ("talk", "POST", "/messages"),
    ("control", "POST", "/voice/mute"),
    ("control", "POST", "/promises"),
    ("control", "POST", "/home/actions"),
    ("control", "POST", "/memory"),
    ("control", "POST", "/memory/remove"),
    ("control", "DELETE", "/conversations/none"),
    ("admin", "DELETE", "/conversations/none?purge=true"),
    ("admin", "DELETE", "/memory/none"),
    ("admin", "POST", "/forget"),
    ("admin", "GET", "/keys"),
    ("admin", "POST", "/keys"),
    ("admin", "GET", "/audit"),
    ("admin", "GET", "/db/export"),
    ("admin", "GET", "/db/backups/none"),
    ("admin", "POST", "/db/restore"),
    ("admin", "DELETE", "/cache"),
]


@pytest.mark.parametrize(("scope", "method", "path"), ASKED)
def test_a_key_opens_what_it_is_for_and_nothing_else(http: httpx.Client, scope: str, method: str, path: str):
    for other in ("read", "talk", "control", "admin"):
        token = key(http, other)["token"]
        told = http.request(method, path, headers=shown(token))
        if other in (scope, "admin"):
            assert told.status_code not in (401, 403), other
        else:
            assert (told.status_code, told.json()["code"]) == (403, "scope-missing"), other


def test_what_is_changed_is_noted_and_what_is_looked_at_is_not(http: httpx.Client, agent: ScriptedAgent):
    http.post("/conversations", json={"id": "c1", "title": "my secret"})
    http.get("/conversations/c1")
    http.put("/conversations/c1", json={"title": "my other secret"})
    http.put("/conversations/none", json={"title": "x"})
    http.post("/ask", json={"text": "say secret"})
    http.post("/ask", json={"text": "crash"})
    http.post("/ask", json={"wrong": 1})
    http.delete("/conversations/c1?purge=true")
    made = key(http, "talk")
    http.post("/voice/say", json={"text": "secret"}, headers=shown(made["token"]))
    http.delete("/cache", headers=shown(made["token"]))
    assert noted(agent) == [
        (ME, "POST /conversations", "", "201"),
        (ME, "PUT /conversations/{conversation}", "c1", "200"),
        (ME, "PUT /conversations/{conversation}", "none", "404"),
        (ME, "POST /ask", "", "200"),
        (ME, "POST /ask", "", "500"),
        (ME, "POST /ask", "", "400"),
        (ME, "DELETE /conversations/{conversation}", "c1", "204"),
        (ME, "POST /keys", "", "201"),
        (f"key:{made['id']}", "POST /voice/say", "", "204"),
        (f"key:{made['id']}", "DELETE /cache", "", "403"),
    ]
    told = http.get("/audit").text
    assert "secret" not in told
    page = http.get("/audit", params={"limit": 3}).json()
    assert [entry["result"] for entry in page["items"]] == ["403", "204", "201"]
    assert (
        http.get("/audit", params={"limit": 1, "cursor": page["next"]}).json()["items"][0]["action"].startswith("DEL")
    )


def noted_in_the_end(agent: ScriptedAgent, http: httpx.Client, count: int) -> list[tuple[str, str, str, str]]:
    """A note is taken after the last byte of an answer."""
    until = time.monotonic() + PATIENCE_S
    while len(noted(agent)) < count and time.monotonic() < until:
        http.get("/status")
    return noted(agent)


def test_long_work_is_noted_as_it_ended(http: httpx.Client, agent: ScriptedAgent):
    def fail(_: str) -> None:
        raise StoreFull("the script says so")

    http.post("/db/backup")
    agent.upkeep.hold = fail
    told = http.post("/db/backup")
    assert (told.status_code, b"store-full" in told.content) == (200, True)
    assert noted_in_the_end(agent, http, 2) == [(ME, "POST /db/backup", "", "200"), (ME, "POST /db/backup", "", "503")]


def test_long_work_that_nobody_waited_for_is_noted_as_cut_short(http: httpx.Client, agent: ScriptedAgent):
    over = threading.Event()
    agent.upkeep.hold = lambda _: over.wait(PATIENCE_S) and None
    try:
        with http.stream("POST", "/db/backup") as told:
            next(told.iter_lines())
        found = noted_in_the_end(agent, http, 1)
    finally:
        over.set()
    assert found == [(ME, "POST /db/backup", "", "cut short")]


def test_a_question_is_asked_with_its_key(http: httpx.Client, agent: ScriptedAgent):
    made = key(http, "talk")
    http.post("/ask", json={"text": "say a"}, headers=shown(made["token"]))
    http.post("/ask", json={"text": "say b"})
    assert agent.asked_with == [made["id"], None]


def test_what_was_used_and_what_is_left_is_told(http: httpx.Client, agent: ScriptedAgent):
    agent.usage.all = [Use(id="1", at=1e9, model="large", tokens_in=5, cost=0.5)]
    agent.usage.budgets = [Limit(name="cost_per_day", limit=1.0, spent=0.5, until=2e9)]
    agent.answers.count = 3
    (used,) = http.get("/usage?by=model").json()
    assert (used["name"], used["turns"], used["tokens_in"], used["cost"]) == ("large", 1, 5, 0.5)
    assert http.get("/usage?since=2000000000").json() == []
    assert http.get("/budget").json() == [
        {"name": "cost_per_day", "limit": 1.0, "spent": 0.5, "until": 2e9, "key": None}
    ]
    assert http.get("/cache").json() == {"answers": 3, "bytes": 30, "limit": 1_000_000, "hits": 0}
    assert http.delete("/cache").json() == {"removed": 3}


@pytest.mark.parametrize(
    ("method", "path", "body", "named"),
    [
        ("POST", "/keys", {"label": ""}, "label"),
        ("POST", "/keys", {"label": "x", "scopes": []}, "scopes"),
        ("POST", "/keys", {"label": "x", "scopes": ["root"]}, "scopes"),
        ("POST", "/keys", {"label": "x", "tokens_per_day": 0}, "tokens_per_day"),
        ("POST", "/keys", {"label": "x", "requests_per_day": 0}, "requests_per_day"),
        ("POST", "/keys", {"label": "x", "expires_at": 1}, "over"),
        ("POST", "/keys", {"label": "x", "hash": "y"}, "hash"),
        ("GET", "/audit?limit=0", None, "limit"),
        ("GET", "/audit?since=-1", None, "since"),
        ("GET", "/usage?by=hour", None, "by"),
    ],
)
def test_a_wrong_request_names_what_to_correct(http: httpx.Client, method: str, path: str, body: Any, named: str):
    told = http.request(method, path, json=body)
    assert (told.status_code, told.json()["code"]) == (400, "input-invalid")
    assert named in told.json()["detail"]

"""The verbs about keys, the audit log, usage and cached answers: the same through a daemon as from the file itself."""

import json
import time
from collections.abc import Callable

import pytest

from tests.fakes.agent import ScriptedAgent
from voiced.core.usage import Limit, Use

Verb = Callable[..., str]
# httpcore leaves a socket that did not connect to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)


def lines(told: str) -> list[dict]:
    return [json.loads(each) for each in told.splitlines()]


def test_a_key_is_made_listed_and_revoked(voiced: Verb):
    assert "no key" in voiced("keys")
    (made,) = lines(
        voiced("keys", "add", "phone", "--scope", "talk", "--scope", "read", "--expires-in", "30d", "--json")
    )
    assert made["scopes"] == ["read", "talk"]
    assert made["expires_at"] == pytest.approx(time.time() + 30 * 86_400, abs=60)
    shown = voiced("keys", "add", "[tablet]", "--tokens-per-day", 500, "--requests-per-day", 70).splitlines()[0]
    assert shown.startswith("vk_")
    listed = voiced("keys", "list")
    assert "[tablet]" in listed
    assert "500 tokens" in listed
    assert "70 requests" in listed
    assert shown not in listed
    phone, tablet = lines(voiced("keys", "--json"))
    assert "token" not in phone
    assert tablet["scopes"] == ["read"]
    assert lines(voiced("keys", "revoke", made["id"], "--json")) == [
        {"id": made["id"], "label": "phone", "revoked": True}
    ]
    assert "Revoked: [tablet]" in voiced("keys", "revoke", tablet["id"])
    assert voiced("keys").count("revoked") == 2


def test_wrong_calls_about_keys_are_told(voiced: Verb):
    voiced("keys", "add", "a")
    assert "wrong-call" in voiced("keys", "add", " ", code=2)
    assert "not-found" in voiced("keys", "revoke", "none", code=1)
    assert "not-found" in voiced("keys", "revoke", "", code=1)
    voiced("keys", "add", "b")
    assert "wrong-call" in voiced("keys", "revoke", lines(voiced("keys", "--json"))[0]["id"][:4], code=2)


def test_where_nothing_was_done_or_used_it_is_said(call: Verb):
    assert "Nothing was changed" in call("audit")
    assert call("audit", "--json") == ""
    assert "Nothing was used" in call("usage")
    assert "No budget is set" in call("usage", "budget")
    assert "none" in call("cache")
    assert lines(call("cache", "--json")) == [{"answers": 0, "bytes": 0, "limit": 20_000_000, "hits": 0}]
    assert lines(call("cache", "clear", "--json")) == [{"removed": 0}]
    assert "nothing" in call("cache", "clear")


def test_a_budget_that_is_set_is_told_without_a_daemon(call: Verb):
    (limit,) = lines(call("usage", "budget", "--set=usage.tokens_per_day=100", "--json"))
    assert (limit["name"], limit["limit"], limit["spent"]) == ("tokens_per_day", 100, 0)
    assert "tokens_per_day" in call("usage", "budget", "--set=usage.tokens_per_day=100")


def test_what_was_done_is_told_by_the_daemon(agent: ScriptedAgent, call: Verb):
    for number in range(3):
        agent.audit.note("uid:7", f"POST /{number}", "c1", "201")
    assert [each["action"] for each in lines(call("audit", "--json"))] == ["POST /0", "POST /1", "POST /2"]
    assert [each["action"] for each in lines(call("audit", "--limit", 1, "--since", "1h", "--json"))] == ["POST /2"]
    told = call("audit")
    assert "uid:7" in told
    assert "c1" in told


def test_what_was_used_is_told_by_the_daemon(agent: ScriptedAgent, call: Verb):
    agent.usage.all = [
        Use(id="1", at=time.time(), model="large", tokens_in=5, heard_s=2.0, cost=0.5),
        Use(id="2", at=1e9, key="k"),
    ]
    agent.usage.budgets = [Limit(name="cost_per_day", limit=1.0, spent=0.5, until=2e9)]
    agent.answers.count = 2
    assert {each["name"] for each in lines(call("usage", "--by", "model", "--json"))} == {"large", ""}
    assert [each["turns"] for each in lines(call("usage", "--since", "1d", "--json"))] == [1]
    told = call("usage", "--by", "model")
    assert "2.0 s" in told
    assert "none" in told
    assert "cost_per_day" in call("usage", "budget")
    assert "Answers: 2;" in call("cache")
    assert "Removed: 2 answers" in call("cache", "clear")

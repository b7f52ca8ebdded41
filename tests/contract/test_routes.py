"""The routes about what is kept, as somebody with curl meets them."""

import gc
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.agent import ScriptedAgent
from tests.rigs.control import answering


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Generator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("routes")
    with answering(folder / "voiced.sock", ScriptedAgent(folder=folder)):
        transport = httpx.HTTPTransport(uds=str(folder / "voiced.sock"))
        with httpx.Client(transport=transport, base_url="http://voiced/api/v1") as http:
            yield http
    gc.collect()


@pytest.fixture
def conversation(http: httpx.Client) -> str:
    """A new conversation with a question and an answer; its path."""
    made = http.post("/conversations", json={"title": "Tea"})
    assert made.status_code == 201
    path = f"/conversations/{made.json()['id']}"
    said = [{"role": "user", "content": "tea?", "request": path}, {"role": "assistant", "content": "yes"}]
    assert http.post(f"{path}/messages", json=said).status_code == 201
    return path


def test_a_message_needs_a_role_and_a_content_and_no_more(http: httpx.Client, conversation: str):
    (kept,) = http.post(f"{conversation}/messages", json=[{"role": "user", "content": "x"}]).json()
    assert kept["number"] == 3
    assert kept["id"]
    assert kept["at"] > 1_700_000_000
    assert kept["conversation"] == conversation.rsplit("/", 1)[1]


def test_a_message_is_as_private_as_it_says_or_as_its_words_are(http: httpx.Client, conversation: str):
    said = [
        {"role": "user", "content": "my password is x"},
        {"role": "user", "content": "my password is x", "privacy": "personal"},
        {"role": "user", "content": "hello"},
    ]
    for path in (f"{conversation}/messages", "/messages?space=privacy"):
        kept = http.post(path, json=said).json()
        found = [each.get("privacy", "personal") for each in kept]
        assert found == ["secret", "personal", "public"], path


def test_the_same_request_is_kept_once(http: httpx.Client, conversation: str):
    (again,) = http.post(
        f"{conversation}/messages", json=[{"role": "user", "content": "?", "request": conversation}]
    ).json()
    assert (again["number"], again["content"]) == (1, "tea?")


def test_a_message_without_a_conversation_begins_one_where_it_is_said(http: httpx.Client):
    (kept,) = http.post("/messages?space=cellar&user=ann", json=[{"role": "user", "content": "dark here"}]).json()
    whole = http.get(f"/conversations/{kept['conversation']}").json()
    assert (whole["conversation"]["space"], whole["conversation"]["user"]) == ("cellar", "ann")
    assert [each["content"] for each in whole["messages"]["items"]] == ["dark here"]


def test_a_conversation_comes_with_its_messages_page_by_page(http: httpx.Client, conversation: str):
    first = http.get(conversation, params={"limit": 1}).json()
    assert first["conversation"]["messages"] == 2
    rest = http.get(conversation, params={"cursor": first["messages"]["next"]}).json()
    assert [page["messages"]["items"][0]["content"] for page in (first, rest)] == ["tea?", "yes"]
    assert rest["messages"]["next"] is None
    last = http.get(f"{conversation}/messages", params={"last": 1}).json()
    assert [each["content"] for each in last["items"]] == ["yes"]


def test_a_conversation_is_archived_deleted_and_purged(http: httpx.Client, conversation: str):
    assert http.post(f"{conversation}/archive").json()["status"] == "archived"
    assert http.post(f"{conversation}/unarchive").json()["status"] == "active"
    assert http.put(conversation, json={"title": "Coffee", "tags": ["b", "a"]}).json()["tags"] == ["a", "b"]
    assert http.delete(conversation).status_code == 204
    assert http.get(conversation).json()["conversation"]["status"] == "deleted"
    assert http.delete(f"{conversation}?purge=true").status_code == 204
    assert http.get(conversation).status_code == 404


def test_a_conversation_is_given_as_a_file(http: httpx.Client, conversation: str):
    lines = http.get(f"{conversation}/export")
    assert lines.headers["content-type"].startswith("application/jsonl")
    assert lines.text.startswith("jsonl: Tea\n")
    page = http.get(f"{conversation}/export?format=markdown")
    assert page.headers["content-type"].startswith("text/markdown")
    assert page.text.startswith("markdown: Tea\n")


def test_lists_are_filtered(http: httpx.Client, conversation: str):
    http.put(conversation, json={"tags": ["filtered"]})
    found = http.get("/conversations", params={"tag": "filtered", "status": "active", "text": "tea?", "limit": 500})
    assert [each["id"] for each in found.json()["items"]] == [conversation.rsplit("/", 1)[1]]
    assert http.get("/conversations?tag=other").json() == {"items": [], "next": None}
    assert http.get("/messages?limit=1").json()["items"][0]["content"] == "yes"
    assert http.get("/statistics").json()["messages"] >= 2


def test_promises_are_made_listed_and_called_off(http: httpx.Client):
    made = http.post("/promises", json={"kind": "alarm", "name": "work", "schedule": {"time": "07:00", "days": [0, 1]}})
    assert made.status_code == 201
    assert http.get("/promises?kind=timer").json() == []
    (alarm,) = http.get("/promises?kind=alarm").json()
    assert alarm == made.json()
    assert alarm["remaining_s"] > 0
    assert http.delete(f"/promises/{alarm['id']}").status_code == 204
    assert http.delete(f"/promises/{alarm['id']}").status_code == 404


def test_memories_are_added_found_listed_and_forgotten(http: httpx.Client):
    made = http.post("/memory", json=[{"text": "my bike is in the shed", "tags": ["b", "a"]}, {"text": "tea", "at": 5}])
    assert made.status_code == 201
    bike, tea = made.json()
    assert (bike["kind"], bike["tags"], tea["at"]) == ("note", ["a", "b"], 5)
    assert http.get(f"/memory/{bike['id']}").json() == bike
    assert http.get("/memory?kind=note,document&tag=a&limit=1").json() == {"items": [bike], "next": None}
    assert http.get("/memory?until=6&kind=note").json()["items"] == [tea]
    (hit,) = http.get("/memory/search", params={"q": "where is my bike?", "kind": "note", "limit": 1}).json()
    assert hit["memory"] == bike
    assert http.post("/memory/search", json={"words": "bike", "scope": {"kinds": ["note"]}}).json() == [hit]
    assert http.get("/memory/state").json()["memories"]["note"] == 2
    assert http.post("/memory/remove", json={"ids": [tea["id"], "none"]}).json() == {"removed": 1}
    assert http.delete(f"/memory/{bike['id']}").status_code == 204
    assert http.delete(f"/memory/{bike['id']}").status_code == 404


def test_long_work_ends_with_its_result(http: httpx.Client):
    lines = http.post("/db/backup").text.splitlines()
    assert lines[0] == '{"done":1,"total":2}'
    assert '"result":{"path":' in lines[-1]
    (backup,) = http.get("/db/backups").json()
    name = Path(backup["path"]).name
    assert len(http.get(f"/db/backups/{name}").content) == backup["bytes"]
    assert '"result":' in http.post("/db/restore", json={"backup": name}).text
    assert '"rows":' in http.post("/db/check").text
    imported = http.post("/db/import", content=http.get("/db/export").content).text
    assert imported.endswith('"known":3,"memories":0,"entries":0}}\n')


WRONG: list[tuple[str, str, Any, str]] = [
    ("GET", "/conversations?limit=0", None, "limit"),
    ("GET", "/conversations?limit=many", None, "limit"),
    ("GET", "/conversations?spice=x", None, "spice"),
    ("GET", "/conversations?status=lost", None, "status"),
    ("GET", "/messages?limit=100000", None, "limit"),
    ("GET", "/messages?cursor=x", None, "cursor"),
    ("GET", "/promises?kind=watch", None, "kind"),
    ("POST", "/conversations", {"titel": "x"}, "titel"),
    ("POST", "/conversations", {"title": "x" * 201}, "title"),
    ("POST", "/conversations", [], "object"),
    ("PUT", "{}", {"status": "lost"}, "status"),
    ("PUT", "{}", {"id": "x"}, "id"),
    ("DELETE", "{}?purge=perhaps", None, "purge"),
    ("GET", "{}/export?format=pdf", None, "format"),
    ("POST", "{}/messages", {"role": "user"}, "array"),
    ("POST", "{}/messages", [{"role": "user"}], "content"),
    ("POST", "{}/messages", [{"role": "king", "content": "x"}], "role"),
    ("POST", "{}/messages", [{"role": "user", "content": "x", "colour": 1}], "colour"),
    ("POST", "{}/messages", [{"role": "user", "content": "x", "at": "now"}], "at"),
    ("POST", "{}/messages", [{"role": "user", "content": "x" * 1_000_001}], "content"),
    ("POST", "{}/messages", [], "message"),
    ("POST", "/promises", {"kind": "timer"}, "timer"),
    ("POST", "/promises", {"kind": "timer", "seconds": 0}, "seconds"),
    ("POST", "/promises", {"kind": "alarm", "schedule": {"time": "7"}}, "time"),
    ("POST", "/memory", {"text": "x"}, "array"),
    ("POST", "/memory", [], "memories"),
    ("POST", "/memory", [{"text": ""}], "length"),
    ("POST", "/memory", [{"text": " "}], "empty"),
    ("POST", "/memory", [{"text": "x", "kind": "message"}], "message"),
    ("POST", "/memory", [{"text": "x", "colour": 1}], "colour"),
    ("GET", "/memory?kind=dream", None, "dream"),
    ("GET", "/memory?since=now", None, "since"),
    ("GET", "/memory?limit=0", None, "limit"),
    ("GET", "/memory/search", None, "q"),
    ("GET", "/memory/search?q=x&limit=1000", None, "limit"),
    ("POST", "/memory/search", {"words": ""}, "words"),
    ("POST", "/memory/search", {"words": "x", "scope": {"colour": "red"}}, "colour"),
    ("POST", "/memory/remove", {"ids": []}, "ids"),
    ("POST", "/db/restore", {"backup": ""}, "backup"),
    ("POST", "/db/restore", ["x"], "object"),
]


@pytest.mark.parametrize(("method", "path", "body", "named"), WRONG, ids=str)
def test_a_wrong_request_names_what_to_correct(
    http: httpx.Client, conversation: str, method: str, path: str, body: Any, named: str
):
    response = http.request(method, path.format(conversation), json=body)
    told = response.json()
    assert (response.status_code, told["code"], told["status"]) == (400, "input-invalid", 400)
    assert named in told["detail"]
    assert told["hint"]


MISSING = [
    ("GET", "/conversations/none", None),
    ("PUT", "/conversations/none", {"title": "x"}),
    ("DELETE", "/conversations/none", None),
    ("DELETE", "/conversations/none?purge=true", None),
    ("POST", "/conversations/none/archive", None),
    ("GET", "/conversations/none/messages", None),
    ("POST", "/conversations/none/messages", [{"role": "user", "content": "x"}]),
    ("GET", "/conversations/none/export", None),
    ("DELETE", "/promises/none", None),
    ("GET", "/memory/none", None),
    ("DELETE", "/memory/none", None),
    ("GET", "/db/backups/none", None),
    ("GET", "/db/backups/..%2F..%2Fetc%2Fpasswd", None),
    ("POST", "/db/restore", {"backup": "../../etc/passwd"}),
]


@pytest.mark.parametrize(("method", "path", "body"), MISSING, ids=str)
def test_what_is_not_there_is_told_as_that(http: httpx.Client, method: str, path: str, body: Any):
    response = http.request(method, path, json=body)
    assert response.status_code == 404
    assert response.json()["hint"]


def test_a_body_that_is_too_large_for_its_route_is_refused(http: httpx.Client):
    for path, size in (
        ("/conversations", 70_000),
        ("/promises", 70_000),
        ("/memory/search", 70_000),
        ("/memory", 17_000_000),
        ("/db/restore", 70_000),
        ("/messages", 17_000_000),
    ):
        response = http.post(path, content=b'"' + b"x" * size, headers={"content-type": "application/json"})
        assert (response.status_code, response.json()["detail"]) == (413, "that is too large"), path

"""Every route of the API, through a real client, with a real daemon behind it: none is described and never called."""

import json
import re
from collections.abc import Generator
from typing import Any

import httpx
import pytest

from tests.rigs.background import until
from tests.rigs.box import Box
from tests.rigs.hub import HubMirror
from tests.rigs.model_files import catalogue, entry, gguf

ROOT = "/api/v1"
QUESTION = "what time is it"


class Walker:
    """A client that remembers where it was.

    Args:
        http: talks to the daemon.
    """

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self.called: set[tuple[str, str]] = set()

    def __call__(self, method: str, path: str, body: Any = None, *, status: int = 200, **more: Any) -> httpx.Response:
        self.called.add((method, f"{ROOT}{path.partition('?')[0]}"))
        response = self._http.request(method, f"{ROOT}{path}", json=body, **more)
        assert response.status_code == status, (method, path, response.text)
        return response

    def last(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """What long work ended with."""
        *_, line = self(method, path, body, **more).text.splitlines()
        assert "result" in json.loads(line), line
        return json.loads(line)["result"]

    def events(self, last: str | None, wanted: str) -> tuple[str, list[str]]:
        """Reads events until one of a kind comes; gives its id, and all kinds."""
        self.called.add(("GET", f"{ROOT}/events"))
        kinds: list[str] = []
        headers = {"last-event-id": last} if last else {}
        with self._http.stream("GET", f"{ROOT}/events", headers=headers) as response:
            number = ""
            for line in response.iter_lines():
                name, _, value = line.partition(": ")
                number = value if name == "id" else number
                if name == "event":
                    kinds.append(value)
                if wanted in kinds or (not wanted and number):
                    return number, kinds
        raise AssertionError(kinds)


@pytest.fixture(scope="module")
def hub() -> Generator[HubMirror]:
    with HubMirror() as mirror:
        mirror.commit("someone/noise", {"noise.gguf": gguf(1, 2 * 1024 * 1024)})
        yield mirror


@pytest.fixture(scope="module")
def walk(hub: HubMirror, tmp_path_factory: pytest.TempPathFactory) -> Generator[Walker]:
    box = Box(tmp_path_factory.mktemp("api"))
    file = box.home / "config.toml"
    file.write_text(f'[models]\nmirror = "{hub.url}"\nfolder = "{box.home / "models"}"\n')
    catalogue(file, entry("noise"))
    transport = httpx.HTTPTransport(uds=str(box.home / "voiced" / "voiced.sock"))
    with box.daemon(), httpx.Client(transport=transport, base_url="http://voiced", timeout=60) as http:
        until(lambda: http.get(f"{ROOT}/health/ready").is_success, "it is ready", 60)
        yield Walker(http)


def test_health_and_what_the_machine_is(walk: Walker):
    assert walk("GET", "/health/live").json() == {"status": "ok"}
    assert walk("GET", "/health/ready").json() == {"status": "ok"}
    services = {each["kind"] for each in walk("GET", "/health/services").json()}
    assert {"audio", "store", "stt", "tts"} <= services
    assert walk("GET", "/status").json()["state"] == "idle"
    assert walk("GET", "/hardware").json()["memory"]["total_mb"] > 0
    walk("GET", "/hardware/profile")
    settings = walk("GET", "/config").json()
    assert settings["models.mirror"]["origin"].endswith("config.toml")
    assert settings["audio.volume"]["origin"] == "default"
    assert walk("POST", "/privacy/classify", {"text": "my card is 4111 1111 1111 1111"}).json()["privacy"] == "secret"


def test_a_chat_is_kept_explained_exported_and_removed(walk: Walker):
    said = walk("POST", "/chat", {"message": QUESTION}).json()
    assert said["answer"].startswith("It is ")
    path = f"/conversations/{said['conversation_id']}"
    whole = walk("GET", path).json()
    assert [each["content"] for each in whole["messages"]["items"]] == [QUESTION, said["answer"]]
    assert walk("GET", f"/turns/{said['turn']}/why").json()["tier"] == said["tier"] == "rules"
    assert walk("GET", "/turns?limit=1").json()[0]["turn"] == said["turn"]
    again = {"message": QUESTION, "conversation_id": said["conversation_id"], "stream": True}
    kinds = re.findall(r"^event: (\w+)$", walk("POST", "/chat", again).text, re.MULTILINE)
    assert kinds == ["piece", "answer"]
    assert walk("POST", "/ask", {"text": QUESTION}).json()["understood"]
    assert len(walk("GET", f"{path}/messages").json()["items"]) == 4
    walk("POST", f"{path}/messages", [{"role": "user", "content": "tea"}], status=201)
    walk("POST", "/messages", [{"role": "user", "content": "tea"}], status=201)
    assert walk("GET", "/messages?text=tea").json()["items"]
    assert walk("PUT", path, {"title": "Time", "tags": ["clock"]}).json()["title"] == "Time"
    found = walk("GET", "/conversations?tag=clock&status=active&text=tea&limit=1").json()["items"]
    assert [each["title"] for each in found] == ["Time"]
    assert walk("POST", f"{path}/archive").json()["status"] == "archived"
    assert walk("POST", f"{path}/unarchive").json()["status"] == "active"
    assert QUESTION in walk("GET", f"{path}/export?format=markdown").text
    begun = walk("POST", "/conversations", {"title": "Other"}, status=201).json()["id"]
    walk("DELETE", f"/conversations/{begun}", status=204)
    assert walk("GET", "/statistics").json()["messages"] >= 6


def test_what_is_remembered_listed_promised_and_looked_up(walk: Walker):
    (note,) = walk("POST", "/memory", [{"text": "the bike is in the shed"}], status=201).json()
    assert walk("GET", "/memory?kind=note").json()["items"] == [note]
    assert walk("GET", f"/memory/{note['id']}").json() == note
    # What was said may be found before it: a note that has no vector yet is found by its words alone.
    assert note in [each["memory"] for each in walk("GET", "/memory/search?q=bike").json()]
    assert note in [each["memory"] for each in walk("POST", "/memory/search", {"words": "bike"}).json()]
    assert walk("GET", "/memory/state").json()["memories"]["note"] == 1
    assert walk("POST", "/memory/remove", {"ids": ["none"]}).json() == {"removed": 0}
    assert walk("POST", "/search", {"words": "bike", "where": "memory"}).json()["results"]
    walk("DELETE", f"/memory/{note['id']}", status=204)
    (entry_,) = walk("POST", "/lists/entries", {"name": "shopping", "texts": ["milk"]}, status=201).json()
    assert walk("GET", "/lists").json()[0]["name"] == "shopping"
    assert walk("GET", "/lists/entries?name=shopping").json() == [entry_]
    assert walk("POST", "/lists/remove", {"ids": [entry_["id"]]}).json() == {"removed": 1}
    timer = walk("POST", "/promises", {"kind": "timer", "seconds": 3600}, status=201).json()
    assert [each["id"] for each in walk("GET", "/promises").json()] == [timer["id"]]
    walk("DELETE", f"/promises/{timer['id']}", status=204)


def test_the_room_without_a_sound_card(walk: Walker):
    spoken = walk("POST", "/voice/tts", {"text": QUESTION})
    heard = walk("POST", "/voice/stt", content=spoken.content).json()
    assert heard["seconds"] > 0.5
    walk("POST", "/voice/listen", status=503)
    walk("POST", "/voice/volume", {"volume": 30}, status=204)
    walk("POST", "/voice/mute", {"muted": True}, status=204)
    walk("POST", "/voice/mute", {"muted": False}, status=204)
    held = walk("POST", "/voice/attention", {"wake_word": False, "sensitivity": 60}).json()
    assert (
        held == {"wake_word": False, "follow_up": True, "sensitivity": 60} == walk("GET", "/status").json()["attention"]
    )
    walk("POST", "/voice/attention", {"wake_word": True, "sensitivity": 50})
    walk("POST", "/audio/restart", status=204)
    assert walk("GET", "/dnd").json()["on"] is False
    assert walk("PUT", "/dnd", {"on": True}).json()["on"] is True
    assert walk("POST", "/voice/announce", {"text": "tea"}, status=202).json()["state"] == "held"
    walk("POST", "/voice/say", {"text": "tea"}, status=503)
    walk("POST", "/voice/stop", status=204)
    assert walk("GET", "/home").json()["connections"] == []
    assert walk("GET", "/home/entities").json() == []
    done = walk("POST", "/home/actions", {"actions": [{"entity": "light.kitchen", "service": "turn_on"}]}).json()
    assert [each["outcome"] for each in done] == ["refused"]


def test_events_are_taken_up_again(walk: Walker):
    first, _ = walk.events(None, "")
    walk("POST", "/voice/volume", {"volume": 40}, status=204)
    second, kinds = walk.events(first, "volume_changed")
    assert kinds == ["volume_changed"]
    walk("POST", "/voice/mute", {"muted": False}, status=204)
    assert walk.events(second, "muted")[1] == ["muted"]
    assert walk.events("another-1", "gap")[1] == ["gap"]


def test_keys_and_what_was_used(walk: Walker):
    key = walk("POST", "/keys", {"label": "x", "scopes": ["read"]}, status=201).json()
    shown = {"authorization": f"Bearer {key['token']}"}
    walk("POST", "/chat", {"message": QUESTION}, status=403, headers=shown)
    assert walk("GET", "/keys").json()[0]["id"] == key["id"]
    walk("DELETE", f"/keys/{key['id']}", status=204)
    assert walk("GET", "/audit?limit=5").json()["items"]
    walk("GET", "/usage?by=key")
    walk("GET", "/budget")
    assert walk("GET", "/cache").json()["answers"] == 0
    assert walk("DELETE", "/cache").json() == {"removed": 0}


def test_a_model_comes_and_is_put_to_use(walk: Walker):
    assert "noise" in [each["name"] for each in walk("GET", "/models").json()]
    assert walk.last("POST", "/models/noise/pull", {"accept_licence": True})["new"]
    (found,) = walk.last("POST", "/models/verify", {"models": ["noise"]})
    assert found["good"]
    assert "noise" in walk("POST", "/models/noise/use").json()["set"].values()


def test_the_file_is_looked_after(walk: Walker):
    assert walk.last("POST", "/db/check")["problems"] == []
    name = walk.last("POST", "/db/backup")["path"].rpartition("/")[2]
    assert walk("GET", "/db/backups").json()[0]["path"].endswith(name)
    assert len(walk("GET", f"/db/backups/{name}").content) > 1000
    archive = walk("GET", "/db/export").content
    assert walk.last("POST", "/db/import", content=archive)["known"] > 0
    assert walk.last("POST", "/db/restore", {"backup": name})["bytes"] > 0
    assert walk.last("POST", "/forget", {"ids": ["none"]})["messages"] == 0


def test_every_route_that_is_described_was_called(walk: Walker):
    """The last one: it counts what those before have called."""
    paths = walk._http.get("/schema").json()["paths"]
    missed = [
        (method.upper(), path)
        for path, methods in paths.items()
        for method in methods
        if not any(
            called == method.upper() and re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), at) for called, at in walk.called
        )
    ]
    assert missed == []

"""The API as it describes itself."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from scripts.make_api_docs import PAGE, described, render
from tests.fakes.agent import ScriptedAgent
from tests.fakes.machine import FakeMachine
from voiced.control.api import application
from voiced.control.door import Door
from voiced.core.config_http import HttpConfig
from voiced.core.keys import NewKey, Scope


@pytest.fixture(scope="module")
def api():
    return asyncio.run(described())


def test_the_page_about_the_api_is_what_is_made_from_it(api):
    assert PAGE.read_text() == render(api), "run .venv/bin/python -m scripts.make_api_docs"


def test_each_route_says_what_it_does_for_whom_and_under_a_name_of_its_own(api):
    every = [each for methods in api["paths"].values() for each in methods.values()]
    names = [each["operationId"] for each in every]
    assert len(set(names)) == len(names)
    for each in every:
        assert each["summary"], each
        assert each["security"][0]["key"][0] in Scope.__args__
        assert each["responses"]["default"] == {"$ref": "#/components/responses/Problem"}


def test_what_is_spoken_of_is_described(api):
    def references(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from [inner] if key == "$ref" else references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    for each in set(references(api)):
        found = api
        for part in each.removeprefix("#/").split("/"):
            found = found[part]
        assert found


def test_streams_are_told_as_what_they_are(api):
    content = {
        path: set(methods[method]["responses"]["200"]["content"])
        for path, methods in api["paths"].items()
        for method in methods
        if "200" in methods[method]["responses"]
    }
    assert content["/api/v1/events"] == {"text/event-stream"}
    assert content["/api/v1/chat"] == {"application/json", "text/event-stream"}
    assert content["/api/v1/models/{model}/pull"] == {"application/jsonl"}
    assert content["/api/v1/voice/tts"] == {"audio/wav"}


def test_who_comes_back_to_the_events_says_what_he_has_seen(api):
    (header,) = api["paths"]["/api/v1/events"]["get"]["parameters"]
    assert header == {"name": "Last-Event-ID", "in": "header", "required": False, "schema": {"type": "string"}}


def test_each_route_tells_how_it_refuses_what_has_not_its_form(api, monkeypatch: pytest.MonkeyPatch):
    """All is tried at all routes: what is told is what is answered, and nothing else."""
    monkeypatch.setattr("voiced.control.door.FAILURES", 10**6)

    async def refused() -> dict[str, set[int]]:
        agent = ScriptedAgent()
        config = HttpConfig(requests_per_minute=10**6, requests_per_minute_from_address=10**6)
        door = Door(application(agent, FakeMachine()), agent, config)
        keys = {scope: (await agent.keys.add(NewKey(label=scope, scopes=[scope]))).token for scope in Scope.__args__}
        keys["spent"] = (await agent.keys.add(NewKey(label="x", requests_per_day=1))).token

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await door(scope | {"state": {}}, receive, send)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            await client.get("/api/v1/status", headers=shown(keys["spent"]))
            return {
                f"{method} {path}": {await status(client, method, path, sent) for sent in wrong(path, each, keys)}
                for path, methods in api["paths"].items()
                for method, each in methods.items()
            }

    told = {
        f"{method} {path}": {int(status) for status in each["responses"] if status.startswith("4")}
        for path, methods in api["paths"].items()
        for method, each in methods.items()
    }
    assert asyncio.run(refused()) == told


def shown(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def status(client: httpx.AsyncClient, method: str, path: str, sent: dict[str, Any]) -> int:
    return (await client.request(method, re.sub(r"{\w+}", "none", path), **sent)).status_code


def wrong(path: str, each: dict[str, Any], keys: dict[str, str]) -> Iterator[dict[str, Any]]:
    """What is wrong with a request to a route, whatever it is about."""
    may, taken = shown(keys["admin"]), each.get("requestBody", {}).get("content", ())
    yield {"headers": shown("nobody")}
    yield {"headers": shown(keys["talk" if each["security"][0]["key"] == ["read"] else "read"])}
    yield {"headers": shown(keys["spent"])}
    yield {"headers": may | {"host": "evil.example.org"}}
    if "{" in path:
        several = "application/json" in taken and taken["application/json"]["schema"].get("type") == "array"
        yield {"headers": may, "json": [{"role": "user", "content": "tea?"}] if several else {}}
    if taken:
        yield {"headers": may | {"content-length": str(10**15)}, "content": b"{}"}
    if "application/json" in taken:
        yield {"headers": may, "content": b"{"}
    if any(parameter["in"] == "query" for parameter in each.get("parameters", ())):
        yield {"headers": may, "params": {"nonsense": "1"}}

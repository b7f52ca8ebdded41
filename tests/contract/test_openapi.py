"""The API as it describes itself."""

import asyncio

import pytest

from scripts.make_api_docs import PAGE, described, render
from voiced.core.keys import Scope


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

"""The verb and the route that look things up: through a daemon as from the file itself."""

import json
from collections.abc import Callable

import pytest

from tests.fakes.agent import ScriptedAgent
from voiced.core.search import Findings

Verb = Callable[..., str]
# httpcore leaves a socket that did not connect to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)


def test_the_daemon_looks_up_what_it_is_asked_for(call: Verb, agent: ScriptedAgent):
    told = json.loads(call("search", "black", "holes", "--json"))
    assert told["results"] == [
        {
            "text": "It is so.",
            "source": {"kind": "web", "reference": "https://example.org/a", "title": "example.org/a"},
            "provider": "fake",
            "privacy": "public",
        }
    ]
    assert "https://example.org/a\nIt is so." in call("search", "black holes", "--where", "web", "--limit", 1)
    assert agent.search.asked == [("black holes", "everywhere"), ("black holes", "web")]


@pytest.mark.parametrize(
    ("findings", "told"),
    [
        (Findings([], {}), "Nothing was found."),
        (Findings([], {"wikipedia": "it is on fire"}), "wikipedia: it is on fire"),
        (Findings([], {}, "too private"), "privacy.search"),
        (Findings([], {}, "nothing is enabled"), "[search]"),
    ],
)
def test_what_was_not_found_and_why_is_told(call: Verb, agent: ScriptedAgent, findings: Findings, told: str):
    agent.search.findings = findings
    assert told in call("search", "tea", code=1)
    assert json.loads(call("search", "tea", "--json", code=1))["failed"] == findings.failed


def test_without_a_daemon_what_is_remembered_is_found_and_the_web_is_not_asked(call: Verb):
    call("remember", "my bike is in the shed")
    (found,) = json.loads(call("search", "bike", "--json"))["results"]
    assert (found["provider"], found["text"]) == ("memory", "my bike is in the shed")
    assert "No provider of that kind is enabled" in call("search", "bike", "--where", "web", code=1)
    assert "nothing to look for" in call("search", " ", code=2)

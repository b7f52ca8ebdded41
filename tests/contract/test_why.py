"""`voiced why` and its routes: the same through a daemon as from the file itself."""

import asyncio
import gc
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.fakes.agent import ScriptedAgent
from tests.rigs.control import answering
from voiced.cli.events import timeline
from voiced.core.history import Message, Source
from voiced.core.types import Timeline

Verb = Callable[..., str]
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)
WHY = {
    "confidence": 0.87,
    "intent": "HassTurnOn",
    "slots": {"name": "lamp"},
    "receipts": ["done"],
    "tools": [
        {
            "tool": "look",
            "arguments": {"at": "[it]"},
            "decision": "allowed",
            "reason": "it tells",
            "told": "It is shut.",
        },
        {"tool": "open", "arguments": {}, "decision": "refused", "reason": "nobody asked", "told": "refused"},
    ],
    "considered": [
        {"tier": "rules", "outcome": "passed over", "reason": "no template says it"},
        {"tier": "model", "name": "small", "outcome": "failed", "reason": "as configured; it crashed", "ms": 12.5},
        {"tier": "model", "name": "large", "outcome": "answered", "reason": "as configured", "ms": 300.0},
    ],
    "timeline": {"woke": -1.0, "routed": 0.1, "first_audio": 0.4},
}


def turn(number: int, **answer: object) -> list[Message]:
    """The two sides of a turn."""
    at = 1e9 + 10 * number
    return [
        Message(
            id=f"q{number}", role="user", content=f"[question] {number}", at=at, turn=f"t{number}", channel="voice"
        ),
        Message(
            id=f"a{number}",
            role="assistant",
            content=f"answer {number}",
            at=at + 1,
            turn=f"t{number}",
            channel="voice",
            tier="model",
            model="large",
            tokens_in=20,
            tokens_out=3,
            sources=[Source("web", "page", "A page")],
            **{"metadata": WHY, **answer},
        ),
    ]


MESSAGES = [
    *turn(1, spoken="ans"),
    *turn(2, metadata={"considered": "what somebody else calls so", "timeline": 3, "tools": "a hammer"}),
    *turn(3),
    Message(id="x", role="user", content="of no turn", at=2e9),
]


@pytest.fixture(params=["through the daemon", "from the file"])
def why(request: pytest.FixtureRequest, call: Verb, tmp_path: Path) -> Verb:
    """Something to be explained."""
    if request.param == "through the daemon":
        agent: ScriptedAgent = request.getfixturevalue("agent")
        asyncio.run(agent.conversations.add(MESSAGES))
    else:
        head = {"id": "c", "title": "", "made_at": 1e9, "changed_at": 1e9, "last_at": 2e9, "messages": len(MESSAGES)}
        rows = [{**plain(each), "conversation": "c", "number": place} for place, each in enumerate(MESSAGES, 1)]
        (tmp_path / "talk.jsonl").write_text("".join(json.dumps(row) + "\n" for row in (head, *rows)))
        call("import", tmp_path / "talk.jsonl")
    return lambda *words, code=0: call("why", *words, code=code)


def plain(message: Message) -> dict[str, object]:
    fields = {name: getattr(message, name) for name in message.__struct_fields__}
    fields["sources"] = [
        {"kind": each.kind, "reference": each.reference, "title": each.title} for each in message.sources
    ]
    return {name: value for name, value in fields.items() if value is not None}


def test_the_last_turn_is_explained_unless_another_is_named(why: Verb):
    assert json.loads(why("--json"))["turn"] == "t3"
    found = json.loads(why("t1", "--json"))
    assert (found["turn"], found["asked"], found["answer"], found["spoken"]) == (
        "t1",
        "[question] 1",
        "answer 1",
        "ans",
    )
    assert (found["tier"], found["model"], found["tokens_in"], found["tokens_out"]) == ("model", "large", 20, 3)
    assert (found["confidence"], found["intent"], found["slots"]) == (0.87, "HassTurnOn", {"name": "lamp"})
    assert found["notes"] == {"receipts": ["done"]}
    assert found["considered"] == WHY["considered"]
    assert found["tools"] == WHY["tools"]
    assert found["timeline"] == WHY["timeline"]
    assert found["sources"][0]["title"] == "A page"


def test_people_read_all_of_it(why: Verb):
    told = why("t1")
    for words in ("[question] 1", "0.87", "HassTurnOn name = lamp", "receipts", "no template says it", "model small"):
        assert words in told
    for words in (
        "failed",
        "it crashed",
        "large, 20 tokens in, 3 out",
        "A page",
        "answer 1",
        "after “ans”",
        "look at = [it] allowed (it tells) “It is shut.”",
        "open refused (nobody asked)",
        "first audio",
    ):
        assert words in told


def test_what_somebody_added_from_outside_is_explained_as_far_as_it_goes(why: Verb):
    found = json.loads(why("t2", "--json"))
    assert (found["asked"], found["considered"], found["tools"]) == ("[question] 2", [], [])
    assert "question" in why("t2")


@pytest.mark.parametrize(
    ("marks", "since"),
    [(Timeline(endpoint=0.2, routed=0.3), "the end of speech"), (Timeline(routed=0.1), "it was asked")],
)
def test_the_marks_of_what_was_written_are_those_since_it_was(
    capsys: pytest.CaptureFixture[str], marks: Timeline, since: str
):
    timeline(marks)
    assert f"after {since}" in capsys.readouterr().out


def test_a_turn_that_is_not_there_is_told(why: Verb):
    assert "not-found" in why("t9", code=1)


def test_before_anything_was_said_there_is_no_turn(voiced: Verb):
    assert "no turn yet" in voiced("why", code=1)


def test_the_routes_tell_the_last_turns_and_one(tmp_path: Path):
    agent = ScriptedAgent(folder=tmp_path)
    asyncio.run(agent.conversations.add(MESSAGES))
    with answering(tmp_path / "voiced.sock", agent):
        transport = httpx.HTTPTransport(uds=str(tmp_path / "voiced.sock"))
        with httpx.Client(transport=transport, base_url="http://voiced/api/v1") as http:
            assert [each["turn"] for each in http.get("/turns").json()] == ["t3", "t2", "t1"]
            assert [each["turn"] for each in http.get("/turns?limit=1").json()] == ["t3"]
            assert http.get("/turns/t1/why").json()["considered"] == WHY["considered"]
            assert http.get("/turns/t9/why").json()["code"] == "not-found"
            assert http.get("/turns?limit=0").status_code == 400
    gc.collect()

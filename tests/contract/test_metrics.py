"""What Prometheus gets: the turns that were, and how voiced is."""

import gc
import threading
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
from prometheus_client.parser import text_string_to_metric_families as parse

from tests.fakes.agent import ScriptedAgent
from tests.fakes.engines import ScriptedStt
from tests.pipeline.playbook import asks, play, says_nothing, speaks, wakes
from tests.rigs.control import answering
from voiced.control.metrics import MODELS, OTHER, Metrics
from voiced.core.events import (
    AudioFound,
    AudioLost,
    EngineFound,
    EngineLost,
    ModelUsed,
    NearMiss,
    PromiseMissed,
    PromiseRang,
    TurnEnded,
)
from voiced.core.status import ConnectionStatus, EngineStatus, HomeStatus, LoadStatus, PromiseStatus, Status
from voiced.core.types import Timeline

CANARY = "xylophone"


class Busy(ScriptedAgent):
    """A daemon with something to tell of itself."""

    def status(self) -> Status:
        promise = PromiseStatus(CANARY, "timer", CANARY, 1.0, 60.0)
        return replace(
            super().status(),
            engines=[EngineStatus("stt", "pocketsphinx", "ready", 7, 3)],
            promises=[promise, replace(promise, remaining_s=0.0)],
            home=HomeStatus((ConnectionStatus("mqtt", CANARY, connected=True, connects=2, dropped=5),)),
            load=LoadStatus(1, 2, 3, 4, 5),
        )


class Scraped:
    """A daemon whose metrics are asked for."""

    def __init__(self, http: httpx.Client, agent: Busy, metrics: Metrics) -> None:
        self.http, self.agent, self.metrics = http, agent, metrics

    def text(self, accept: str = "*/*") -> str:
        answer = self.http.get("/metrics", headers={"accept": accept})
        assert answer.status_code == 200
        return answer.text

    def __getitem__(self, name: str) -> dict[tuple[str, ...], float]:
        """The samples of a name, by the values of their labels, in the order of the labels' names."""
        families = list(parse(self.text()))
        return {
            tuple(each.labels.values()): each.value for one in families for each in one.samples if each.name == name
        }


@pytest.fixture
def scraped(tmp_path: Path) -> Generator[Scraped]:
    agent = Busy(folder=tmp_path)
    metrics = Metrics(agent)
    with answering(tmp_path / "voiced.sock", agent, *metrics.routes):
        transport = httpx.HTTPTransport(uds=str(tmp_path / "voiced.sock"))
        with httpx.Client(transport=transport, base_url="http://voiced") as http:
            yield Scraped(http, agent, metrics)
    gc.collect()


def test_turns_are_counted_by_who_answered_and_how_they_ended(scraped: Scraped):
    said = ScriptedStt(f"say {CANARY}", "")
    events = play(
        wakes(0.5, "a"), speaks(0.8, 1.8, "a"), wakes(6, "b"), says_nothing(10, "b"), asks(12, "say it"), stt=said
    )
    for event in [*events, NearMiss("alexa", 0.3, 0.5, at=1.0)]:
        scraped.agent.bus.emit(event)
    assert scraped["voiced_turns_total"] == {("answered", "rules"): 2, ("nothing_said", "none"): 1}
    assert scraped["voiced_wakes_total"] == {("hey_jarvis",): 2}
    assert scraped["voiced_false_wakes_total"] == {("hey_jarvis",): 1}
    assert scraped["voiced_near_misses_total"] == {("alexa",): 1}
    assert scraped["voiced_turn_first_audio_seconds_count"] == {("rules",): 1}
    assert scraped["voiced_stage_seconds_count"]["stt",] == 2
    assert scraped["voiced_barge_ins_total"] == {(): 0}


def test_how_it_is_now_comes_from_its_status(scraped: Scraped):
    assert scraped["voiced_engine_restarts_total"] == {("pocketsphinx", "stt"): 3}
    assert scraped["voiced_promises_active"] == {("timer",): 2, ("alarm",): 0, ("reminder",): 0}
    assert scraped["voiced_promises_due"] == {(): 1}
    assert scraped["voiced_home_connected"] == {("mqtt",): 1}
    waiting = ("inbox_items", "store_writes_waiting", "bus_events_dropped_total", "wyoming_clients", "postponed_items")
    assert [scraped[f"voiced_{name}"][()] for name in waiting] == [1, 2, 3, 4, 5]
    assert scraped["voiced_resident_memory_bytes"]["daemon",] > 1e6


def test_what_fails_is_seen(scraped: Scraped):
    emit = scraped.agent.bus.emit
    for name in ("llama", "whisper"):
        emit(EngineLost("llm", name, "c", CANARY, CANARY, at=1.0))
    emit(EngineFound("llm", "whisper", at=2.0))
    for event in (AudioLost("c", CANARY, CANARY, at=1.0), AudioFound(CANARY, at=2.0), AudioFound(CANARY, at=3.0)):
        emit(event)
    emit(PromiseMissed("p", "timer", CANARY, 1.0, at=1.0))
    emit(PromiseRang("p", "timer", CANARY, 1.0, at=1.0))
    threading.Thread(target=scraped.metrics.committed, args=(0.002,)).start()
    open_circuits = scraped["voiced_engine_circuit_open"]
    assert open_circuits == {("pocketsphinx", "stt"): 0, ("llama", "llm"): 1, ("whisper", "llm"): 0}
    assert (scraped["voiced_microphone_losses_total"], scraped["voiced_microphone_openings_total"]) == (
        {(): 1},
        {(): 2},
    )
    assert scraped["voiced_promises_missed_total"] == {(): 1}
    assert scraped["voiced_promise_delay_seconds_count"] == {(): 1}
    assert scraped["voiced_store_commit_seconds_count"] == {(): 1}


def test_whatever_a_server_calls_its_models_there_are_few_names(scraped: Scraped):
    for number in range(3 * MODELS):
        scraped.agent.bus.emit(ModelUsed(f"m{number}", "stop", 10, 2, 0.5, at=1.0, turn="t"))
    scraped.agent.bus.emit(TurnEnded(Timeline(), at=2.0, turn="t"))
    tokens = scraped["voiced_model_tokens_total"]
    assert len(tokens) == 2 * (MODELS + 1)
    assert tokens[OTHER, "in"] == 20 * MODELS


def test_no_word_of_users_is_told_in_either_form_and_both_are_well_formed(scraped: Scraped):
    for event in play(asks(0.5, f"say {CANARY}"), asks(4, f"why {CANARY}")):
        scraped.agent.bus.emit(event)
    plain, opened = scraped.text(), scraped.text("application/openmetrics-text; version=1.0.0")
    assert CANARY not in plain + opened
    names = {family.name for family in parse(plain)}
    assert names >= {family.name for family in parse_open(opened) if family.type != "info"}
    assert all(name.startswith("voiced_") for name in names)

"""Traces, as a collector gets them over OTLP."""

import logging
import time
from collections.abc import Generator
from contextlib import closing

import pytest

from tests.fakes.engines import ScriptedStt
from tests.fakes.llm import ScriptedLlm
from tests.pipeline.playbook import play, speaks, wakes
from tests.rigs.collector import Collector, collecting
from voiced.control.traces import ROOM, Traces
from voiced.core.bus import Bus
from voiced.core.config_watching import TracesConfig, traces_wanted
from voiced.core.events import Failed, TurnEnded
from voiced.core.stages import STAGES, stages
from voiced.core.types import Timeline

CANARY = "xylophone"


@pytest.fixture
def collector() -> Generator[Collector]:
    with collecting() as collector:
        yield collector


def value(attribute):
    kind = attribute.value.WhichOneof("value")
    found = getattr(attribute.value, kind)
    return [each.string_value for each in found.values] if kind == "array_value" else found


def test_a_turn_is_one_trace_with_the_true_times_of_its_stages_and_of_its_model(collector: Collector):
    events = play(
        wakes(0.5), speaks(0.8, 1.8), stt=ScriptedStt(f"why {CANARY}"), llm=ScriptedLlm(f"because {CANARY} is blue")
    )
    bus = Bus()
    with closing(Traces(TracesConfig(endpoint=collector.url), bus, every_s=0.05)):
        for event in events:
            bus.emit(event)
        end = next(event for event in events if isinstance(event, TurnEnded))
        gone = {stage.name: stage for stage in stages(end.timeline)}
        assert set(gone) == set(STAGES)
        spans = {span.name: span for span in collector.spans(len(gone) + 2)}
    turn = spans.pop("turn")
    assert {span.trace_id for span in spans.values()} == {turn.trace_id}
    assert {span.parent_span_id for span in spans.values()} == {turn.span_id}
    assert abs(turn.end_time_unix_nano - time.time_ns()) < 60e9
    zero = turn.end_time_unix_nano / 1e9 - (end.at - end.since)
    for name, stage in gone.items():
        found = [spans[name].start_time_unix_nano / 1e9 - zero, spans[name].end_time_unix_nano / 1e9 - zero]
        assert found == pytest.approx([stage.start, stage.end], abs=1e-5), name
    (chat,) = (span for name, span in spans.items() if name.startswith("chat "))
    about = {each.key: value(each) for each in chat.attributes}
    assert about["gen_ai.operation.name"] == "chat"
    assert about["gen_ai.usage.output_tokens"] == 4
    assert about["gen_ai.response.finish_reasons"] == ["stop"]
    about = {each.key: value(each) for each in turn.attributes}
    assert (about["voiced.route"], about["voiced.outcome"]) == ("model", "answered")
    assert collector.resource["service.name"] == "voiced"
    assert CANARY.encode() not in collector.raw


def test_what_fails_is_told_by_its_code_alone(collector: Collector):
    bus = Bus()
    with closing(Traces(TracesConfig(endpoint=f"{collector.url}/v1/traces"), bus, every_s=0.05)):
        bus.emit(Failed("llm-failed", CANARY, CANARY, at=1.0, turn="t"))
        bus.emit(TurnEnded(Timeline(), at=2.0, turn="t"))
        (span,) = collector.spans(1)
    assert (span.status.code, span.status.message) == (2, "llm-failed")
    assert CANARY.encode() not in collector.raw


def test_a_collector_that_hangs_makes_nobody_wait_and_nothing_grow(collector: Collector):
    bus = Bus()
    collector.answers.clear()
    traces = Traces(TracesConfig(endpoint=collector.url), bus, every_s=0.05)
    bus.emit(TurnEnded(Timeline(), at=0.0, turn="first"))
    assert collector.asked.acquire(timeout=20)
    for number in range(2 * ROOM):  # Nobody takes any of them: whoever waited for that would wait for ever.
        bus.emit(TurnEnded(Timeline(), at=0.0, turn=f"turn {number}"))
    waiting = traces._provider._active_span_processor._span_processors[0]._batch_processor._queue
    assert len(waiting) == ROOM
    traces.close(patience_s=0.0)


def test_a_collector_that_is_not_there_is_told_of_once(collector: Collector, caplog: pytest.LogCaptureFixture):
    bus = Bus()
    collector.status = 400
    caplog.set_level(logging.INFO)
    with closing(Traces(TracesConfig(endpoint=collector.url), bus, every_s=0.01)):
        for number in range(3):
            bus.emit(TurnEnded(Timeline(), at=0.0, turn=f"turn {number}"))
            assert collector.asked.acquire(timeout=20)
        collector.status = 200
        bus.emit(TurnEnded(Timeline(), at=0.0, turn="last"))
        collector.spans(1)
    told = [record.getMessage() for record in caplog.records]
    assert told == [
        "traces do not reach their collector: they are lost until it answers",
        "traces reach their collector again",
    ]


def test_there_are_traces_only_where_somebody_wants_them():
    assert not traces_wanted(TracesConfig(), {})
    assert traces_wanted(TracesConfig(endpoint="http://box:4318"), {})
    assert traces_wanted(TracesConfig(), {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://box:4318"})

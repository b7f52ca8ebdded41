"""Turns as traces of OpenTelemetry: a span for each, one for each of its stages, one for each answer of a model.

Numbers and names of parts, no word of users. Names: OpenTelemetry's semantic conventions for generative AI.
"""

import logging
import threading
import time
from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context

from voiced import __version__
from voiced.core.bus import Bus
from voiced.core.config_watching import TracesConfig
from voiced.core.events import Failed, ModelUsed
from voiced.core.stages import stages
from voiced.core.stories import Stories, Story

log = logging.getLogger(__name__)

ROOM = 2_048
"""Spans that wait for the collector, two minutes of the busiest talk; of more, the oldest are lost."""
BATCH = 256
DEADLINE_S = 5.0
"""A collector that takes longer gets the next spans, not these."""
PATH = "/v1/traces"
SECOND = 1_000_000_000


class Traces:
    """Makes and sends them. Whoever talks never waits for it: the collector is talked to in a thread of its own.

    Args:
        config: where to.
        bus: tells what happens.
        every_s: how often they are sent.
    """

    def __init__(self, config: TracesConfig, bus: Bus, every_s: float = 5.0) -> None:
        # It says what goes wrong with each batch; that it does is said once.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        base = config.endpoint.rstrip("/")
        endpoint = base if base.endswith(PATH) or not base else base + PATH
        exporter = _Told(OTLPSpanExporter(endpoint=endpoint or None, timeout=DEADLINE_S))
        resource = Resource.create({"service.name": "voiced", "service.version": __version__})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter, ROOM, every_s * 1000, BATCH, DEADLINE_S * 1000))
        self._tracer = self._provider.get_tracer("voiced", __version__)
        bus.watch(Stories(self._trace).take)

    def close(self, patience_s: float = 0.3) -> None:
        """Sends what is left, if that takes no longer."""
        last = threading.Thread(target=self._provider.shutdown, name="last traces", daemon=True)
        last.start()
        last.join(patience_s)

    def _trace(self, story: Story) -> None:
        """Audio time becomes the clock's: the turn's last event is from just now."""
        end = story.end
        zero = time.time_ns() - round(end.at * SECOND)
        gone = list(stages(end.timeline))

        def clock(at: float) -> int:
            return zero + round(at * SECOND)

        began = min([end.since, *(end.since + stage.start for stage in gone)])
        turn = self._tracer.start_span("turn", start_time=clock(began), attributes=_about(story))
        if story.outcome == "failed":
            code = next((each.code for each in story.events if isinstance(each, Failed)), "")
            turn.set_attribute("error.type", code)
            turn.set_status(Status(StatusCode.ERROR, code))
        inside = set_span_in_context(turn)
        for stage in gone:
            span = self._tracer.start_span(stage.name, inside, start_time=clock(end.since + stage.start))
            span.end(clock(end.since + stage.end))
        for used in story.models:
            span = self._tracer.start_span(
                f"chat {used.model}".strip(),
                inside,
                kind=SpanKind.CLIENT,
                attributes=_about_model(used),
                start_time=clock(used.at - used.seconds),
            )
            span.end(clock(used.at))
        turn.end(clock(end.at))


class _Told(SpanExporter):
    """Sends spans, and tells once that they do not arrive, and once that they do again."""

    def __init__(self, exporter: OTLPSpanExporter) -> None:
        self._exporter = exporter
        self._failing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """See `SpanExporter`."""
        result = self._exporter.export(spans)
        failed = result is not SpanExportResult.SUCCESS
        if failed and not self._failing:
            log.warning("traces do not reach their collector: they are lost until it answers")
        elif self._failing and not failed:
            log.info("traces reach their collector again")
        self._failing = failed
        return result

    def shutdown(self) -> None:
        """See `SpanExporter`."""
        self._exporter.shutdown()


def _about(story: Story) -> dict[str, str | bool]:
    return {
        "voiced.turn": story.turn,
        "voiced.route": story.route,
        "voiced.outcome": story.outcome,
        "voiced.wake_word": story.word,
        "voiced.barged_in": story.barged_in,
    }


def _about_model(used: ModelUsed) -> dict[str, str | int | list[str]]:
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": used.model,
        "gen_ai.response.model": used.model,
        "gen_ai.response.finish_reasons": [used.finish],
        "gen_ai.usage.input_tokens": used.tokens_in,
        "gen_ai.usage.output_tokens": used.tokens_out,
    }

"""What happened so far, counted for Prometheus, and how voiced is now: numbers, and names of parts; no word of users.

Names: https://prometheus.io/docs/practices/naming/.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

import psutil
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from voiced.control.requests import AnyRequest
from voiced.core.events import (
    AnyEvent,
    AudioFound,
    AudioLost,
    EngineFound,
    EngineLost,
    NearMiss,
    PromiseMissed,
    PromiseRang,
    Woke,
)
from voiced.core.ports.agent import Agent
from voiced.core.stages import stages
from voiced.core.status import Status
from voiced.core.stories import Stories, Story

LOOK_S = 0.25
"""How often it is looked whether the event loop comes in time."""
MODELS = 16
"""Names of models that are told apart: a server may call its own whatever it likes."""
OTHER = "other"
TURN_S = (0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0)
"""Around what turns are to take: P1 and P2 of the targets lie on edges."""
STAGE_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
LAG_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
COMMIT_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
DELAY_S = (0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 60.0)
Samples = Iterable[tuple[tuple[str, ...], float]]

disable_created_metrics()


class _Sums:
    """What adds up."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        count, measure = self._counter, self._histogram
        self.turns = count("turns", "Turns that ended.", "route", "outcome")
        about = "From the end of speech to the first sound of the answer."
        self.first_audio = measure("turn_first_audio_seconds", about, TURN_S, "route")
        self.stages = measure("stage_seconds", "What the stages of turns took.", STAGE_S, "stage")
        self.barge_ins = count("barge_ins", "Answers that were cut short while they were spoken.")
        self.wakes = count("wakes", "Wake words that were heard.", "word")
        self.false_wakes = count("false_wakes", "Wake words after which nobody said anything.", "word")
        self.near_misses = count("near_misses", "What nearly was a wake word.", "word")
        about = "Tokens of language models: of prompts (in), of answers (out)."
        self.tokens = count("model_tokens", about, "model", "way")
        self.model = measure("model_seconds", "Waiting for one answer of a language model.", STAGE_S, "model")
        self.delay = measure("promise_delay_seconds", "From when a promise was due to when it rang.", DELAY_S)
        self.missed = count("promises_missed", "Promises that were due while nobody could hear.")
        self.lost = count("microphone_losses", "How often the microphone was lost.")
        self.found = count("microphone_openings", "How often the microphone was opened, or found again.")
        self.lag = measure("loop_lag_seconds", "How late the event loop came to what was due.", LAG_S)
        self.commit = measure("store_commit_seconds", "Commits, with their writes.", COMMIT_S)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"voiced_{name}", about, labels, registry=self.registry)

    def _histogram(self, name: str, about: str, buckets: Sequence[float], *labels: str) -> Histogram:
        return Histogram(f"voiced_{name}", about, labels, buckets=buckets, registry=self.registry)


class Metrics:
    """Counts, and tells.

    Args:
        agent: who is watched.
    """

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._sums = _Sums()
        self._circuits: dict[tuple[str, ...], bool] = {}
        self._models: set[str] = set()
        self._now = _Now(agent.status(), self._circuits)
        self._sums.registry.register(self._now)
        self._stories = Stories(self._ended)
        agent.bus.watch(self._take)

    @property
    def routes(self) -> list[HTTPRouteHandler]:
        """Where it is asked."""

        @get("/metrics")
        async def metrics(request: AnyRequest) -> Response[bytes]:
            """Tells all of it, in the form of Prometheus or of OpenMetrics."""
            self._now.status = self._agent.status()
            self._now.memory = await asyncio.to_thread(_memory)
            encode, kind = choose_encoder(request.headers.get("accept", ""))
            return Response(encode(self._sums.registry), media_type=kind)

        return [metrics]

    def committed(self, seconds: float) -> None:
        """Takes in how long a commit took; any thread may call it."""
        self._sums.commit.observe(seconds)

    async def run(self) -> None:
        """Looks for ever how late the event loop is; belongs into it."""
        while True:
            due = time.monotonic() + LOOK_S
            await asyncio.sleep(LOOK_S)
            self._sums.lag.observe(max(0.0, time.monotonic() - due))

    def _take(self, event: AnyEvent) -> None:
        sums = self._sums
        match event:
            case Woke(word) if word:
                sums.wakes.labels(word).inc()
            case NearMiss(word):
                sums.near_misses.labels(word).inc()
            case PromiseRang(due=float(due)):
                sums.delay.observe(max(0.0, time.time() - due))
            case PromiseMissed():
                sums.missed.inc()
            case AudioLost():
                sums.lost.inc()
            case AudioFound():
                sums.found.inc()
            case EngineLost(stage, engine):
                self._circuits[stage, engine] = True
            case EngineFound(stage, engine):
                self._circuits[stage, engine] = False
            case _:
                pass
        self._stories.take(event)

    def _ended(self, story: Story) -> None:
        sums = self._sums
        sums.turns.labels(story.route, story.outcome).inc()
        sums.barge_ins.inc(story.barged_in)
        if story.word and story.outcome == "nothing_said":
            sums.false_wakes.labels(story.word).inc()
        timeline = story.end.timeline
        if timeline.first_audio is not None and timeline.endpoint is not None:
            sums.first_audio.labels(story.route).observe(max(0.0, timeline.first_audio))
        for stage in stages(timeline):
            sums.stages.labels(stage.name).observe(stage.seconds)
        for used in story.models:
            model = self._known(used.model)
            sums.tokens.labels(model, "in").inc(used.tokens_in)
            sums.tokens.labels(model, "out").inc(used.tokens_out)
            sums.model.labels(model).observe(used.seconds)

    def _known(self, model: str) -> str:
        if len(self._models) < MODELS:
            self._models.add(model)
        return model if model in self._models else OTHER


class _Now(Collector):
    """What is so now, from the daemon's status."""

    def __init__(self, status: Status, circuits: Mapping[tuple[str, ...], bool]) -> None:
        self.status = status
        self.memory: dict[str, int] = {}
        self._circuits = circuits

    def collect(self) -> Iterator[Metric]:
        """See `Collector`."""
        now = self.status
        yield InfoMetricFamily("voiced_build", "The version.", value={"version": now.version})
        yield _gauge("uptime_seconds", "Since the start.", [((), now.uptime_s)])
        yield _gauge("muted", "The microphone is closed.", [((), now.muted)])
        yield _gauge("microphone_listening", "Sound comes in.", [((), now.audio.listening)])
        yield _counter("audio_late_seconds", "Sound for which the ear came too late.", [((), now.audio.lost_s)])
        yield _gauge("store_failing", "What is said cannot be kept.", [((), bool(now.store.problem))])
        kinds = ("timer", "alarm", "reminder")
        promises = [((kind,), sum(each.kind == kind for each in now.promises)) for kind in kinds]
        yield _gauge("promises_active", "Timers, alarms and reminders.", promises, "kind")
        due = sum(each.remaining_s <= 0 for each in now.promises)
        yield _gauge("promises_due", "Those that are due, and not heard yet.", [((), due)])
        yield from self._parts()
        yield from self._waiting()
        memory = [((process,), size) for process, size in self.memory.items()]
        yield _gauge("resident_memory_bytes", "Of the daemon, and of its children together.", memory, "process")

    def _parts(self) -> Iterator[Metric]:
        engines = {(each.kind, each.engine): each for each in self.status.engines}
        restarts = [(names, each.restarts) for names, each in engines.items()]
        yield _counter("engine_restarts", "Times that an engine was started again.", restarts, "stage", "engine")
        working = [(names, not each.problem) for names, each in engines.items()]
        yield _gauge("engine_working", "It has no problem now.", working, "stage", "engine")
        circuits = [(names, self._circuits.get(names, False)) for names in engines.keys() | self._circuits.keys()]
        about = "It failed again and again, and is left alone for a while."
        yield _gauge("engine_circuit_open", about, sorted(circuits), "stage", "engine")
        home = {(each.kind,): each for each in self.status.home.connections}
        connected = [(names, each.connected) for names, each in home.items()]
        yield _gauge("home_connected", "To MQTT, to Home Assistant.", connected, "kind")
        made = [(names, each.connects) for names, each in home.items()]
        yield _counter("home_connects", "Times that a connection was made.", made, "kind")
        dropped = [(names, each.dropped) for names, each in home.items()]
        yield _counter("home_messages_dropped", "Messages that were left out: too many waited.", dropped, "kind")

    def _waiting(self) -> Iterator[Metric]:
        load = self.status.load
        yield _gauge("inbox_items", "What was heard or asked, and waits.", [((), load.inbox)])
        yield _gauge("postponed_items", "What waits for its turn, or until it may disturb.", [((), load.postponed)])
        yield _gauge("store_writes_waiting", "Writes that wait for the disk.", [((), load.writes)])
        yield _counter("bus_events_dropped", "Events that those who watch lost.", [((), load.events_dropped)])
        yield _gauge("wyoming_clients", "Connections over Wyoming.", [((), load.wyoming_clients)])


def _gauge(name: str, about: str, samples: Samples, *labels: str) -> Metric:
    return _filled(GaugeMetricFamily(f"voiced_{name}", about, labels=labels), samples)


def _counter(name: str, about: str, samples: Samples, *labels: str) -> Metric:
    return _filled(CounterMetricFamily(f"voiced_{name}", about, labels=labels), samples)


def _filled(family: GaugeMetricFamily | CounterMetricFamily, samples: Samples) -> Metric:
    for names, value in samples:
        family.add_metric(list(names), float(value))
    return family


def _memory() -> dict[str, int]:
    """Resident bytes of this process, and of all that it started; one that ends meanwhile has none."""
    daemon, children = psutil.Process(), 0
    for child in daemon.children(recursive=True):
        try:
            children += child.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return {"daemon": daemon.memory_info().rss, "children": children}

"""An engine crashes, hangs or talks nonsense in mid-turn: the daemon stays, says so, and takes the next one.

The turns are those of the real pipeline; the engines are real child processes. What is spoken is scripted, and the
speaker plays at once.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from tests.fakes.heap import Heap
from tests.fakes.kept import FakeSettings
from tests.faults.outcome import Outcome, trial
from tests.pipeline.playbook import Answers, understand
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.config_mind import QuietConfig
from voiced.core.events import AnyEvent, Failed, SpeechStarted, Spoken, TurnEnded, Woke
from voiced.core.ports.audio import Played
from voiced.core.ports.clock import SystemClock
from voiced.core.types import RATE, Clip, Completeness, EndReason, SpeechChunk, Utterance
from voiced.core.zone import LocalZone
from voiced.engines.child import Child, Upkeep
from voiced.engines.fallback import FallbackStt, FallbackTts
from voiced.engines.hosted import HostedStt, HostedTts
from voiced.turn.controls import EarControls
from voiced.turn.dialogue import Dialogue
from voiced.turn.inbox import Inbox
from voiced.turn.manner import Manner
from voiced.turn.parts import Parts
from voiced.turn.pipeline import converse
from voiced.turn.progress import Progress
from voiced.turn.quiet import Quiet
from voiced.turn.record import Record

FAULTS = ("abort", "segv", "quit", "crash", "refuse", "babble", "hang", "freeze")
DEADLINE_S = 0.3
TOLD_S = 1.0
"""The user is told within so long after the fault, or after the deadline of what hangs."""
PATIENCE_S = 20.0


class Room:
    """A speaker that plays at once, and a clock. Implements what a turn needs of `Audio`."""

    def position(self) -> int:
        return int(time.monotonic() * RATE)

    async def play(self, clips: AsyncIterator[Clip], progress: Callable[[Played], None]) -> None:
        seconds = 0.0
        async for clip in clips:
            progress(Played(self.position(), seconds))
            seconds += clip.seconds
        progress(Played(self.position(), seconds))


class Household:
    """A pipeline whose engines fail when they are told to.

    Args:
        folder: for their orders.
        spares: whether each engine has one that takes its place within the turn.
    """

    def __init__(self, folder: Path, *, spares: bool) -> None:
        self.orders = {"stt": folder / "stt", "tts": folder / "tts"}
        self.children = [self._child("stt", "FlakyStt"), self._child("tts", "FlakyTts")]
        others = [
            self._child(kind, engine, Path("/nowhere")) for kind, engine in (("stt", "FlakyStt"), ("tts", "FlakyTts"))
        ]
        if spares:
            self.children += others
        hear, speak = ([child for child in self.children if child.kind == kind] for kind in ("stt", "tts"))
        self.inbox, self.bus = Inbox(), Bus()
        self.events: list[tuple[float, AnyEvent]] = []
        self.news = asyncio.Event()
        self.bus.watch(self._note)
        self.parts = Parts(
            audio=Room(),  # type: ignore[arg-type]
            stt=FallbackStt([(str(number), HostedStt(child, DEADLINE_S)) for number, child in enumerate(hear)], 30.0),
            tts=FallbackTts([(str(number), HostedTts(child, DEADLINE_S)) for number, child in enumerate(speak)]),
            manner=Manner(Quiet(QuietConfig(), SystemClock(LocalZone()), FakeSettings()), 100, lambda _: None),
            dialogue=Dialogue(understand),
            skills={"answer": Answers()},
            earcons={},
            bus=self.bus,
            clock=SystemClock(LocalZone()),
            controls=EarControls(),
            progress=Progress(lambda _: Completeness.UNKNOWN, 0.0),
            activity=Activity(),
            record=Record(Heap(), "home", 300.0),
            privacy_of=lambda _: "public",
            may_log=lambda _: True,
        )

    def _child(self, kind: str, engine: str, orders: Path | None = None) -> Child:
        settings = {"orders": str(orders or self.orders[kind])}
        return Child(kind, f"tests.faults.flaky:{engine}", settings, Upkeep(spare=False))

    def _note(self, event: AnyEvent) -> None:
        self.events.append((time.monotonic(), event))
        self.news.set()

    async def turn(self, name: str) -> list[tuple[float, AnyEvent]]:
        """Speaks once, and waits until the turn is over."""
        first, at = len(self.events), int(time.monotonic() * RATE)
        for item in (
            Woke("hey_jarvis", 0.99, at=at / RATE, turn=name),
            SpeechStarted(at=at / RATE, turn=name),
            SpeechChunk(name, bytes(RATE), at),
            Utterance(name, at, at, at, EndReason.COMPLETE),
        ):
            await self.inbox.put(item)
        async with asyncio.timeout(PATIENCE_S):
            while not any(isinstance(event, TurnEnded) for _, event in self.events[first:]):
                self.news.clear()
                await self.news.wait()
        return self.events[first:]


def run(seed: int, times: int) -> Outcome:
    """So many faults, each followed by a turn without one."""
    return asyncio.run(_run(seed, times))


async def _run(seed: int, times: int) -> Outcome:
    chance, outcome = random.Random(seed), Outcome()
    spares = bool(seed // 1000 % 2)
    with tempfile.TemporaryDirectory() as folder:
        household = Household(Path(folder), spares=spares)
        await asyncio.gather(*(child.start() for child in household.children))
        talking = asyncio.create_task(converse(household.inbox, household.parts))
        try:
            for number in range(times):
                outcome += await _fault(household, chance, f"{seed}-{number}", spares=spares)
        finally:
            talking.cancel()
            await asyncio.wait([talking])
            await asyncio.gather(*(child.close() for child in household.children))
    return outcome


async def _fault(household: Household, chance: random.Random, name: str, *, spares: bool) -> Outcome:
    stage, fault = chance.choice(("stt", "tts")), chance.choice(FAULTS)
    household.orders[stage].write_text(fault)
    began = time.monotonic()
    events = await household.turn(f"{name}a")
    told = next((at for at, event in events if isinstance(event, Failed | Spoken)), None)
    allowed = TOLD_S + (DEADLINE_S if fault in ("hang", "freeze", "babble") else 0.0)
    late = (
        [] if told is not None and told - began <= allowed else [f"{stage} {fault}: told after {told and told - began}"]
    )
    helped = _answered(events) or not (spares and stage == "stt")
    clean = await household.turn(f"{name}b")
    return trial(
        f"{name} {stage} {fault}",
        told_late=late,
        not_taken_over=[] if helped else ["the other recogniser did not take over"],
        next_failed=[] if _answered(clean) else ["the next turn was not answered"],
    )


def _answered(events: list[tuple[float, AnyEvent]]) -> bool:
    failed = any(isinstance(event, Failed) for _, event in events)
    return not failed and any(isinstance(event, Spoken) and event.complete for _, event in events)

"""P3: what a turn costs besides its engines: instant engines, from the end of the utterance to the first sound.

    python bench/overhead.py [--quick]

Ours is the pipeline itself (inbox, turn, router, skill, timeline, events) with engines that answer at once, each in a
child process behind our wire. The peer is a chain over the `wyoming` package: speech-to-text, intents and
text-to-speech as three servers on Unix sockets in one process of their own, all answering at once. Both get a second of
speech before the clock starts, and both stop it when the first sound is handed to the sink. They take turns.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from pairs import share, spread
from wyoming.asr import Transcript as WyomingTranscript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncUnixClient
from wyoming.handle import Handled
from wyoming.tts import Synthesize

from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.config import Config
from voiced.core.config_mind import QuietConfig
from voiced.core.events import Woke
from voiced.core.ports.audio import Played
from voiced.core.ports.clock import SystemClock
from voiced.core.ports.skill import Reply
from voiced.core.status import AudioStatus
from voiced.core.types import FRAME_SAMPLES, RATE, Clip, Completeness, EndReason, SpeechChunk, Understanding, Utterance
from voiced.core.zone import LocalZone
from voiced.engines.child import Child
from voiced.engines.hosted import HostedStt, HostedTts
from voiced.offline import passing_database
from voiced.setup.privacy import classifier
from voiced.store.conversations import StoredConversations
from voiced.store.db import Database
from voiced.store.settings import StoredSettings
from voiced.turn.controls import EarControls
from voiced.turn.dialogue import Dialogue
from voiced.turn.inbox import Inbox
from voiced.turn.manner import Manner
from voiced.turn.parts import Parts
from voiced.turn.pipeline import converse
from voiced.turn.progress import Progress
from voiced.turn.quiet import Quiet
from voiced.turn.record import Record

HERE = Path(__file__).parent
CHUNKS = 31
"""A second of speech in frames."""
FRAME = bytes(2 * FRAME_SAMPLES)
TURNS, QUICK_TURNS = 600, 150


class Sink:
    """A speaker that notes when the first sound of an answer reaches it. Implements `Audio`, but hears nothing."""

    def __init__(self) -> None:
        self.first: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def position(self) -> int:
        """See `Audio`."""
        return round(time.monotonic() * RATE)

    async def play(self, clips: AsyncIterator[Clip], progress: Callable[[Played], None]) -> None:
        """See `Audio`."""
        async for _ in clips:
            if not self.first.done():
                self.first.set_result(time.perf_counter())
                progress(Played(self.position(), 0.0))

    def status(self) -> AudioStatus:
        """See `Audio`."""
        return AudioStatus(listening=True)


class Answers:
    """A skill that answers at once."""

    intents = ("answer",)

    async def answer(self, _: Understanding) -> Reply:
        """See `Skill`."""
        return Reply("It is noon.")


class Ours:
    """The pipeline, with instant engines. Made by `ours`."""

    def __init__(self, children: tuple[Child, Child], database: Database) -> None:
        self.inbox, self.sink = Inbox(), Sink()
        self.number = 0
        classify = classifier(Config())
        quiet = Quiet(QuietConfig(), SystemClock(LocalZone()), StoredSettings(database))
        self.parts = Parts(
            audio=self.sink,
            stt=HostedStt(children[0], 5.0),
            tts=HostedTts(children[1], 5.0),
            manner=Manner(quiet, 100, lambda _: None),
            dialogue=Dialogue(lambda text: Understanding("answer", {}, text)),
            skills={"answer": Answers()},
            earcons={},
            bus=Bus(),
            clock=SystemClock(LocalZone()),
            controls=EarControls(),
            progress=Progress(lambda _: Completeness.UNKNOWN, 0.0),
            activity=Activity(),
            record=Record(StoredConversations(database, 300.0), "home", 300.0),
            privacy_of=lambda text: classify(text).privacy,
            may_log=lambda _: True,
        )

    async def turn(self) -> float:
        """Seconds of one turn."""
        self.number += 1
        turn = f"turn {self.number}"
        self.sink.first = asyncio.get_running_loop().create_future()
        await self.inbox.put(Woke("word", 1.0, at=0.0, turn=turn))
        for index in range(CHUNKS):
            await self.inbox.put(SpeechChunk(turn, FRAME, index * FRAME_SAMPLES))
        await self.inbox.settled()
        await asyncio.sleep(0.005)
        began = time.perf_counter()
        end = CHUNKS * FRAME_SAMPLES
        await self.inbox.put(Utterance(turn, 0, end, end, EndReason.COMPLETE))
        seconds = await self.sink.first - began
        await self.inbox.settled()
        return seconds


@asynccontextmanager
async def ours() -> AsyncGenerator[Ours]:
    """Our pipeline, running."""
    children = Child("stt", "bench.instant:InstantStt"), Child("tts", "bench.instant:InstantTts")
    await asyncio.gather(*(child.start() for child in children))
    async with passing_database() as database:
        found = Ours(children, database)
        talking = asyncio.create_task(converse(found.inbox, found.parts))
        try:
            yield found
        finally:
            talking.cancel()
            await asyncio.wait([talking])
            await asyncio.gather(*(child.close() for child in children))


async def peer_turn(clients: dict[str, AsyncUnixClient]) -> float:
    """Seconds of one turn through a chain of Wyoming servers."""
    stt, intents, tts = clients["stt"], clients["intents"], clients["tts"]
    await stt.write_event(AudioStart(RATE, 2, 1).event())
    for _ in range(CHUNKS):
        await stt.write_event(AudioChunk(RATE, 2, 1, FRAME).event())
    await asyncio.sleep(0.005)
    began = time.perf_counter()
    await stt.write_event(AudioStop().event())
    heard = WyomingTranscript.from_event(await _event(stt, WyomingTranscript.is_type))
    await intents.write_event(WyomingTranscript(heard.text).event())
    handled = Handled.from_event(await _event(intents, Handled.is_type))
    await tts.write_event(Synthesize(handled.text or "").event())
    AudioChunk.from_event(await _event(tts, AudioChunk.is_type))
    seconds = time.perf_counter() - began
    await _event(tts, AudioStop.is_type)
    return seconds


async def _event(client: AsyncUnixClient, wanted: Callable[[str], bool]) -> object:
    while event := await client.read_event():
        if wanted(event.type):
            return event
    raise EOFError("the server has gone")


@asynccontextmanager
async def peer() -> AsyncGenerator[dict[str, AsyncUnixClient]]:
    """The Wyoming servers, running."""
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(sys.executable, HERE / "wyoming_servers.py", folder, stdout=PIPE)
        assert process.stdout  # noqa: S101 (it was asked for)
        await process.stdout.readline()
        clients = {name: AsyncUnixClient(f"{folder}/{name}") for name in ("stt", "intents", "tts")}
        try:
            for client in clients.values():
                await client.connect()
            yield clients
        finally:
            for client in clients.values():
                await client.disconnect()
            process.terminate()
            await process.wait()


async def measure(turns: int) -> dict[str, object]:
    """Both in turn."""
    mine: list[float] = []
    theirs: list[float] = []
    async with ours() as pipeline, peer() as clients:
        for index in range(turns + 20):
            pair = await pipeline.turn(), await peer_turn(clients)
            if index >= 20:
                mine.append(pair[0])
                theirs.append(pair[1])
    return {"ours_ms": spread(mine, 1000), "peer_ms": spread(theirs, 1000), "share_of_peer": share(mine, theirs)}


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    turns = QUICK_TURNS if parser.parse_args().quick else TURNS
    print(json.dumps({"question": "overhead", **asyncio.run(measure(turns))}))


if __name__ == "__main__":
    main()

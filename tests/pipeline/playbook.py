"""Playbooks: what the ear hears and when, played through the real pipeline on a clock that jumps.

    events = await play(wakes(0.5), says("what time is it", 1.0, 2.0))

Sound goes through `FileAudio` as fast as it can, so audio time is the only time there is: nothing waits, nothing races.
"""

import asyncio
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from tests.fakes.engines import CountingTts, ScriptedStt, seconds
from tests.fakes.heap import Heap
from tests.fakes.kept import FakeSettings
from tests.fakes.ledger import FakeUsage
from tests.fakes.llm import ScriptedLlm
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.commands import Answered, AnyCommand, Ask
from voiced.core.config_mind import DialogueConfig, QuietConfig, RouterConfig
from voiced.core.events import AnyEvent, Signal, SpeechStarted, Woke
from voiced.core.history import Privacy
from voiced.core.ports.home import Assist
from voiced.core.ports.llm import Llm
from voiced.core.ports.recall import Recall
from voiced.core.ports.skill import Reply, Skill
from voiced.core.types import (
    FRAME_SAMPLES,
    RATE,
    Completeness,
    EndReason,
    Frame,
    Purpose,
    SpeechChunk,
    Understanding,
    Utterance,
)
from voiced.engines.fallback import FallbackLlm
from voiced.engines.files import FileAudio
from voiced.turn.controls import EarControls
from voiced.turn.dialogue import Dialogue
from voiced.turn.dialoguewords import DialogueWords
from voiced.turn.earcons import earcons
from voiced.turn.inbox import Inbox
from voiced.turn.manner import Manner
from voiced.turn.parts import Parts
from voiced.turn.pipeline import converse
from voiced.turn.progress import Progress
from voiced.turn.prompt import Prompts
from voiced.turn.quiet import Quiet
from voiced.turn.record import Record
from voiced.turn.router import Router
from voiced.turn.thinking import Thinking
from voiced.turn.toolbox import Toolbox

ENDPOINT_S = 0.2
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""When every play begins."""
WORDS = DialogueWords(leads=("and",), around=frozenset({"the", "in", "please"}))


class Line(Struct, frozen=True):
    """Something that happens at a second of audio time."""

    at: float
    what: Signal | AnyCommand


def wakes(at: float, turn: str = "turn", word: str = "hey_jarvis") -> list[Line]:
    return [Line(at, Woke(word, 0.99, at=at, turn=turn))]


def later(line: Line, by: float) -> Line:
    """The same, so many seconds later."""
    what = line.what
    if isinstance(what, SpeechStarted):
        what = replace(what, at=what.at + by)
    elif isinstance(what, SpeechChunk):
        what = replace(what, start=what.start + seconds(by))
    elif isinstance(what, Utterance):
        moved = {name: getattr(what, name) + seconds(by) for name in ("start", "speech_end", "end")}
        what = replace(what, **moved)
    return Line(line.at + by, what)


def speaks(
    start: float,
    end: float,
    turn: str = "turn",
    purpose: Purpose = Purpose.COMMAND,
    reason: EndReason = EndReason.COMPLETE,
) -> list[Line]:
    """Speech between two seconds; what it says is the recogniser's script."""
    chunk = SpeechChunk(turn, b"\0\0" * (seconds(end) - seconds(start)), seconds(start), purpose)
    over = Utterance(turn, seconds(start), seconds(end), seconds(end + ENDPOINT_S), reason, purpose)
    return [
        Line(start, SpeechStarted(at=start, turn=turn)),
        Line(end, chunk),
        Line(end + ENDPOINT_S, over),
    ]


def says_nothing(at: float, turn: str = "turn") -> list[Line]:
    position = seconds(at)
    return [Line(at, Utterance(turn, position, position, position, EndReason.NOTHING_SAID))]


def asks(at: float, text: str, *, aloud: bool = True, done: asyncio.Future[Answered] | None = None) -> list[Line]:
    return [Line(at, Ask(text, aloud, done))]


def does(at: float, command: AnyCommand) -> list[Line]:
    return [Line(at, command)]


class Answers:
    """A skill that answers intent `name` with the text behind it; `crash` is a fault in its code."""

    intents = ("answer",)

    async def answer(self, understood: Understanding) -> Reply:
        if understood.text == "crash":
            raise ZeroDivisionError("a fault in a skill")
        return Reply(str(understood.slots["text"]))


def understand(text: str) -> Understanding | None:
    """`say X` is understood, and `crash`; nothing else is."""
    if text == "crash" or text.startswith("say"):
        return Understanding("answer", {"text": text.removeprefix("say").strip()}, text)
    return None


def privacy_of(text: str) -> Privacy:
    """What names the moon is secret; nothing else is private."""
    return "secret" if "moon" in text else "public"


class Play:
    """One run of the pipeline."""

    def __init__(  # noqa: PLR0913 (a whole world)
        self,
        stt: ScriptedStt,
        skill: Skill | None = None,
        *,
        length: float = 1.0,
        llm: ScriptedLlm | None = None,
        recall: Recall | None = None,
        may_tell: Callable[[Privacy], bool] | None = None,
        models: Mapping[str, Llm] | None = None,
        far: Container[str] = (),
        assist: Assist | None = None,
        router: RouterConfig | None = None,
        dialogue: DialogueConfig | None = None,
        quiet: QuietConfig | None = None,
        toolbox: Toolbox | None = None,
    ) -> None:
        self.bus = Bus()
        self.events: list[AnyEvent] = []
        self.bus.watch(self.events.append)
        self.inbox = Inbox()
        self.heap = Heap()
        self.usage = FakeUsage()
        self.activity = Activity()
        self.tts = CountingTts()
        self.controls = EarControls()
        self.busy = False
        self.audio = FileAudio(
            bytes(seconds(length) * 2),
            self.activity,
            self.settled,
            lambda: not self.pending,
            fast=True,
            began=NOON.timestamp(),
        )
        self.pending: list[Line] = []
        skill = skill or Answers()
        models = {"scripted": llm} if llm else models or {}
        self.models = FallbackLlm(list(models.items()), now=self.audio.monotonic, far=far)
        record = Record(self.heap, "home", 300.0, self.usage)
        self.parts = Parts(
            audio=self.audio,
            stt=stt,
            tts=self.tts,
            manner=Manner(Quiet(quiet or QuietConfig(), self.audio, FakeSettings()), 100, self.audio.set_volume),
            dialogue=Dialogue(understand, WORDS, dialogue or DialogueConfig()),
            skills=dict.fromkeys(skill.intents, skill),
            earcons=earcons(),
            bus=self.bus,
            clock=self.audio,
            controls=self.controls,
            progress=Progress(lambda _: Completeness.UNKNOWN, 1.0),
            activity=self.activity,
            record=record,
            privacy_of=privacy_of,
            router=Router(router or RouterConfig(), frozenset({"public"}), list(models)),
            may_log=lambda text: privacy_of(text) == "public",
            thinking=Thinking(
                self.models,
                Prompts("en", "", 50, 30.0, privacy_of),
                record,
                self.audio,
                self.usage,
                recall,
                toolbox=toolbox,
                may_tell=may_tell,
            )
            if models
            else None,
            assist=assist,
        )

    async def settled(self) -> None:
        await self.inbox.settled()
        await self.activity.quiet()

    def use(self, **parts: object) -> None:
        """Puts other parts in the place of some."""
        self.parts = replace(self.parts, **parts)

    @property
    def sounds(self) -> int:
        """How many earcons were played."""
        return len(self.controls.earcons())

    async def run(
        self, script: Sequence[list[Line]], until: float, answers: Sequence[list[Line]] = ()
    ) -> list[AnyEvent]:
        """Plays the script and returns what happened until a second of audio time.

        Args:
            script: what happens.
            until: where it ends.
            answers: what is heard each time the ear is asked to listen, in seconds from then; all lines of a turn.
        """
        self.answers = list(answers)
        self.pending = sorted((line for lines in script for line in lines), key=lambda line: line.at)
        talking = asyncio.create_task(converse(self.inbox, self.parts))
        ear = self._ear(self.audio.frames(), until)
        hearing = asyncio.create_task(asyncio.to_thread(self.inbox.pump, ear))
        await asyncio.wait([talking, hearing], return_when=asyncio.FIRST_COMPLETED)
        talking.cancel()
        await asyncio.wait([talking])
        hearing.result()
        return self.events

    def _open(self, now: float) -> None:
        """Hears the next answer, if the ear was asked to listen."""
        if self.controls.take_listen() is None:
            return
        lines = [later(line, now) for line in (self.answers.pop(0) if self.answers else [])]
        turn = next((line.what.turn for line in lines if not isinstance(line.what, AnyCommand)), None) or "nobody"
        self.pending = sorted([*wakes(now, turn, ""), *lines, *self.pending], key=lambda line: line.at)

    def _ear(self, frames: Iterator[Frame | None], until: float) -> Iterator[Signal | AnyCommand | None]:
        for frame in frames:
            assert frame is not None
            now = (frame.start + FRAME_SAMPLES) / RATE
            self._open(now)
            while self.pending and self.pending[0].at <= now:
                yield self.pending.pop(0).what
            if now >= until:
                return
            yield None


def play(*script: list[Line], stt: ScriptedStt | None = None, until: float = 20.0, **options: object) -> list[AnyEvent]:
    """Plays a script through a pipeline of its own; see `Play`."""

    async def run() -> list[AnyEvent]:
        return await Play(stt or ScriptedStt(), length=until, **options).run(script, until)

    return asyncio.run(run())


def names(events: Sequence[AnyEvent]) -> list[str]:
    """The events' tags, without the states."""
    found = [str(event.__struct_config__.tag) for event in events]
    return [name for name in found if name != "state_changed"]

"""A daemon without ears: it keeps the promises of the `Agent` port, and answers by a script."""

from collections.abc import Callable
from math import inf
from pathlib import Path
from tempfile import gettempdir

from msgspec.structs import replace

from tests.fakes.home import FakeHome
from tests.fakes.inference import Scripted, privacy_of
from tests.fakes.kept import FakeConversations, FakePromises, FakeUpkeep
from tests.fakes.ledger import FakeAnswers, FakeAudit, FakeKeys, FakeUsage
from tests.fakes.lists import FakeLists
from tests.fakes.memories import FakeMemories
from tests.fakes.search import FakeSearch
from voiced.core.announcing import Announced, DoNotDisturb, Priority
from voiced.core.attention import Attention
from voiced.core.bus import Bus
from voiced.core.commands import Answered
from voiced.core.config_keeping import MemoryConfig
from voiced.core.errors import AudioFailed, Busy
from voiced.core.history import Privacy
from voiced.core.ports.home import Home
from voiced.core.status import AudioStatus, HomeStatus, MemoryStatus, Status, StoreStatus
from voiced.recall.knowledge import OwnKnowledge
from voiced.recall.search import Search


class ScriptedAgent:
    """Answers `say X` with X, and "stop" with nothing; "crash" is a fault in its code.

    Args:
        audio: what it says of its microphone.
        folder: where its files are.
    """

    def __init__(self, audio: AudioStatus | None = None, folder: Path | None = None) -> None:
        self.bus = Bus()
        self.audio = audio or AudioStatus(listening=True, device="Fake: USB", level_dbfs=-50.0)
        self.muted = False
        self.volume = 70
        self.attention = Attention()
        self.audio_restarts = 0
        self.stuck_s = 0.0
        self.disturbed_from: float | None = None
        self.said: list[str] = []
        self.conversations = FakeConversations()
        self.memories = FakeMemories(self.conversations)
        search = Search(self.memories, [], lambda: "", MemoryConfig())
        status = MemoryStatus(wanted="words")
        self.knowledge = OwnKnowledge(self.memories, search, lambda: status, lambda: None, self.privacy_of)
        self.promises = FakePromises()
        self.lists = FakeLists()
        self.search = FakeSearch()
        self.home: Home = FakeHome()
        self.home_status = HomeStatus()
        self.elsewhere = ""
        self.keys = FakeKeys()
        self.audit = FakeAudit()
        self.usage = FakeUsage()
        self.engines = Scripted(self.bus, self.usage)
        self.inference = self.engines.inference
        self.answers = FakeAnswers()
        self.asked_with: list[str | None] = []
        self.talked_in: list[str | None] = []
        self.memories_wanted: int | None = None
        self.folder = folder or Path(gettempdir())
        self.upkeep = FakeUpkeep(self.folder / "backups", self.conversations)
        self.upkeep.memories = self.memories

    def status(self) -> Status:
        return Status(
            "1",
            1,
            "idle",
            self.muted,
            self.volume,
            [],
            0,
            0,
            0,
            0,
            0.0,
            self.stuck_s,
            self.audio,
            StoreStatus(folder=str(self.folder)),
            [],
            [],
            home=self.home_status,
            elsewhere=self.elsewhere,
            attention=self.attention,
        )

    async def ask(
        self,
        text: str,
        *,
        aloud: bool,
        key: str | None = None,
        conversation: str | None = None,
        memories: int | None = None,
        piece: Callable[[str], None] | None = None,
    ) -> Answered:
        self.talked_in.append(conversation)
        self.asked_with.append(key)
        if text == "crash":
            raise ZeroDivisionError("a fault of ours")
        if aloud:
            self.said.append(text)
        said = text.removeprefix("say ")
        if piece and said.startswith("think "):
            for word in said.split():
                piece(f"{word} ")
        self.memories_wanted = memories
        answer = "" if text == "stop" else said if said != text else None
        return Answered(
            text=answer, turn="t1", conversation=conversation, tier="rules" if answer is not None else "none"
        )

    async def say(self, text: str) -> None:
        self.said.append(text)

    async def announce(self, text: str, priority: Priority) -> Announced:
        if text == "too much":
            raise Busy("too many things at once")
        held = self.disturbed_from is not None and priority != "high"
        self.said.append(f"{priority}: {text}")
        return Announced("held", self.do_not_disturb().until) if held else Announced("queued")

    def do_not_disturb(self) -> DoNotDisturb:
        until = self.disturbed_from
        return DoNotDisturb(until is not None, until if until is not None and until < inf else None)

    async def set_do_not_disturb(self, until: float | None) -> DoNotDisturb:
        self.disturbed_from = until
        return self.do_not_disturb()

    async def stop(self, by: str) -> None:
        self.said = [by]

    def privacy_of(self, text: str) -> Privacy:
        return privacy_of(text)

    def at(self) -> float:
        return 1.5

    def listen(self) -> None:
        raise AudioFailed("the microphone is muted")

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 (it is the value set)
        self.muted = muted

    def set_volume(self, percent: int) -> None:
        self.volume = percent

    def restart_audio(self) -> None:
        self.audio_restarts += 1

    def set_attention(self, **wanted: bool | int | None) -> Attention:
        named = {name: value for name, value in wanted.items() if value is not None}
        self.attention = replace(self.attention, **named)
        return self.attention

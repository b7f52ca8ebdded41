"""All parts of voiced, wired together and running: for the daemon, and for a replayed recording."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from msgspec.structs import replace

from voiced import __version__, recordings, wiring
from voiced.children import Engines
from voiced.choices import Choices
from voiced.control.listening import Listener
from voiced.control.tally import Tally
from voiced.core.activity import Activity
from voiced.core.announcing import Announced, DoNotDisturb, Priority
from voiced.core.answers import load_speech
from voiced.core.attention import Attention
from voiced.core.bus import Bus
from voiced.core.commands import Announce, Answered, Ask, Say, Stop
from voiced.core.config import Config
from voiced.core.config_home import HomeConfig
from voiced.core.disk import clear
from voiced.core.events import StoreReplaced
from voiced.core.history import Privacy
from voiced.core.ports.audio import Audio
from voiced.core.ports.clock import Clock
from voiced.core.ports.elsewhere import Elsewhere
from voiced.core.ports.home import Home
from voiced.core.ports.promises import PromiseStore
from voiced.core.privacy import Use, allowed
from voiced.core.status import LoadStatus, PromiseStatus, Status
from voiced.core.tasks import first
from voiced.core.types import RATE, Earcon
from voiced.earthread import EarThread
from voiced.engines.phrasefiles import PhraseFiles
from voiced.engines.shared import SharedTts
from voiced.hearing_home import follow_home
from voiced.home.house import House
from voiced.inference import Around, OwnInference
from voiced.mind import Hands, Mind
from voiced.remembering import Remembering
from voiced.senses import Senses
from voiced.setup.places import CACHE, RECORDINGS, intents_folder
from voiced.setup.privacy import classifier
from voiced.store.answers import StoredAnswers
from voiced.store.audit import StoredAudit
from voiced.store.conversations import StoredConversations
from voiced.store.db import Database
from voiced.store.entries import StoredLists
from voiced.store.keys import StoredKeys
from voiced.store.memories import StoredMemories
from voiced.store.promises import StoredPromises
from voiced.store.settings import StoredSettings
from voiced.store.upkeep import FileUpkeep
from voiced.store.usage import StoredUsage
from voiced.turn.breakdowns import Breakdowns
from voiced.turn.earcons import earcons
from voiced.turn.inbox import Inbox
from voiced.turn.manner import Manner
from voiced.turn.outage import Outage
from voiced.turn.parts import Parts
from voiced.turn.pipeline import converse
from voiced.turn.progress import Progress
from voiced.turn.quiet import Quiet
from voiced.turn.record import Record
from voiced.turn.scheduler import Scheduler
from voiced.turn.speaking import SpeakableTts

PATIENCE_S = 0.25
"""How long the ear waits for the recogniser to catch up before it decides without it."""


class Voiced:
    """All parts of voiced, wired together. Implements `Agent`.

    Args:
        config: the configuration.
        audio: the microphone and the speaker; let go of by whoever made them.
        clock: the time.
        activity: who computes right now.
        bus: told everything that happens.
        engines: the children that do the work; started by whoever made them.
        database: where everything is kept; let go of by whoever opened it.
        promises: where promises are kept instead; None: in the database, too.
        live: what it hears is live and waits for nobody. A replayed file waits for the recogniser, and cannot hear
            what voiced plays.

    Attributes:
        wyoming_clients: tells how many there are.
        listeners: where others are listened to.
        elsewhere: who answers what is spoken while it is there, instead of all this; None: nobody.
    """

    wyoming_clients: Callable[[], int] = staticmethod(lambda: 0)
    elsewhere: Elsewhere | None = None

    def __init__(  # noqa: PLR0913 (all that is wired together)
        self,
        config: Config,
        audio: Audio,
        clock: Clock,
        activity: Activity,
        bus: Bus,
        engines: Engines,
        *,
        database: Database,
        promises: PromiseStore | None = None,
        live: bool = True,
    ) -> None:
        self.bus, self.listeners = bus, list[Listener]()
        self.tally = Tally()
        self.bus.watch(self.tally.count)
        self.conversations = StoredConversations(database, config.store.continue_s, clock.zone)
        self.keys = StoredKeys(database, clock)
        self.audit = StoredAudit(database, config.store.audit_days, clock.wall)
        self.usage = StoredUsage(database, config.usage, clock)
        self.answers = StoredAnswers(database, config.store.answers_mb, clock.wall)
        self.lists = StoredLists(database, config.store.space, clock.wall)
        self.inbox = Inbox()
        speech = load_speech(intents_folder(config), config.language)
        self._outage = Outage(self.bus, self.inbox.put, self.at, speech)
        database.watch(self._outage.told)
        database.watch_damage(self._outage.damaged)
        self._config, self._audio, self._activity, self._database = config, audio, activity, database
        settings = StoredSettings(database)
        self._manner = Manner(Quiet(config.quiet, clock, settings), config.audio.volume, audio.set_volume)
        self._breakdowns = Breakdowns(self.bus, self.at)
        self._remote_words = wiring.remote_words(config, self._breakdowns.of("wake"))
        self._senses = Senses(config, audio, self._manner, self._remote_words, bus, self.at, live=live)
        self._choices = Choices(config, self._senses, self._manner, settings, bus)
        self._began = time.monotonic()
        self._engines = engines
        self.classify = classifier(config)
        sounds = earcons()
        self.promises = Scheduler(
            clock,
            self.bus,
            promises or StoredPromises(database),
            self.inbox.put,
            sound=sounds[Earcon.ALARM],
            at=self.at,
            config=config.promises,
            speech=speech,
        )
        self.folder = database.path.parent
        self._phrases = PhraseFiles(self.folder / CACHE / "phrases", config.engines.tts.cache_mb * 1_000_000)
        keep, zone, clear_caches = config.store.backups, clock.zone(), self._clear_caches
        self.upkeep = FileUpkeep(database, keep, zone, clock, self._replaced, clear_caches, privacy_of=self.privacy_of)
        self._remembering = Remembering(
            config, StoredMemories(database), engines.embed, clock, bus, activity, privacy_of=self.privacy_of
        )
        self.knowledge = self._remembering.knowledge
        record = Record(self.conversations, config.store.space, config.store.continue_s, self.usage)
        told = self._breakdowns.of
        # A replayed file does nothing to anybody's home.
        self.house = House(config.home if live else HomeConfig(), config.language, clock)
        # What was said is not to lie on the disk in clear, not even as sound.
        phrases = self._phrases if live and config.store.encryption == "off" and config.engines.tts.cache_mb else None
        self.stt = stt = recordings.shared(config, engines.stt, told("stt"))
        may_keep = partial(self._may, "cache")
        self.tts = tts = SharedTts(wiring.voice(config, engines.tts, told("tts"), phrases=phrases, may_keep=may_keep))
        self.mind = Mind(config, self._hands(clock), speech)
        self.search = self.mind.search
        models = wiring.models(config, engines.llm, told("llm"))
        around = Around(self.usage, clock, bus, activity, self.privacy_of)
        self.inference = OwnInference(config, stt.elsewhere, tts.elsewhere, models, self._remembering.embedder, around)
        ports = (self.inference, stt, tts, self._remembering.embedder, *self.mind.ports, *([models] if models else []))
        self._closing = [each.close for each in ports]
        self._thinking = self.mind.thinking(models, record, self.usage) if models else None
        self._progress = Progress(self.mind.rules.completeness, PATIENCE_S if live else config.engines.stt.deadline_s)
        self.ear = EarThread(config, audio, self.inbox, self._remote_words, self._progress, self._senses.controls)
        self._parts = Parts(
            audio=audio,
            stt=stt,
            tts=SpeakableTts(tts, config.language, lambda: self._manner.speed),
            manner=self._manner,
            dialogue=self.mind.dialogue,
            skills=self.mind.skills,
            earcons=sounds if config.audio.earcons else {},
            bus=self.bus,
            clock=clock,
            controls=self._senses.controls,
            progress=self._progress,
            activity=activity,
            record=record,
            privacy_of=self.privacy_of,
            router=wiring.router(config),
            may_log=partial(self._may, "log"),
            thinking=self._thinking,
            assist=self.house.assist,
            speech=speech,
            elsewhere=lambda: self.elsewhere,
            recollect=self.mind.memory.recollect,
        )

    def _hands(self, clock: Clock) -> Hands:
        return Hands(
            clock=clock,
            conversations=self.conversations,
            answers=self.answers,
            lists=self.lists,
            promises=self.promises,
            remembering=self._remembering,
            upkeep=self.upkeep,
            home=self.home,
            manner=self._manner,
            last_answer=lambda: self.tally.last_answer,
            volume=lambda: self._manner.volume,
            set_volume=self.set_volume,
            set_muted=self.set_muted,
            say=self.inbox.say,
            privacy_of=self.privacy_of,
        )

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Takes turns until the block ends; raises `ConfigInvalid` where rules of what is private cannot be used."""
        await self._choices.load()
        if self._thinking:
            self._thinking.expect()
        try:
            async with asyncio.TaskGroup() as tasks:
                background = [
                    tasks.create_task(self._take_turns(), name="conversation"),
                    tasks.create_task(self.promises.run(), name="scheduler"),
                    *(tasks.create_task(each.run(), name="wake words") for each in self._remote_words),
                    tasks.create_task(self._remembering.indexer.run(), name="vectors"),
                    tasks.create_task(self.house.run(), name="home"),
                    tasks.create_task(self._choices.run(), name="choices"),
                ]
                if self.house.there:
                    names = follow_home(self.home, self.mind.rules, self._config, self._engines.stt, self._parts.clock)
                    background.append(tasks.create_task(names, name="names"))
                try:
                    yield
                finally:
                    for task in background:
                        task.cancel()
                    await asyncio.wait(background)
                    if self._thinking:
                        await self._thinking.close()
                    await self._parts.record.settled()
                    await self.audit.settled()
                    await self.keys.settled()
                    await asyncio.gather(*(close() for close in self._closing))
        except BaseExceptionGroup as group:
            raise first(group) from group

    async def _take_turns(self) -> None:
        await asyncio.to_thread(self.classify, "")  # It reads its rules beside all else, and before the first turn.
        await converse(self.inbox, self._parts)

    async def hear(self) -> None:
        """Listens in a thread of its own until there is nothing more to hear.

        Raises:
            WakeFailed, VadFailed: the ear cannot be made.
        """
        await self._choices.known()
        await self.ear.run(self.mind.rules.prepare)  # Prepared there, the socket's first answer does not wait for it.

    async def change(self, config: Config) -> None:
        """Takes in settings that may change while it runs; see `setup.changes`.

        Raises:
            WakeFailed, ConfigInvalid: the ear cannot be made of them; all stays as it is.
        """
        before = self._config
        if (config.wake, config.endpoint) != (before.wake, before.endpoint):
            await self.ear.change(config)
        self._config = config
        self._manner.quiet.configure(config.quiet)
        self._choices.change(config)

    def at(self) -> float:
        """See `Agent`."""
        return round(self._audio.position() / RATE, 3)

    async def _replaced(self) -> None:
        """Rows were replaced past those who hold some of them."""
        self.bus.emit(StoreReplaced(at=self.at()))
        self.conversations.forget()
        self.keys.forget()
        self._remembering.indexer.wake()
        await self._manner.quiet.load()
        await self.promises.reload()

    def _clear_caches(self) -> None:
        """What was spoken and evaluated is made again when it is needed."""
        self._phrases.clear()
        clear(self.folder / CACHE / "llm")
        clear(self.folder / CACHE / RECORDINGS)

    async def settled(self) -> None:
        """Waits until all that came in has been dealt with, and nobody computes."""
        await self.inbox.settled()
        await self._activity.quiet()

    @property
    def home(self) -> Home:
        """See `Agent`."""
        return self.house.home

    def idle(self) -> bool:
        """Tells whether no turn is in progress."""
        return self.tally.state == "idle"

    def status(self) -> Status:
        """See `Agent`."""
        now = time.monotonic()
        left, postponed = self.promises.remaining, len(self.inbox.postponed)
        promises = [
            PromiseStatus(each.id, each.kind, each.name, each.due, round(left(each), 1), each.schedule, each.unheard)
            for each in self.promises.active()
        ]
        return Status(
            version=__version__,
            pid=os.getpid(),
            state=self.tally.state,
            muted=self._senses.muted,
            volume=self._manner.volume,
            wake_words=list(self._config.wake.words),
            woke=self.tally.woke,
            near_misses=self.tally.near_misses,
            turns=self.tally.turns,
            failures=self.tally.failures,
            uptime_s=round(now - self._began, 1),
            ear_turned_s=round(self.ear.turned_s(), 2),
            audio=self._audio.status(),
            store=replace(self._outage.status, folder=str(self.folder)),
            engines=wiring.engines_status(self._config, self._engines, self._breakdowns.problems),
            promises=promises,
            memory=self._remembering.indexer.status,
            home=self.house.status,
            load=LoadStatus(
                self.inbox.waiting, self._database.waiting, self.bus.dropped, self.wyoming_clients(), postponed
            ),
            elsewhere=self.elsewhere.who if self.elsewhere else "",
            listeners=tuple(each.status for each in self.listeners),
            attention=self._senses.controls.attention(),
        )

    async def ask(self, text: str, *, aloud: bool, **more: Any) -> Answered:  # noqa: ANN401 (fields of `Ask`)
        """See `Agent`."""
        return await self.inbox.wish(lambda done: Ask(text, aloud, done, **more))

    async def say(self, text: str) -> None:
        """See `Agent`."""
        await self.inbox.wish(lambda done: Say(text, done))

    async def announce(self, text: str, priority: Priority) -> Announced:
        """See `Agent`."""
        if await self.inbox.wish(lambda done: Announce(text, priority, done)) == "queued":
            return Announced("queued")
        return Announced("held", self._manner.quiet.do_not_disturb.until)

    def do_not_disturb(self) -> DoNotDisturb:
        """See `Agent`."""
        return self._manner.quiet.do_not_disturb

    async def set_do_not_disturb(self, until: float | None) -> DoNotDisturb:
        """See `Agent`."""
        await self._manner.quiet.set(until)
        self.inbox.poke()
        return self._manner.quiet.do_not_disturb

    async def stop(self, by: str) -> None:
        """See `Agent`."""
        await self.inbox.put(Stop(by))

    def privacy_of(self, text: str) -> Privacy:
        """See `Agent`."""
        return self.classify(text).privacy

    def _may(self, use: Use, text: str) -> bool:
        return allowed(self._config.privacy, self.privacy_of(text), use)

    def listen(self) -> None:
        """See `Agent`."""
        self._senses.listen()

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 (it is the value set)
        """See `Agent`."""
        self._senses.set_muted(muted)

    def set_volume(self, percent: int) -> None:
        """See `Agent`."""
        self._senses.set_volume(percent)

    def restart_audio(self) -> None:
        """See `Agent`."""
        self._senses.restart_audio()

    def set_attention(self, **wanted: bool | int | None) -> Attention:
        """See `Agent`."""
        return self._senses.set_attention(**wanted)

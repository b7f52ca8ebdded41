"""One turn: its speech as it comes in, its marks, and how it makes itself heard."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from secrets import token_hex
from typing import Any, TypeVar

from msgspec import to_builtins
from msgspec.structs import asdict, replace

from voiced.core.chat import ChatEnd
from voiced.core.commands import Ask
from voiced.core.errors import VoicedError
from voiced.core.events import AnyEvent, ModelUsed, Speaking, SpeechStarted, Spoken, StateChanged, TurnEnded
from voiced.core.history import Message, Metadata, Privacy, Role, Source
from voiced.core.ids import new_id
from voiced.core.ports.audio import Played
from voiced.core.ports.llm import Tried
from voiced.core.privacy import most_private
from voiced.core.types import RATE, Clip, Earcon, SpeechChunk, Timeline, Transcript, Utterance
from voiced.core.usage import Use
from voiced.turn import toolbox
from voiced.turn.costs import Costs
from voiced.turn.deeds import Deeds
from voiced.turn.parts import Parts
from voiced.turn.router import MODEL, Route
from voiced.turn.toolbox import Used
from voiced.turn.trail import Trail
from voiced.turn.voice import Synthesized, Voice

log = logging.getLogger(__name__)

T = TypeVar("T")

SPEECH_LIMIT = 1_024
"""Chunks of speech that may wait for the recogniser: half a minute, more than the longest utterance."""


class Turn:
    """One question and its answer.

    Args:
        parts: what it is made with.
        turn: its id; a fresh one unless the ear gave it one.
        woke_at: seconds of audio time at which the wake word was heard; None for what is asked in writing.
        aloud: whether it may make a sound.
        channel: how it came: voice, text or promise.
        follows: what voiced said before, where nobody said the wake word for this one; None: somebody did.
        asked: what is asked in writing; None: it is no such question.

    Attributes:
        key: see `Ask`, as of the next two.
        answer: what is answered, or was said.
        tier: who answered.
        spoken: what was really said of the answer, where that is not all of it.
        utterance: the end of what was said, as soon as the ear knows it.
        heard: what was understood of it; None for what was written.
        heard_out: whether it was taken in, and all speech before it.
        sounded: whether something of it left the speaker, besides earcons.
        costs: what language models took for it.
        sources: what the answer rests on.
        notes: what else is worth keeping of it.
        trail: who was considered for the answer.
        began: when it began, in seconds of a clock that never steps back.
        asks: it asked something back.
        echo: what was heard was voiced itself.
        deeds: what tools did that a model used.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        turn: str = "",
        woke_at: float | None = None,
        aloud: bool = True,
        channel: str = "voice",
        follows: str | None = None,
        asked: Ask | None = None,
    ) -> None:
        self.id = turn or token_hex(4)
        asked = asked or Ask("")
        self.key, self.conversation, self.memories = asked.key, asked.conversation, asked.memories
        self._piece = asked.piece
        self.aloud = aloud
        self.channel = channel
        self.follows = follows
        self.answer = self.tier = ""
        self.spoken: str | None = None
        self.sounded = False
        self.notes: dict[str, Any] = {}
        self.stopped_by = "stop"
        self.costs = Costs()
        self.sources: Sequence[Source] = ()
        self._rests_on: Privacy = "public"
        self.utterance: Utterance | None = None
        self.heard: Transcript | None = None
        self.heard_out = False
        self.trail = Trail(parts.clock.monotonic)
        self.began = parts.clock.monotonic()
        self.asks = self.echo = False
        self.deeds = Deeds()
        self._message_id = ""
        self._wanted = asyncio.Event()
        self._parts = parts
        self._spoken_s = 0.0
        self._speech: asyncio.Queue[SpeechChunk | SpeechStarted | Utterance] = asyncio.Queue(SPEECH_LIMIT)
        self._hearing = False
        self._began = self.at
        self._marks: dict[str, float] = {} if woke_at is None else {"woke": woke_at}
        self._voice: Voice | None = None
        self._chime: asyncio.Task[None] | None = None
        self._question: asyncio.Task[str | None] | None = None
        self._privacy: Privacy = "public"
        parts.activity.computing(self.id)

    @property
    def at(self) -> float:
        """Seconds of audio time now."""
        return round(self._parts.audio.position() / RATE, 3)

    @property
    def talk(self) -> str:
        """Which talk it belongs to: what was asked back in one is answered in the same one."""
        return " ".join(filter(None, (self.channel, self.key, self.conversation)))

    def emit(self, event: AnyEvent) -> None:
        """Tells everybody."""
        self._parts.bus.emit(event)

    def enter(self, state: str) -> None:
        """Tells everybody what voiced does now: listening, processing, responding or idle; a silent turn, nothing."""
        if self.aloud:
            self.emit(StateChanged(state, at=self.at, turn=self.id))

    def mark(self, name: str, at: float | None = None) -> None:
        """Sets a mark of the timeline, the first time it is reached."""
        self._marks.setdefault(name, self.at if at is None else at)

    @property
    def latency_ms(self) -> float | None:
        """From the end of the question to the first sound of the answer, or to its words where it is silent."""
        at = self._marks.get("first_audio", self._marks.get("answered"))
        # The ear's clock is corrected now and then, by less than a frame.
        return None if at is None else max(0.0, round((at - self._reference) * 1000, 1))

    @property
    def _reference(self) -> float:
        """What the timeline counts from: the end of speech, or the beginning of what was not spoken."""
        return self.utterance.speech_end / RATE if self.utterance else self._began

    def ask(self, question: str, route: Route, privacy: Privacy) -> str:
        """Takes in what was asked and who will be, and begins to keep it; returns the message's id.

        Args:
            question: in the user's words.
            route: who is asked.
            privacy: how private it is; its answer is at least as much so.
        """
        self._privacy = privacy
        self.tier = route.tier
        self.trail.follow(route)
        message = self._message("user", question)
        self._question = self._parts.record.keep(message, conversation=self.conversation)
        self._message_id = message.id
        return message.id

    def want(self) -> None:
        """It is certain what was asked, and that a language model answers it."""
        self._wanted.set()

    async def asked(self) -> str:
        """Waits for that: what was begun in vain ends here. Returns the message's id."""
        await self._wanted.wait()
        return self._message_id

    def used(self, used: Used) -> None:
        """Takes in what became of a tool that a model asked for."""
        self.deeds.take(used)
        sources = list(dict.fromkeys([*self.sources, *self.deeds.sources]))
        self.rest_on(sources, most_private((self._rests_on, toolbox.privacy([used], self._parts.privacy_of))))

    def keep(self) -> asyncio.Task[str | None] | None:
        """Begins to keep what was answered, and what was really said of it; None where nobody has said anything."""
        if not (self._question or self.answer):
            return None
        message = self._message("assistant", self.answer)
        return self._parts.record.keep(message, self._question, self._use(message), self.conversation)

    def _use(self, answer: Message) -> Use:
        """What it took, as far as it is known."""
        heard = (self.utterance.end - self.utterance.start) / RATE if self.utterance else 0.0
        taken = replace(self.costs.figures, heard_s=heard, spoken_s=self._spoken_s)
        model = answer.model or self.costs.model
        return Use(**asdict(taken), id=answer.id, at=answer.at, turn=self.id, model=model, key=self.key)

    def _message(self, role: Role, content: str) -> Message:
        asked = role == "user"
        mode = "announcement" if not (asked or self._question) else "chat" if self.tier == MODEL else "command"
        used = self.costs.answer if self.tier == MODEL and not asked else None
        return Message(
            id=new_id(),
            role=role,
            content=content,
            at=self._parts.clock.now().timestamp(),
            turn=self.id,
            channel=self.channel,
            mode=mode,
            tier=None if asked else self.tier or None,
            model=(used.model or None) if used else None,
            tokens_in=used.tokens_in if used else None,
            tokens_out=used.tokens_out if used else None,
            latency_ms=None if asked else self.latency_ms,
            spoken=self.spoken,
            privacy=most_private(
                (self._privacy, "public" if asked else self._rests_on, self._parts.privacy_of(content))
            ),
            sources=[] if asked else list(self.sources),
            metadata={} if asked else self._metadata(),
        )

    def _metadata(self) -> Metadata:
        """What `voiced why` tells of it, besides."""
        if not self._question:
            return self.notes
        heard = {} if self.heard is None else {"confidence": self.heard.confidence}
        why = {"considered": to_builtins(self.trail.considered), "timeline": to_builtins(self.timeline)}
        return {**heard, **self.notes, **self.deeds.notes, **why}

    @property
    def timeline(self) -> Timeline:
        """Its marks, in seconds after the question."""
        return Timeline(**{name: round(at - self._reference, 3) for name, at in self._marks.items()})

    def feed(self, item: SpeechChunk | SpeechStarted | Utterance) -> None:
        """Takes in what the ear hears of this turn."""
        if isinstance(item, SpeechStarted):
            self._marks["speech_started"] = item.at
        elif isinstance(item, Utterance):
            self.utterance = item
            self.mark("endpoint", item.end / RATE)
        if self._hearing:
            self._parts.activity.computing(self.id)
        # Only a recogniser that hangs lets this fill up; its deadline ends the turn.
        if not self._speech.full():
            self._speech.put_nowait(item)

    async def hear(self) -> SpeechChunk | SpeechStarted | Utterance:
        """Waits for what the ear hears next. Speech that starts again takes back what was taken for speech before."""
        self._hearing = self._speech.empty()
        if self._hearing:
            self._parts.activity.waiting(self.id)
        item = await self._speech.get()
        self._hearing = False
        self.heard_out = isinstance(item, Utterance)
        return item

    async def speech(self, first: SpeechChunk) -> AsyncIterator[SpeechChunk]:
        """The speech from its first chunk to its end, or to where it starts again."""
        item: SpeechChunk | SpeechStarted | Utterance = first
        while isinstance(item, SpeechChunk):
            yield item
            item = await self.hear()

    def chime(self) -> None:
        """Sounds that voiced listens, beside whatever comes next."""
        if Earcon.WOKE in self._parts.earcons:
            who = f"{self.id} chime"
            self._parts.activity.computing(who)
            self._chime = asyncio.create_task(self._sound_chime(who), name=who)

    async def earcon(self, earcon: Earcon, who: str | None = None) -> None:
        """Plays a short sound, if they are on."""
        clip = self._parts.earcons.get(earcon)
        if clip is None or not self.aloud:
            return
        length = round(clip.seconds * RATE)
        heard = False

        def started(played: Played) -> None:
            nonlocal heard
            if not heard:
                heard = True
                self._parts.controls.earcon(played.position, played.position + length)

        await self._play(once(clip), started, who or self.id)

    async def sound(self, clip: Clip) -> None:
        """Plays a sound."""

        def started(_: Played) -> None:
            self.sounded = True

        await self._play(once(clip), started, self.id)

    async def say(self, text: str) -> None:
        """Speaks a text; see `speak`."""
        self.answer = text
        if self.aloud:
            await self.speak(self.voice(once(text)))

    def voice(self, text: AsyncGenerator[str]) -> Voice:
        """What speaks a text that comes piece by piece."""
        return Synthesized(text, self._parts.tts, ready=lambda: self.mark("synthesized"), started=self.speaks)

    async def answered(self, pieces: AsyncGenerator[str]) -> AsyncGenerator[str]:
        """Takes note when the first piece of an answer is there."""
        async with aclosing(pieces):
            async for piece in pieces:
                self.mark("answered")
                if self._piece:
                    self._piece(piece)
                yield piece

    def use(self, used: ChatEnd) -> None:
        """Takes in what a language model needed for the answer, or for one that was begun in vain."""
        self.costs.add(used)
        taken = (used.finish.value, used.tokens_in, used.tokens_out, round(used.seconds, 3))
        self.emit(ModelUsed(used.model, *taken, at=self.at, turn=self.id))

    @property
    def tried(self) -> Tried:
        """Takes in what becomes of each model that is asked."""
        return self.trail.tried

    def rest_on(self, sources: Sequence[Source], privacy: Privacy = "public") -> None:
        """Takes in what the answer rests on, and how private that is."""
        self.sources, self._rests_on = sources, privacy

    async def speak(self, voice: Voice) -> None:
        """Speaks; the `spoken` event tells what was really said, also of an answer that was cut short."""
        if not self.aloud:
            self.answer = await voice.read()
            return
        if self._chime is not None:
            await asyncio.wait([self._chime])
        self._voice = voice
        try:
            with self._parts.controls.talk():
                await self._play(voice.clips(), voice.progress, self.id)
        finally:
            self.mark("spoken")
            self.answer = voice.text
            self._spoken_s += voice.seconds
            self.spoken = None if voice.complete else voice.said
            if "first_audio" in self._marks:
                self.emit(Spoken(voice.said, voice.complete, at=self.at, turn=self.id))
            self._voice = None

    @property
    def saying(self) -> str:
        """What is being said, as far as it is known; empty in silence."""
        return self._voice.text if self._voice else ""

    async def pause(self, seconds: float) -> None:
        """Waits, as somebody who computes nothing."""
        self._parts.activity.waiting(self.id)
        await self._parts.clock.sleep(seconds)
        self._parts.activity.computing(self.id)

    async def end(self) -> None:
        """Ends the turn, with its timeline in seconds after the end of speech."""
        if self._chime is not None and not self._chime.done():
            self._chime.cancel()
            await asyncio.wait([self._chime])
        self.emit(TurnEnded(self.timeline, round(self._reference, 3), at=self.at, turn=self.id))
        self.enter("idle")
        self._parts.activity.waiting(self.id)

    def speaks(self, position: int) -> None:
        """The first sample of an answer has left the speaker, at a position of audio time."""
        self.sounded = True
        if "first_audio" not in self._marks:
            self.mark("first_audio", position / RATE)
            self.enter("responding")
        private = most_private((self._privacy, self._rests_on))
        self.emit(Speaking(self.saying, private, at=round(position / RATE, 3), turn=self.id))

    async def _sound_chime(self, who: str) -> None:
        try:
            await self.earcon(Earcon.WOKE, who)
        except VoicedError as error:
            log.warning("the chime could not be played: %s", error.message)

    async def _play(self, clips: AsyncGenerator[Clip], progress: Callable[[Played], None], who: str) -> None:
        """Plays; whoever asked for it waits meanwhile."""
        self._parts.activity.waiting(who)
        try:
            async with aclosing(clips):
                await self._parts.audio.play(clips, progress)
        finally:
            if who == self.id:
                self._parts.activity.computing(who)


async def once(item: T) -> AsyncGenerator[T]:
    """A stream of one item."""
    yield item

"""Taking turns: the one in progress, what waits for its end, and what is overheard meanwhile.

The wake word, or "stop", cuts a turn short: its task is cancelled and waited for, which silences the speaker.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from msgspec.structs import replace

from voiced.core.commands import Announce, Answered, AnyCommand, Ask, Hush, Ring, Say, Stop
from voiced.core.context import in_turn, whereabouts
from voiced.core.errors import Busy, SkillFailed, StoreFailed, VoicedError
from voiced.core.events import Failed, Interrupted, NearMiss, Signal, SpeechStarted, TalkedOver, Woke
from voiced.core.notes import Note, noted
from voiced.core.speech import Speech
from voiced.core.tasks import vital
from voiced.core.types import Earcon, Purpose, SpeechChunk, Utterance
from voiced.turn.ducking import Ducking
from voiced.turn.inbox import Inbox
from voiced.turn.outcome import answered
from voiced.turn.parts import Parts
from voiced.turn.router import ELSEWHERE
from voiced.turn.turn import Turn

log = logging.getLogger(__name__)

WAITING_LIMIT = 16
"""Questions in writing and announcements that may wait for the turn in progress."""
HELD_LIMIT = 64
"""Announcements that may wait until they may disturb."""
LOOK_S = 60.0
"""How often it is looked whether they may: a clock may be set meanwhile."""
KEPT_S = 2.0
"""How long an answer in writing waits to be kept: a disk that hangs does not make voiced dumb."""
APOLOGIES = {
    "stt-failed": "Sorry, I could not listen to that.",
    "deadline-passed": "Sorry, that took too long.",
    "budget-spent": "Sorry, my budget for that is spent.",
    "too-private": "Sorry, that is too private to ask another machine.",
    "engine-died": "Sorry, a part of me crashed. Please say it again.",
}
"""What is said for an error's code; anything else is `APOLOGY`."""
APOLOGY = "Sorry, something went wrong."
NOT_KEPT = "Sorry, I cannot keep that: it is not set."
"""What is said where a promise could not be saved, or not be called off."""
SNOOZE = "VoicedSnooze"
"""The intent that is heard without a wake word while something rings, besides those that stop."""
STOPPED = "stopped"
"""The code of what ended because somebody said so."""
SHUTDOWN, QUESTION, CALLED_OFF = "shutdown", "a question", "its end"
"""What ends a ring without anybody having heard it."""
FOLLOW_UPS = 2
"""Turns in a row without a wake word: whatever goes wrong, voiced does not talk to a television for long."""
BUSY = Busy("too many things at once")

Wish = Ask | Say | Announce | Ring | None
"""What a turn is for; None is speech."""
Perform = Callable[[Turn, Wish, Parts], Awaitable[str | None]]


class Conversation:
    """Takes what comes in and keeps to one turn at a time.

    Args:
        inbox: poked when a turn has ended; keeps what waits.
        parts: what turns are made with.
        perform: does what a turn is for and tells what was answered.
    """

    def __init__(self, inbox: Inbox, parts: Parts, perform: Perform) -> None:
        self._inbox = inbox
        self._parts = parts
        self._perform = perform
        self._ducking = Ducking(parts.manner, parts.clock)
        self._turn: Turn | None = None
        self._task: asyncio.Task[None] | None = None
        self._overheard: Turn | None = None
        self._overhearing: asyncio.Task[None] | None = None
        self._wish: Wish = None
        self._waiting = inbox.postponed
        self._release: asyncio.Task[None] | None = None
        self._until: float | None = None
        self._asides: set[asyncio.Task[None]] = set()
        self._said: str | None = None
        self._invited: str | None = None
        self._follow_ups = 0

    async def take(self, item: Signal | AnyCommand | None) -> None:
        """Deals with one item of the inbox; returns as soon as what follows runs in a task of its own."""
        match item:
            case Woke():
                await self._wake(item)
            case SpeechStarted() | TalkedOver():
                self._talk_started(item)
            case SpeechChunk() | Utterance():
                self._hear(item)
            case NearMiss():
                self._parts.bus.emit(item)
            case Stop():
                await self._stop_all(item.by)
            case Hush():
                await self._hush(item.promise)
            case Ask(aloud=False):
                await self._answer_aside(item)
            case Ask() | Say() | Announce() | Ring():
                await self._wait(item)
            case None:
                pass
        await self._next()

    async def stop(self, by: str) -> None:
        """Cuts the turn in progress short and waits until it is silent."""
        if self._turn is not None:
            self._turn.stopped_by = by
        for task in (self._overhearing, self._task):
            if task is not None and not task.done():
                task.cancel()
                await asyncio.wait([task])
        self._turn = self._overheard = None

    async def close(self) -> None:
        """Ends everything that goes on."""
        await self.stop(SHUTDOWN)
        self._ducking.close()
        beside = {*self._asides, *([self._release] if self._release else [])}
        for task in beside:
            task.cancel()
        if beside:
            await asyncio.wait(beside)

    async def _wake(self, woke: Woke) -> None:
        """Begins a turn of speech: after the wake word, because somebody asked for it, or for an answer to ours."""
        await self.stop(woke.word or "listen")
        follows = None if woke.word else self._invited
        self._follow_ups = self._follow_ups + 1 if follows is not None else 0
        self._close_ear()
        self._parts.bus.emit(woke)
        self._parts.progress.begin()
        await self._begin(Turn(self._parts, turn=woke.turn or "", woke_at=woke.at, follows=follows), None)

    def _invite(self) -> None:
        """Listens for the answer to what has just been said: the speaker is silent, nothing else is to be done."""
        said, self._said = self._said, None
        if said is not None:
            self._invited = said
            self._parts.controls.listen(self._parts.dialogue.config.follow_up_s)

    def _close_ear(self) -> None:
        """Nobody is invited to answer any more."""
        if self._invited is not None:
            self._parts.controls.forget_listen()
        self._said = self._invited = None

    def _asks(self, turn: Turn) -> bool:
        """Whether the microphone opens for the answer to what a turn said."""
        config = self._parts.dialogue.config
        question = config.follow_up_after == "questions" and turn.answer.rstrip().endswith("?")
        ours = turn.tier != ELSEWHERE  # What is said without the wake word goes nowhere else.
        wanted = self._parts.controls.attention().follow_up and config.follow_up_s > 0
        may = ours and turn.channel == "voice" and wanted and self._follow_ups < FOLLOW_UPS
        return may and (turn.asks or question or turn.echo)

    async def _stop_all(self, by: str) -> None:
        """Ends the turn in progress and what waits for its end; what is due to ring rings all the same."""
        self._close_ear()
        self._parts.dialogue.drop("voice")
        for wish in [wish for wish in self._waiting if not (isinstance(wish, Ring) or self._held(wish))]:
            self._waiting.remove(wish)
            _resolve(wish, VoicedError("stopped before its turn came", code=STOPPED))
        await self.stop(by)

    async def _hush(self, promise: str) -> None:
        """Ends and forgets what rings for a promise, or is told of it and others."""
        for wish in [wish for wish in self._waiting if isinstance(wish, Ring) and promise in wish.promises]:
            self._waiting.remove(wish)
        if self._rings() and isinstance(self._wish, Ring) and promise in self._wish.promises:
            await self.stop(CALLED_OFF)

    def _rings(self) -> bool:
        return isinstance(self._wish, Ring) and self._turn is not None

    async def _answer_aside(self, wish: Ask) -> None:
        """Answers in silence beside whatever goes on: it needs neither the ear nor the speaker."""
        if len(self._asides) >= WAITING_LIMIT:
            _resolve(wish, BUSY)
            return
        turn = Turn(self._parts, aloud=False, channel="text", asked=wish)
        aside = asyncio.create_task(self._whole(turn, wish))
        self._asides.add(aside)
        aside.add_done_callback(self._asides.discard)
        vital(aside)

    async def _begin(self, turn: Turn, wish: Wish) -> None:
        self._turn, self._wish = turn, wish
        rings = isinstance(wish, Ring)
        self._ducking.begin(rings=rings)
        self._parts.manner.begin(rings=rings)
        self._task = asyncio.create_task(self._whole(turn, wish), name=f"turn {turn.id}")
        self._task.add_done_callback(lambda _: self._inbox.poke())
        vital(self._task)
        # Its first step: a task cancelled before that would end without a trace.
        await asyncio.sleep(0)

    async def _next(self) -> None:
        """Begins what is most urgent, once nothing else goes on. Where nothing is, somebody may answer."""
        self._await_release()
        if self._task is not None and not self._task.done():
            return
        due = [wish for wish in self._waiting if not self._held(wish)]
        if not due:
            self._invite()
            return
        self._said = None
        wish = min(due, key=_urgency)
        self._waiting.remove(wish)
        asked = wish if isinstance(wish, Ask) else None
        await self._begin(Turn(self._parts, channel=_channel(wish), asked=asked), wish)

    async def _wait(self, wish: Ask | Say | Announce | Ring) -> None:
        """Keeps a wish for later. A ring gives way to what is more urgent, and goes on afterwards: it may last long."""
        held = self._held(wish)
        waiting = [each for each in self._waiting if not isinstance(each, Ring) and self._held(each) == held]
        if not isinstance(wish, Ring) and len(waiting) >= (HELD_LIMIT if held else WAITING_LIMIT):
            _resolve(wish, BUSY)
            return
        self._waiting.append(wish)
        if isinstance(wish, Announce):
            _resolve(wish, "held" if held else "queued")
        if not held and isinstance(self._wish, Ring) and self._rings() and _urgency(wish) < _urgency(self._wish):
            self._waiting.appendleft(self._wish)
            await self.stop(QUESTION)

    def _held(self, wish: Wish) -> bool:
        """Whether something waits until it may disturb."""
        return isinstance(wish, Announce) and self._parts.manner.quiet.holds(wish.priority)

    def _await_release(self) -> None:
        """Looks again when what is held may be said, unless somebody says so before, or changes when that is."""
        until = self._parts.manner.quiet.do_not_disturb.until
        waits = self._release is not None and not self._release.done()
        if not any(map(self._held, self._waiting)) or (waits and until == self._until):
            return
        if self._release is not None:
            self._release.cancel()
        self._until = until
        self._release = asyncio.create_task(self._released(until), name="until it may disturb")
        vital(self._release)

    async def _released(self, until: float | None) -> None:
        if until is not None:
            while (left := until - self._parts.clock.wall()) > 0:
                await self._parts.clock.sleep(min(left, LOOK_S))
            self._inbox.poke()

    def _talk_started(self, event: SpeechStarted | TalkedOver) -> None:
        if self._turn is None:
            return
        if isinstance(event, TalkedOver):
            if self._ducking.duck():
                self._parts.bus.emit(replace(event, turn=self._turn.id))
        elif event.turn == self._turn.id:
            self._turn.feed(event)
            self._parts.bus.emit(event)

    def _hear(self, item: SpeechChunk | Utterance) -> None:
        if self._turn is not None and item.turn == self._turn.id:
            self._turn.feed(item)
        elif item.purpose is Purpose.INTERRUPTION:
            self._overhear(item)

    def _overhear(self, item: SpeechChunk | Utterance) -> None:
        """Listens for a bare "stop" or "snooze" while the turn in progress speaks or rings."""
        if self._overheard is None or self._overheard.id != item.turn:
            if self._overhearing is not None:
                self._overhearing.cancel()
            self._overheard = Turn(self._parts, turn=item.turn)
            self._overhearing = asyncio.create_task(self._heed(self._overheard), name=f"overheard {item.turn}")
            vital(self._overhearing)
        self._overheard.feed(item)

    async def _heed(self, overheard: Turn) -> None:
        try:
            if isinstance(first := await overheard.hear(), SpeechChunk):
                heard = await self._parts.stt.transcribe(overheard.speech(first), Purpose.INTERRUPTION)
                # What voiced says itself is no order, whatever comes back through the microphone.
                own = self._turn is not None and heard.text in self._turn.saying.lower()
                if heard.text and not own and (order := self._order(heard.text)):
                    await self._inbox.put(order)
        except VoicedError as error:
            log.warning("what was said meanwhile could not be heard: %s", error)
        finally:
            self._parts.activity.waiting(overheard.id)

    def _order(self, text: str) -> Stop | Ask | None:
        """What is overheard is an order to stop, or to snooze: that is none where nothing rings."""
        snoozes = (understood := self._parts.dialogue.understand(text)) and understood.intent == SNOOZE
        return (Ask(text) if self._rings() else None) if snoozes else Stop(text)

    async def _whole(self, turn: Turn, wish: Wish) -> None:
        """One turn and its boundary: whatever happens, it is kept, ends with `turn_ended` and leaves nothing behind."""
        with in_turn(turn.id):
            await self._all_of(turn, wish)

    async def _all_of(self, turn: Turn, wish: Wish) -> None:
        try:
            result = await self._outcome(turn, wish)
            if not isinstance(result, VoicedError) and self._asks(turn):
                self._said = turn.answer or turn.follows
            # A ring that nobody could hear was not said.
            kept = turn.keep() if turn.sounded or not isinstance(wish, Ring) else None
            if kept and isinstance(wish, Ask):
                # Who asks in writing is answered when both sides are on the disk; who listens need not wait for it.
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([kept], timeout=KEPT_S)
            if isinstance(wish, Ring):
                _tell(wish, turn, result)
            elif isinstance(wish, Ask) and not isinstance(result, VoicedError):
                _resolve(wish, answered(turn, result, kept))
            else:
                _resolve(wish, result)
        finally:
            await turn.end()
            if self._turn is turn:
                self._turn = None
            if self._parts.thinking:
                self._parts.thinking.expect()

    async def _outcome(self, turn: Turn, wish: Wish) -> str | VoicedError | None:
        """Does what a turn is for; an error has then been told to everybody."""
        try:
            return await self._perform(turn, wish, self._parts)
        except asyncio.CancelledError:
            turn.emit(Interrupted(turn.stopped_by, at=turn.at, turn=turn.id))
            return VoicedError(f"stopped by {turn.stopped_by}", code=STOPPED)
        except VoicedError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 (the turn's boundary: a turn may fail, the daemon may not)
            log.error("turn failed, which is a fault of voiced:\n%s", whereabouts(error))  # noqa: TRY400
            hint = "This is a fault of voiced: please report it."
            failure = VoicedError(f"{type(error).__name__}: {error}", hint=hint)
        await self._fail(turn, failure)
        return failure

    async def _fail(self, turn: Turn, error: VoicedError) -> None:
        """Tells everybody, and the user in a few words."""
        # What a skill, or a fault, says of it may be in the user's own words.
        own = isinstance(error, SkillFailed) or error.code == VoicedError.code
        told = not own and self._parts.may_log(error.message)
        reason = f"{error.message} ({error.code})" if told else error.code
        log.warning("turn failed: %s", reason, extra=noted(Note.TURN_FAILED, route=turn.tier, code=error.code))
        turn.emit(Failed(error.code, error.message, error.hint, at=turn.at, turn=turn.id))
        try:
            await turn.earcon(Earcon.ERROR)
            await turn.say(_apology(self._parts.speech, error))
        except VoicedError as second:
            log.warning("nor could that be said: %s", second.message)
        except asyncio.CancelledError:
            turn.emit(Interrupted(turn.stopped_by, at=turn.at, turn=turn.id))


def _urgency(wish: Ask | Say | Announce | Ring) -> int:
    """What comes first of what waits: the least."""
    if isinstance(wish, Announce):
        return {"high": 0, "normal": 1, "low": 3}[wish.priority]
    return 2 if isinstance(wish, Ring) else 1


def _channel(wish: Ask | Say | Announce | Ring) -> str:
    return "promise" if isinstance(wish, Ring) else "announcement" if isinstance(wish, Announce) else "text"


def _apology(speech: Speech, error: VoicedError) -> str:
    if isinstance(error, SkillFailed):
        return speech.excuse(error)
    return speech.say(NOT_KEPT if isinstance(error, StoreFailed) else APOLOGIES.get(error.code, APOLOGY))


def _tell(ring: Ring, turn: Turn, result: str | VoicedError | None) -> None:
    """Tells whether a ring was heard; one that gives way to something else is neither heard nor over."""
    if isinstance(result, str):
        ring.told("heard")
    elif result is None or result.code != STOPPED:
        ring.told("unheard")
    elif turn.stopped_by not in (SHUTDOWN, QUESTION, CALLED_OFF):
        ring.told("heard" if turn.sounded else "unheard")


def _resolve(wish: Ask | Say | Announce | None, result: Answered | str | VoicedError | None) -> None:
    """Gives whoever waits its result."""
    done: asyncio.Future[Any] | None = wish.done if wish else None
    if done is None or done.done():
        return
    if isinstance(result, VoicedError):
        done.set_exception(result)
    else:
        done.set_result(result)

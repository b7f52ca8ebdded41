"""The way of one turn, top to bottom: `converse` takes turns, `answer` is one of them."""

import logging

from msgspec.structs import replace

from voiced.core.commands import Ask, Ring, Say
from voiced.core.errors import VoicedError
from voiced.core.events import Heard, NotUnderstood, Routed
from voiced.core.types import Earcon, EndReason, Purpose, SpeechChunk, Transcript
from voiced.turn.conversation import Conversation
from voiced.turn.inbox import Inbox
from voiced.turn.parts import Parts
from voiced.turn.router import MODEL, NONE, Route, route
from voiced.turn.speculation import Speculation
from voiced.turn.thinking import Thinking
from voiced.turn.turn import Turn
from voiced.turn.voice import Voice

log = logging.getLogger(__name__)

RING_PAUSE_S = 1.5


async def converse(inbox: Inbox, parts: Parts) -> None:
    """Takes turns, one at a time and for ever: until it is cancelled, which ends the turn in progress."""
    conversation = Conversation(inbox, parts, perform)
    try:
        while True:
            item = await inbox.get()
            await conversation.take(item)
            inbox.done()
    finally:
        await conversation.close()


async def perform(turn: Turn, wish: Ask | Say | Ring | None, parts: Parts) -> str | None:
    """Does what a turn is for (None: speech, which is about to come) and tells what was answered, if anything."""
    match wish:
        case None:
            return await listen(turn, parts)
        case Ask(text):
            return await answer(turn, text, parts)
        case Say(text):
            await turn.say(text)
            return text
        case Ring():
            return await ring(turn, wish, parts)


async def listen(turn: Turn, parts: Parts) -> str | None:
    """Speech to text, while the user speaks; then the answer, which may have been begun before."""
    turn.enter("listening")
    turn.chime()
    if parts.thinking:
        parts.thinking.expect()
    transcript = Transcript("")
    async with Speculation(lambda question: think_ahead(turn, question, parts)) as speculation:

        def partial(heard: Transcript) -> None:
            parts.progress.update(heard)
            speculation.hear(heard)

        while not turn.heard_out and not (turn.utterance and transcript.text):
            item = await turn.hear()
            if isinstance(item, SpeechChunk):
                transcript = await parts.stt.transcribe(turn.speech(item), Purpose.COMMAND, partial)
        turn.mark("transcribed")
        reason = turn.utterance.reason if turn.utterance else EndReason.CLOSED
        if reason is EndReason.NOTHING_SAID:
            return await not_understood(turn, "nothing was said")
        if not transcript.text:
            return await not_understood(turn, "no command that I know")
        turn.emit(Heard(transcript.text, transcript.confidence, reason, at=turn.at, turn=turn.id))
        return await answer(turn, transcript.text, parts, speculation.take(transcript.text))


async def answer(turn: Turn, text: str, parts: Parts, begun: Voice | None = None) -> str | None:
    """Text to answer, done and spoken; returns its words, or None where nobody knows one."""
    turn.enter("processing")
    chosen = choose(text, parts)
    turn.tier = chosen.tier
    message = turn.ask(text)
    turn.mark("routed")
    understood = chosen.understood
    if begun is None:
        turn.rest_on(())  # Another answer may have been begun, and thrown away.
    if chosen.tier == MODEL and parts.thinking:
        return await think(turn, text, parts.thinking, begun)
    if chosen.tier == NONE or understood is None:
        return await not_understood(turn, "no command that I know")
    turn.notes = {"intent": understood.intent, "slots": understood.slots}
    turn.emit(Routed(chosen.tier, understood.intent, understood.slots, at=turn.at, turn=turn.id))
    reply = await parts.skills[understood.intent].answer(replace(understood, message=message))
    turn.answer = reply.text
    turn.rest_on(reply.sources)
    turn.mark("answered")
    if reply.text:
        await turn.say(reply.text)
    else:
        await turn.earcon(Earcon.DONE)
    return reply.text


def choose(text: str, parts: Parts) -> Route:
    """Who answers."""
    return route(text, parts.understand, frozenset(parts.skills), model=parts.thinking is not None)


async def think(turn: Turn, text: str, thinking: Thinking, begun: Voice | None) -> str | None:
    """A language model's answer, spoken while it is made; returns its words."""
    turn.emit(Routed(MODEL, "", {}, at=turn.at, turn=turn.id))
    if begun:
        turn.mark("answered")
    voice = begun or turn.voice(turn.answered(thinking.answer(text, turn.id, turn.use, turn.key, turn.rest_on)))
    await turn.speak(voice)
    if not turn.answer.strip():
        return await not_understood(turn, "the language model said nothing")
    return turn.answer


def think_ahead(turn: Turn, question: str, parts: Parts) -> Voice | None:
    """Begins a language model's answer to what may be the whole question; None for what others answer."""
    if parts.thinking is None or not parts.thinking.ahead or choose(question, parts).tier != MODEL:
        return None
    voice = turn.voice(parts.thinking.answer(question, turn.id, turn.use, turn.key, turn.rest_on))
    voice.begin()
    return voice


async def not_understood(turn: Turn, reason: str) -> None:
    """There is nothing to answer: a sound says so, and an event why."""
    turn.emit(NotUnderstood(reason, at=turn.at, turn=turn.id))
    await turn.earcon(Earcon.ERROR)


async def ring(turn: Turn, wish: Ring, parts: Parts) -> str | None:
    """Sounds and speaks until it is stopped or its time is over; returns its words, or None if nobody can have heard.

    A speaker or a voice that fails is tried again.
    """
    sounded, failures = False, 0
    until = parts.clock.monotonic() + wish.seconds
    wish.told("begun")
    with parts.controls.talk():
        while True:
            try:
                if wish.sound is not None:
                    await turn.sound(wish.sound)
                    sounded = True
                await turn.say(wish.text)
                sounded = True
            except VoicedError as error:
                failures += 1
                if failures == 1:
                    log.warning("turn %s: what is due cannot be heard: %s (%s)", turn.id, error.message, error.code)
            if parts.clock.monotonic() >= until:
                return wish.text if sounded else None
            await turn.pause(RING_PAUSE_S)

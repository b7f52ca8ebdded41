"""The way of one turn, top to bottom: `converse` takes turns, `answer` is one of them."""

import logging

from voiced.core.commands import Ask, Ring, Say
from voiced.core.errors import VoicedError
from voiced.core.events import Heard, NotUnderstood, Routed
from voiced.core.types import Earcon, EndReason, Purpose, SpeechChunk, Transcript
from voiced.turn.conversation import Conversation
from voiced.turn.inbox import Inbox
from voiced.turn.parts import Parts
from voiced.turn.router import route
from voiced.turn.turn import Turn

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
    """Speech to text, while the user speaks; then the answer."""
    turn.enter("listening")
    turn.chime()
    transcript = Transcript("")
    while turn.utterance is None:
        item = await turn.hear()
        if isinstance(item, SpeechChunk):
            transcript = await parts.stt.transcribe(turn.speech(item), Purpose.COMMAND, parts.progress.update)
    turn.mark("transcribed")
    reason = turn.utterance.reason
    if reason is EndReason.NOTHING_SAID:
        return await not_understood(turn, "nothing was said")
    if not transcript.text:
        return await not_understood(turn, "no command that I know")
    turn.emit(Heard(transcript.text, transcript.confidence, reason, at=turn.at, turn=turn.id))
    return await answer(turn, transcript.text, parts)


async def answer(turn: Turn, text: str, parts: Parts) -> str | None:
    """Text to answer, done and spoken; returns its words, or None where nobody knows one."""
    turn.enter("processing")
    turn.ask(text)
    chosen = route(text, parts.understand, frozenset(parts.skills))
    turn.tier = chosen.tier
    turn.mark("routed")
    if chosen.tier == "none" or chosen.understood is None:
        return await not_understood(turn, "no command that I know")
    understood = chosen.understood
    turn.notes = {"intent": understood.intent, "slots": understood.slots}
    turn.emit(Routed(chosen.tier, understood.intent, understood.slots, at=turn.at, turn=turn.id))
    reply = await parts.skills[understood.intent].answer(understood)
    turn.answer = reply.text
    turn.mark("answered")
    if reply.text:
        await turn.say(reply.text)
    else:
        await turn.earcon(Earcon.DONE)
    return reply.text


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

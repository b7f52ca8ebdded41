"""The way of one turn, top to bottom: `converse` takes turns, `answer` is one of them."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from msgspec.structs import replace

from voiced.core.commands import Announce, Ask, Ring, Say
from voiced.core.errors import HomeFailed, VoicedError
from voiced.core.events import NOTHING_SAID, Heard, NotUnderstood, Routed
from voiced.core.ports.elsewhere import Elsewhere
from voiced.core.ports.home import Assist
from voiced.core.questions import asks
from voiced.core.types import Clip, Earcon, EndReason, Purpose, SpeechChunk, Transcript, Understanding
from voiced.turn.conversation import Conversation
from voiced.turn.inbox import Inbox
from voiced.turn.parts import Parts
from voiced.turn.router import ASSIST, ELSEWHERE, MODEL, NONE, RULES, Route, Sentence, Tiers
from voiced.turn.speculation import Speculation
from voiced.turn.streams import led
from voiced.turn.thinking import Thinking
from voiced.turn.turn import Turn
from voiced.turn.voice import Relayed, Voice

log = logging.getLogger(__name__)

RING_PAUSE_S = 1.5
RECALL = "VoicedRecall"
"""What a note answers, whatever the question."""


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


async def perform(turn: Turn, wish: Ask | Say | Announce | Ring | None, parts: Parts) -> str | None:
    """Does what a turn is for (None: speech, which is about to come) and tells what was answered, if anything."""
    match wish:
        case None:
            return await listen(turn, parts)
        case Ask(text):
            return await answer(turn, text, parts)
        case Say(text, sound=Clip() as sound):
            await turn.sound(sound)
            return text
        case Say(text):
            await turn.say(text)
            return text
        case Announce(text):
            await turn.earcon(Earcon.ANNOUNCE)
            await turn.say(text)
            return text
        case Ring():
            return await ring(turn, wish, parts)


async def listen(turn: Turn, parts: Parts) -> str | None:
    """Speech to text, while the user speaks; then the answer, which may have been begun before."""
    turn.enter("listening")
    turn.chime()
    # What follows an answer of ours is for us, and may be our own echo: nothing leaves without the wake word.
    if turn.follows is None and (elsewhere := parts.elsewhere()) and elsewhere.ready:
        return await hand_over(turn, parts, elsewhere)
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
            return await not_understood(turn, NOTHING_SAID)
        if not transcript.text:
            return await not_understood(turn, "no command that I know")
        turn.heard = transcript
        if turn.follows is not None and parts.dialogue.is_own(transcript.text, turn.follows, turn.talk, turn.began):
            turn.echo = True
            return await not_understood(turn, "it was voiced itself")
        turn.emit(Heard(transcript.text, transcript.confidence, reason, at=turn.at, turn=turn.id))
        return await answer(turn, transcript.text, parts, speculation.take(transcript.text))


async def hand_over(turn: Turn, parts: Parts, elsewhere: Elsewhere) -> str | None:
    """Somebody else recognises the speech and answers it; what was heard and said is kept and told as always."""
    turn.tier = ELSEWHERE
    while not isinstance(first := await turn.hear(), SpeechChunk):
        if turn.heard_out:
            return await not_understood(turn, NOTHING_SAID)
    async with aclosing(elsewhere.converse(all_speech(turn, first))) as told:
        begun: str | Clip | None = None
        async for each in told:
            if not isinstance(each, Transcript):
                begun = each
                break
            taken_in(turn, each, parts)
        if begun is None:
            return await not_understood(turn, "there was no answer")
        turn.mark("answered")
        answer = Relayed(led(begun, told), ready=lambda: turn.mark("synthesized"), started=turn.speaks)
        await turn.speak(answer)
    if not (answer.text or answer.seconds):
        return await not_understood(turn, "there was no answer")
    await elsewhere.played()
    return answer.text


async def all_speech(turn: Turn, first: SpeechChunk) -> AsyncGenerator[SpeechChunk]:
    """The speech to its end: what turns out to be no part of it has been sent by then."""
    yield first
    while not turn.heard_out:
        if isinstance(item := await turn.hear(), SpeechChunk):
            yield item


def taken_in(turn: Turn, heard: Transcript, parts: Parts) -> None:
    """Takes in what somebody else has understood."""
    turn.heard = heard
    turn.mark("transcribed")
    reason = turn.utterance.reason if turn.utterance else None
    turn.emit(Heard(heard.text, heard.confidence, reason, at=turn.at, turn=turn.id))
    turn.enter("processing")
    turn.ask(heard.text, Route(), parts.privacy_of(heard.text))
    routed(turn, ELSEWHERE)


async def answer(turn: Turn, text: str, parts: Parts, begun: Voice | None = None) -> str | None:
    """Text to answer, done and spoken; returns its words, or None where nobody knows one."""
    turn.enter("processing")
    sentence = read(turn, text, parts)
    # An answer that is begun was paid for.
    spent = await parts.thinking.spent(turn.key) if parts.thinking and not (begun or sentence.understood) else ""
    chosen = choose(sentence, parts, spent)
    parts.dialogue.drop(turn.talk)  # It is answered now, or nobody wants to.
    message = turn.ask(text, chosen, sentence.privacy)
    turn.mark("routed")
    if begun is None or not chosen.models:
        turn.rest_on(())  # Another answer may have been begun, and thrown away.
    if chosen.tier == RULES and sentence.understood:
        return await act(turn, replace(sentence.understood, message=message), parts)
    failure = chosen.refusal
    if chosen.tier == ASSIST and parts.assist:
        try:
            if (said := await ask_home(turn, text, parts.assist)) is not None:
                return said
        except HomeFailed as error:
            turn.trail.failed(ASSIST, "", error)
            failure = error
    if chosen.models and parts.thinking:
        return await think(turn, text, parts, parts.thinking, chosen.models, begun)
    turn.tier = NONE
    if failure:
        raise failure
    return await nobody_knows(turn, text, "no command that I know", parts)


def read(turn: Turn, text: str, parts: Parts) -> Sentence:
    """What is known of a sentence before anybody is asked."""
    confidence = turn.heard.confidence if turn.heard else 1.0
    meaning = parts.dialogue.mean(text, turn.talk, turn.began)
    return Sentence(text, meaning.understood, meaning.why, confidence, turn.channel, parts.privacy_of(text))


def choose(sentence: Sentence, parts: Parts, spent: str = "") -> Route:
    """Who is asked."""
    models = parts.thinking.states() if parts.thinking else ()
    tiers = Tiers(frozenset(parts.skills), parts.assist is not None, models, spent)
    return parts.router.route(sentence, tiers)


async def act(turn: Turn, understood: Understanding, parts: Parts) -> str:
    """A skill does what was understood, and says so; returns its words."""
    turn.notes = {"intent": understood.intent, "slots": understood.slots}
    routed(turn, RULES, understood)
    reply = await parts.skills[understood.intent].answer(understood)
    turn.notes |= reply.notes
    turn.rest_on(reply.sources, reply.privacy)
    turn.asks = reply.asks is not None
    parts.dialogue.acted(understood, turn.talk, parts.clock.monotonic(), reply.undo)
    parts.dialogue.ask(reply.asks, turn.talk)
    try:
        await tell(turn, reply.text)
    finally:
        parts.dialogue.said(turn.talk, parts.clock.monotonic())
    return reply.text


async def ask_home(turn: Turn, text: str, assist: Assist) -> str | None:
    """Home Assistant's answer; returns its words, or None where it is not for it.

    Raises:
        HomeFailed: there is none.
    """
    said = await assist.ask(text, turn.talk)
    if said is None:
        turn.trail.declined(ASSIST, "it did not understand")
        return None
    routed(turn, ASSIST)
    turn.rest_on(())  # A model's answer may have been begun.
    await tell(turn, said)
    return said


async def tell(turn: Turn, text: str) -> None:
    """Says an answer that is there as a whole; one without words is a sound."""
    turn.answer = text
    turn.mark("answered")
    if text:
        await turn.say(text)
    else:
        await turn.earcon(Earcon.DONE)


def routed(turn: Turn, tier: str, understood: Understanding | None = None, reason: str = "") -> None:
    """Tells everybody who answers, and why where that is more than the route says."""
    turn.tier = tier
    if tier != MODEL:
        turn.trail.answered(tier, reason=reason)
    intent, slots = (understood.intent, understood.slots) if understood else ("", {})
    turn.emit(Routed(tier, intent, slots, turn.trail.considered, at=turn.at, turn=turn.id))


async def think(
    turn: Turn, text: str, parts: Parts, thinking: Thinking, models: Sequence[str], begun: Voice | None
) -> str | None:
    """A language model's answer, spoken while it is made; returns its words."""
    routed(turn, MODEL)
    turn.want()
    if begun:
        turn.mark("answered")
    else:
        turn.trail.think()
    try:
        await turn.speak(begun or turn.voice(turn.answered(thinking.answer(text, models, turn))))
    finally:
        turn.asks = turn.deeds.asks is not None
        parts.dialogue.ask(turn.deeds.asks, turn.talk)
        parts.dialogue.said(turn.talk, parts.clock.monotonic())
    if turn.answer.strip():
        return turn.answer
    if turn.deeds.acted:  # By a skill that says nothing.
        await turn.earcon(Earcon.DONE)
        return ""
    return await nobody_knows(turn, text, "the language model said nothing", parts)


def think_ahead(turn: Turn, question: str, parts: Parts) -> Voice | None:
    """Begins a language model's answer to what may be the whole question; None for what others answer."""
    if parts.thinking is None or not parts.thinking.ahead:
        return None
    route = choose(read(turn, question, parts), parts)
    if route.tier == RULES or not route.models:
        return None
    turn.trail.think()
    voice = turn.voice(parts.thinking.answer(question, route.models, turn))
    voice.begin()
    return voice


async def nobody_knows(turn: Turn, text: str, reason: str, parts: Parts) -> str | None:
    """A question that no note answers either is told so in words, whatever else was said with a sound."""
    if not asks(text):
        return await not_understood(turn, reason)
    if noted := await parts.recollect(text):
        routed(turn, RULES, Understanding(RECALL, {"topic": text}, text), "a note does")
        turn.rest_on(noted.sources, noted.privacy)
        await tell(turn, noted.text)
        return noted.text
    turn.emit(NotUnderstood(reason, at=turn.at, turn=turn.id))
    unknown = parts.speech.say("Sorry, I do not know that.")
    await turn.say(unknown)
    return unknown


async def not_understood(turn: Turn, reason: str) -> None:
    """There is nothing to answer: an event says why, and a sound, where somebody said the wake word for it."""
    turn.emit(NotUnderstood(reason, at=turn.at, turn=turn.id))
    if turn.follows is None:
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
                    log.warning("what is due cannot be heard: %s (%s)", error.message, error.code)
            if parts.clock.monotonic() >= until:
                return wish.text if sounded else None
            await turn.pause(RING_PAUSE_S)

"""One engine for the room and for others: the room never waits, and nothing of what others asked is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from tests.fakes.engines import CountingTts, ScriptedStt
from voiced.core.errors import SttFailed, VoicedError
from voiced.core.types import SpeechChunk, Transcript
from voiced.engines import shared
from voiced.engines.shared import PIECE, RightOfWay, SharedStt, SharedTts


class SlowStt:
    """Needs a nod for each utterance of others, and tells how many of them it hears at a time."""

    def __init__(self) -> None:
        self.nod = asyncio.Event()
        self.begun: list[str] = []
        self.open = self.most = 0

    async def transcribe(self, speech, *_: object) -> Transcript:
        chunks = [chunk async for chunk in speech]
        turn = chunks[0].turn
        self.begun.append(turn)
        if turn != "room":
            self.open += 1
            self.most = max(self.most, self.open)
            try:
                await self.nod.wait()
            finally:
                self.open -= 1
        return Transcript(turn, until=sum(len(chunk.samples) for chunk in chunks) // 2)

    async def close(self) -> None: ...


async def said(turn: str, size: int = PIECE) -> AsyncIterator[SpeechChunk]:
    yield SpeechChunk(turn, bytes(size), 0)


def run(work) -> object:
    async def bounded() -> object:
        async with asyncio.timeout(30):
            return await work()

    return asyncio.run(bounded())


async def settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


def test_the_room_is_heard_at_once_and_others_again_from_their_beginning():
    async def work():
        slow = SlowStt()
        stt = SharedStt(slow)
        first, second = (
            asyncio.create_task(stt.elsewhere.transcribe(said(name, 5 * PIECE))) for name in ("first", "second")
        )
        await settle()
        assert slow.begun == ["first"]
        assert (await stt.transcribe(said("room"))).text == "room"
        assert slow.begun == ["first", "room"]
        await settle()
        slow.nod.set()
        heard = [await first, await second]
        return heard, slow

    heard, slow = run(work)
    assert [(each.text, each.until) for each in heard] == [("first", 5 * PIECE // 2), ("second", 5 * PIECE // 2)]
    assert slow.begun == ["first", "room", "first", "second"]
    assert slow.most == 1


def test_others_wait_while_the_room_talks_and_are_told_when_it_takes_too_long(monkeypatch):
    monkeypatch.setattr(shared, "PATIENCE_S", 0.01)

    async def work():
        way = RightOfWay()
        with way.here(), pytest.raises(VoicedError, match="others are talking") as failure:
            await way.elsewhere(asyncio.Event().wait)
        return failure.value.code, await way.elsewhere(lambda: asyncio.sleep(0, "done"))

    assert run(work) == ("busy", "done")


def test_what_fails_fails_for_whoever_asked_alone():
    async def work():
        stt = SharedStt(ScriptedStt(ScriptedStt.FAIL, "hello"))
        with pytest.raises(SttFailed):
            await stt.elsewhere.transcribe(said("x"))
        return (await stt.elsewhere.transcribe(said("x"))).text

    assert run(work) == "hello"


def test_who_gives_up_leaves_the_engine_to_the_next():
    async def work():
        slow = SlowStt()
        stt = SharedStt(slow)
        task = asyncio.create_task(stt.elsewhere.transcribe(said("gone")))
        await settle()
        task.cancel()
        await asyncio.wait([task])
        slow.nod.set()
        return slow.open, (await stt.elsewhere.transcribe(said("next"))).text

    assert run(work) == (0, "next")


def test_a_voice_that_others_use_is_free_before_they_have_listened():
    async def work():
        voice = CountingTts()
        tts = SharedTts(voice)
        async with aclosing(tts.elsewhere.synthesize("Hello there.")) as clips:
            first = await anext(clips)
            assert voice.open == 0
            async with aclosing(tts.synthesize("Here.")) as own:
                return first.seconds > 0, [clip async for clip in own] != []

    assert run(work) == (True, True)

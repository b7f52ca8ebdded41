"""What is done on one connection: requests one after the other; what is asked about voiced itself, at once."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing
from typing import Any

from voiced.control.wyoming.connection import Connection
from voiced.control.wyoming.services import USUAL, Services, Sound
from voiced.control.wyoming.waking import Waking
from voiced.core.errors import Busy, InputInvalid, VoicedError, WireBroken
from voiced.core.ids import new_id
from voiced.core.tasks import together
from voiced.core.types import RATE, SAMPLE_BYTES, Clip, SpeechChunk
from voiced.core.wire import Message

WAITING = 4
"""Requests that may wait for the one in progress."""
TEXT_LIMIT = 10_000
"""Characters of a text that is spoken or answered, and of an answer."""
NAME_LIMIT = 1_000
"""Characters of a conversation's id."""
NAMES_LIMIT = 64
"""Wake words that are listened for at a time."""
LONGEST_PIECE = 300
"""Characters that are spoken at a time: others wait meanwhile."""
CHUNK = 16 * 1024
"""Bytes of sound in a frame."""
QUIET_RATE = 22_050
"""The rate of no sound at all."""

Work = Callable[[], Awaitable[None]]


class Session:
    """One connection.

    Args:
        connection: to the client.
        services: what is done for it.

    Attributes:
        connection: as it was given.
        busy: something is being done.
    """

    def __init__(self, connection: Connection, services: Services) -> None:
        self.connection, self._services = connection, services
        self.busy = False
        self._works: asyncio.Queue[Work] = asyncio.Queue(WAITING)
        self._sound: Sound | None = None
        self._heard = bytearray()
        self._texts: _Texts | None = None
        self._waking = Waking(connection, services)
        self._wakes = False

    async def run(self) -> None:
        """Serves the client until it hangs up, or something fails, which it is told.

        Raises:
            WireBroken: it does not keep to the protocol, or does not read.
        """
        try:
            await together(self._listen(), self._do(), self._waking.run())
        except WireBroken:
            raise
        except VoicedError as error:
            # Clients wait for an answer for ever unless the connection ends.
            await self.connection.send("error", {"text": error.message, "code": error.code})

    async def _listen(self) -> None:
        while message := await self.connection.receive():
            match message.type:
                case "ping":
                    await self.connection.send("pong", {"text": _text(message.data, "text", NAME_LIMIT)})
                case "describe":
                    await self.connection.send("info", self._services.info())
                case "detect":
                    self._wakes, self._waking.names = True, _names(message.data)
                case "transcribe":
                    self._wakes = False
                case "audio-start" | "audio-chunk" | "audio-stop" if self._wakes:
                    await self._waking.hear(message)
                case "audio-start" | "audio-chunk" | "audio-stop":
                    self._hear(message)
                case "transcript":
                    self._begin(lambda data=message.data: self._handle(data))
                case _ if message.type.startswith("synthesize"):
                    self._read(message)
                case _:
                    pass  # Of another version, or about what is not offered.

    async def _do(self) -> None:
        while True:
            work = await self._works.get()
            self.busy = True
            await work()
            self.busy = False

    def _begin(self, work: Work) -> None:
        try:
            self._works.put_nowait(work)
        except asyncio.QueueFull:
            raise Busy("too many things at once", hint="Wait for an answer.") from None

    def _hear(self, message: Message) -> None:
        """Takes in sound; what is longer than an utterance may be is not heard."""
        if message.type == "audio-start" or self._sound is None:
            self._sound, self._heard = self._services.sound(USUAL | message.data), bytearray()
        room = round(self._services.longest_s * RATE) * SAMPLE_BYTES - len(self._heard)
        if message.type == "audio-chunk" and room > 0:
            self._heard += self._sound.feed(message.payload)[:room]
        if message.type == "audio-stop":
            speech = bytes(self._heard) + self._sound.flush()[: max(0, room)]
            self._sound, self._heard = None, bytearray()
            self._begin(lambda: self._transcribe(speech))

    async def _transcribe(self, speech: bytes) -> None:
        text = (await self._services.stt.transcribe(_once(SpeechChunk("wyoming", speech, 0)))).text if speech else ""
        await self.connection.send("transcript", {"text": text, "language": self._services.language})

    async def _handle(self, data: Mapping[str, Any]) -> None:
        """Answers a text. Whoever names no conversation gets the name of a new one."""
        context = data.get("context")
        named = _text(context, "conversation_id", NAME_LIMIT) if isinstance(context, dict) else ""
        conversation = named or new_id()
        kind = "not-handled"
        try:
            said = await self._services.ask(_text(data, "text", TEXT_LIMIT), conversation)
            kind, said = ("handled", said) if said is not None else (kind, self._services.unknown)
        except InputInvalid:
            raise
        except VoicedError:
            said = self._services.apology
        await self.connection.send(kind, {"text": said[:TEXT_LIMIT], "context": {"conversation_id": conversation}})

    def _read(self, message: Message) -> None:
        """Takes in a text to speak, as a whole or in parts: the whole follows them, for servers that know no parts."""
        match message.type:
            case "synthesize-start":
                texts = self._texts = _Texts()
                self._begin(lambda: self._speak(texts.all(), parts=True))
            case "synthesize-chunk" if self._texts:
                self._texts.add(_text(message.data, "text", TEXT_LIMIT))
            case "synthesize-stop" if self._texts:
                self._texts.end()
                self._texts = None
            case "synthesize" if not self._texts:
                text = _text(message.data, "text", TEXT_LIMIT)
                self._begin(lambda: self._speak(_once(text), parts=False))
            case _:
                pass

    async def _speak(self, texts: AsyncIterator[str], *, parts: bool) -> None:
        began = False
        async for piece in self._pieces(texts):
            async with aclosing(self._services.tts.synthesize(piece)) as clips:
                async for clip in clips:
                    if not began:
                        await self.connection.send("audio-start", _form(clip.rate))
                        began = True
                    for chunk in _chunks(clip):
                        await self.connection.send("audio-chunk", _form(clip.rate), chunk)
        if not began:
            await self.connection.send("audio-start", _form(QUIET_RATE))
        await self.connection.send("audio-stop")
        if parts:
            await self.connection.send("synthesize-stopped")

    async def _pieces(self, texts: AsyncIterator[str]) -> AsyncGenerator[str]:
        splitter = self._services.splitter()
        async for text in texts:
            for piece in splitter.feed(text):
                for short in _short(piece):
                    yield short
        for piece in splitter.finish():
            for short in _short(piece):
                yield short


class _Texts:
    """A text that comes in parts, until it ends. Nobody gets to send more than may be spoken."""

    def __init__(self) -> None:
        self._parts: asyncio.Queue[str | None] = asyncio.Queue()
        self._room = TEXT_LIMIT

    def add(self, text: str) -> None:
        self._room -= len(text) + 1
        if self._room < 0:
            raise InputInvalid(f"the text has more than {TEXT_LIMIT} characters", hint="Send it in parts.")
        self._parts.put_nowait(text)

    def end(self) -> None:
        self._parts.put_nowait(None)

    async def all(self) -> AsyncGenerator[str]:
        while (part := await self._parts.get()) is not None:
            yield part


def _text(data: Mapping[str, Any], name: str, limit: int) -> str:
    """A field of a frame; empty where there is none.

    Raises:
        InputInvalid: it is no text, or too long.
    """
    text = data.get(name)
    if text is None:
        return ""
    if not isinstance(text, str) or len(text) > limit:
        raise InputInvalid(f"{name} is no text of {limit} characters at most", hint="Send it in parts.")
    return text


def _names(data: Mapping[str, Any]) -> list[str]:
    """The wake words that are wanted; none: all.

    Raises:
        InputInvalid: they are no names.
    """
    names = data.get("names") or []
    if not (isinstance(names, list) and len(names) <= NAMES_LIMIT and all(isinstance(each, str) for each in names)):
        raise InputInvalid(f"names is no list of {NAMES_LIMIT} names at most", hint="Name none for all of them.")
    return names


def _short(text: str) -> Iterator[str]:
    """A text in parts that are short enough to be spoken at a time, where it has spaces."""
    while len(text) > LONGEST_PIECE:
        end = text.rfind(" ", 1, LONGEST_PIECE)
        end = LONGEST_PIECE if end < 0 else end
        yield text[:end]
        text = text[end:].lstrip()
    if text:
        yield text


def _chunks(clip: Clip) -> Iterator[bytes]:
    for at in range(0, len(clip.samples), CHUNK):
        yield clip.samples[at : at + CHUNK]


def _form(rate: int) -> dict[str, int]:
    return {"rate": rate, "width": SAMPLE_BYTES, "channels": 1}


async def _once(thing: Any) -> AsyncGenerator[Any]:  # noqa: ANN401 (anything)
    yield thing

"""A recogniser on another machine, behind Wyoming."""

import asyncio
from collections.abc import AsyncIterator, Callable

from voiced.core.config import RemoteConfig
from voiced.core.errors import DeadlinePassed, SttFailed
from voiced.core.tasks import first
from voiced.core.types import RATE, SAMPLE_BYTES, Purpose, SpeechChunk, Transcript
from voiced.core.wire import Message
from voiced.engines.remote import ServerInfo
from voiced.engines.wording import transcript_words
from voiced.engines.wyoming import WyomingServer
from voiced.engines.wyoming_connection import Connection

FORMAT = {"rate": RATE, "width": SAMPLE_BYTES, "channels": 1}
TEXT_LIMIT = 10_000
"""Characters of a transcript: more than anybody says in one utterance."""
PARTIAL_LIMIT = 1_000
"""Characters from which on a partial transcript is not told any more: a flood of pieces would stall the event loop."""


class WyomingStt:
    """A recogniser that is sent the sound while it is spoken. Implements `Stt`.

    Each utterance has a connection of its own: it is opened while the user still speaks, and most servers close it with
    the transcript anyway.

    Args:
        remote: where it is, and the model to ask for.
        deadline_s: how long the final transcript may take after the end of speech.
        language: the language spoken.

    Raises:
        ConfigInvalid: the address or the certificates cannot be used.
    """

    def __init__(self, remote: RemoteConfig, deadline_s: float, language: str = "en") -> None:
        self._server = WyomingServer(remote, "asr", SttFailed)
        self._deadline_s = deadline_s
        self._wish = {"language": language, **({"name": remote.model} if remote.model else {})}

    async def describe(self) -> ServerInfo:
        """Asks the server what it is; see `WyomingServer.describe`."""
        return await self._server.describe()

    async def transcribe(
        self,
        speech: AsyncIterator[SpeechChunk],
        purpose: Purpose = Purpose.COMMAND,  # noqa: ARG002 (the protocol knows no purpose)
        partial: Callable[[Transcript], None] = lambda _: None,
    ) -> Transcript:
        """See `Stt`. Partial transcripts do not tell how far they are: the server does not."""
        async with self._server.lent(await self._server.connect()) as connection:
            utterance = _Utterance(connection, speech, self._deadline_s, self._wish)
            try:
                async with asyncio.timeout(None) as limit, asyncio.TaskGroup() as tasks:
                    sender = tasks.create_task(utterance.send(limit), name="speech to the recogniser")
                    text = await utterance.receive(partial)
                    sender.cancel()
            except TimeoutError:
                raise DeadlinePassed(f"{self._server.where} did not answer within {self._deadline_s:g} s") from None
            except BaseExceptionGroup as group:
                raise first(group) from group
            return Transcript(text, until=utterance.until)

    async def close(self) -> None:
        """See `Stt`."""
        await self._server.close()


class _Utterance:
    """The two ways of one utterance: sound out, text in."""

    def __init__(
        self, connection: Connection, speech: AsyncIterator[SpeechChunk], deadline_s: float, wish: dict[str, str]
    ) -> None:
        self.until = 0
        self._connection, self._speech, self._deadline_s, self._wish = connection, speech, deadline_s, wish

    async def send(self, limit: asyncio.Timeout) -> None:
        """Sends the sound. The user may take any time to speak; the server may not take any time to listen."""
        await self._connection.send("transcribe", self._wish)
        await self._connection.send("audio-start", FORMAT)
        async for chunk in self._speech:
            _let(limit, self._deadline_s)
            await self._connection.send("audio-chunk", FORMAT, chunk.samples)
            _let(limit, None)
            self.until = chunk.start + len(chunk.samples) // SAMPLE_BYTES
        _let(limit, self._deadline_s)
        await self._connection.send("audio-stop")

    async def receive(self, partial: Callable[[Transcript], None]) -> str:
        """Waits for the transcript; tells what comes of it before."""
        text = ""
        while (message := await self._connection.receive()).type != "transcript":
            if message.type == "transcript-chunk" and len(text) < PARTIAL_LIMIT and (piece := _text(message)):
                text += piece
                partial(Transcript(self._words(text), final=False))
                await asyncio.sleep(0)
        return self._words(_text(message))

    def _words(self, text: str) -> str:
        return transcript_words(text, self._wish["language"])


def _let(limit: asyncio.Timeout, seconds: float | None) -> None:
    """Moves a limit to so many seconds from now, or for ever; one that has passed stays where it is."""
    if not limit.expired():
        limit.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)


def _text(message: Message) -> str:
    text = message.data.get("text")
    if not isinstance(text, str) or len(text) > TEXT_LIMIT:
        raise SttFailed(f"the server sent a {message.type} frame that makes no sense")
    return text

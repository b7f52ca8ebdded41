"""Recognisers and voices that live in a child, as the ports that the rest knows."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from voiced.core.errors import SttFailed, VoicedError
from voiced.core.types import RATE, Clip, Purpose, SpeechChunk, Transcript
from voiced.core.wire import Message
from voiced.engines.child import Child
from voiced.engines.exchange import Exchange

FORMAT = {"rate": RATE, "width": 2, "channels": 1}


class HostedStt:
    """A recogniser in a child. Implements `Stt`.

    Args:
        child: started elsewhere.
        deadline_s: how long the final transcript may take after the end of speech.
    """

    def __init__(self, child: Child, deadline_s: float) -> None:
        self._child = child
        self._deadline_s = deadline_s

    async def transcribe(
        self,
        speech: AsyncIterator[SpeechChunk],
        purpose: Purpose = Purpose.COMMAND,
        partial: Callable[[Transcript], None] = lambda _: None,
    ) -> Transcript:
        """See `Stt`."""
        async with self._child.exchange(deadline_s=self._deadline_s) as exchange:
            exchange.expect(None)
            sender = asyncio.create_task(self._send(exchange, speech, purpose), name="speech to the recogniser")
            sender.add_done_callback(lambda _: _fail_with(sender, exchange))
            try:
                while (message := await exchange.receive()).type != "transcript":
                    partial(_transcript(message, final=False))
                return _transcript(message, final=True)
            finally:
                sender.cancel()
                await asyncio.wait([sender])
                # Whatever went wrong there went wrong here as well.
                _ = sender.cancelled() or sender.exception()

    async def close(self) -> None:
        """See `Stt`."""
        await self._child.close()

    async def _send(self, exchange: Exchange, speech: AsyncIterator[SpeechChunk], purpose: Purpose) -> None:
        await exchange.send("audio-start", {**FORMAT, "purpose": purpose.value})
        async for chunk in speech:
            # The user may take any time to speak; the recogniser may not take any time to listen.
            exchange.expect(self._deadline_s)
            data = {**FORMAT, "start": chunk.start, "speech_end": chunk.speech_end}
            await exchange.send("audio-chunk", data, chunk.samples)
            exchange.expect(None)
        exchange.expect(self._deadline_s)
        await exchange.send("audio-stop")


class HostedTts:
    """A voice in a child. Implements `Tts`.

    Args:
        child: started elsewhere.
        deadline_s: how long the first sound, and each next piece, may take.
    """

    def __init__(self, child: Child, deadline_s: float) -> None:
        self._child = child
        self._deadline_s = deadline_s

    async def synthesize(self, text: str, speed: float = 1.0) -> AsyncGenerator[Clip]:
        """See `Tts`."""
        async with self._child.exchange(deadline_s=self._deadline_s) as exchange:
            await exchange.send("synthesize", {"text": text, "speed": speed})
            while (message := await exchange.receive()).type != "audio-stop":
                if message.type == "audio-chunk":
                    yield Clip(message.payload, int(message.data["rate"]))
                exchange.expect(self._deadline_s)

    async def close(self) -> None:
        """See `Tts`."""
        await self._child.close()


def _fail_with(sender: asyncio.Task[None], exchange: Exchange) -> None:
    """Without speech there is no transcript to wait for."""
    if not sender.cancelled() and (error := sender.exception()):
        reason = error if isinstance(error, VoicedError) else SttFailed(f"the speech broke off: {error!r}")
        exchange.fail(reason)


def _transcript(message: Message, *, final: bool) -> Transcript:
    try:
        data = message.data
        return Transcript(str(data["text"]), float(data.get("confidence", 0.0)), int(data.get("until", 0)), final)
    except (KeyError, TypeError, ValueError) as error:
        raise SttFailed(f"the recogniser sent a {message.type} frame that makes no sense") from error

"""Three Wyoming servers that answer at once, for `overhead`: on the sockets `stt`, `intents` and `tts` of a folder."""

import asyncio
import sys
from functools import partial

from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.handle import Handled
from wyoming.server import AsyncEventHandler, AsyncServer
from wyoming.tts import Synthesize

SOUND = bytes(2 * 882)
RATE = 22_050


class Handler(AsyncEventHandler):
    """Answers what ends a request."""

    async def handle_event(self, event: Event) -> bool:
        """See `AsyncEventHandler`."""
        if AudioStop.is_type(event.type):
            await self.write_event(Transcript("what time is it").event())
        elif Transcript.is_type(event.type):
            await self.write_event(Handled("It is noon.").event())
        elif Synthesize.is_type(event.type):
            await self.write_event(AudioStart(RATE, 2, 1).event())
            await self.write_event(AudioChunk(RATE, 2, 1, SOUND).event())
            await self.write_event(AudioStop().event())
        return True


async def main(folder: str) -> None:
    """Serves until it is ended."""
    servers = [AsyncServer.from_uri(f"unix://{folder}/{name}") for name in ("stt", "intents", "tts")]
    for server in servers:
        await server.start(partial(Handler))
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

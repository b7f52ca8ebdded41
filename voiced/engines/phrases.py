"""Phrases that were spoken before are not made again: a voice that remembers on disk.

What is kept is the sound of what voiced said, and so tells of what it was asked: user text at rest, in files that only
their owner may read.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing

from voiced.core.ports.tts import Tts
from voiced.core.types import SAMPLE_BYTES, Clip
from voiced.engines.phrasefiles import PhraseFiles

log = logging.getLogger(__name__)

LONGEST = 200
"""Characters: what is longer is hardly ever said twice."""
PIECE_S = 0.1
READING_S = 0.3
"""A disk that takes longer keeps nobody waiting: the phrase is made."""
CLOSING_S = 0.5
WRITING = 4
"""Phrases that may wait to be written; with a slow disk the others are not kept."""


class PhraseCache:
    """A voice in front of another. Implements `Tts`.

    Args:
        tts: makes what is not known yet.
        files: where phrases are kept: one for all voices whose phrases share a folder.
        may_keep: tells whether the sound of a text may be kept.
        voice: asked for each text: all that decides how it sounds now, such as the engine, its model file with its size
            and time, the speaker, the speed; None where that is not known: then nothing is looked up or kept.
    """

    def __init__(
        self, tts: Tts, files: PhraseFiles, may_keep: Callable[[str], bool], voice: Callable[[], str | None]
    ) -> None:
        self._tts = tts
        self._files = files
        self._may_keep = may_keep
        self._voice = voice
        # Threads of its own: a known phrase must not wait for whatever else the daemon does in threads.
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="phrases")
        self._writing: set[asyncio.Task[None]] = set()
        self._works = True

    async def synthesize(self, text: str, speed: float = 1.0) -> AsyncGenerator[Clip]:
        """See `Tts`. What may not be kept, fails, or is not heard to its end, is not kept."""
        name, cleared = self._name(text, speed), self._files.cleared
        if name and (known := await self._read(name)):
            for piece in _pieces(known):
                yield piece
            return
        made: list[Clip] = []
        async with aclosing(self._tts.synthesize(text, speed)) as clips:
            async for clip in clips:
                made.append(clip)
                yield clip
        if made and name and name == self._name(text, speed) and len(self._writing) < WRITING:
            task = asyncio.create_task(self._write(name, made, cleared), name="a phrase to the disk")
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def close(self) -> None:
        """See `Tts`."""
        await self._settled()
        self._threads.shutdown(wait=False)
        await self._tts.close()

    async def _settled(self) -> None:
        if self._writing:
            await asyncio.wait(self._writing, timeout=CLOSING_S)

    async def _read(self, name: str) -> Clip | None:
        try:
            async with asyncio.timeout(READING_S):
                return await asyncio.get_running_loop().run_in_executor(self._threads, self._files.read, name)
        except (OSError, TimeoutError) as error:
            self._fails(error)
            return None

    async def _write(self, name: str, made: list[Clip], cleared: int) -> None:
        if len({clip.rate for clip in made}) > 1:
            return
        whole = Clip(b"".join(clip.samples for clip in made), made[0].rate)
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._files.write, name, whole, cleared)
            self._works = True
        except OSError as error:
            self._fails(error)

    def _fails(self, error: OSError) -> None:
        """Says once that the disk does not work: everything is spoken all the same."""
        if self._works:
            log.warning("phrases cannot be kept on disk: %s", error)
        self._works = False

    def _name(self, text: str, speed: float) -> str | None:
        """The file that a text has; None where it has none now: also for what is spoken at another speed."""
        if speed != 1.0:
            return None
        voice = self._voice() if len(text) <= LONGEST and self._may_keep(text) else None
        if voice is None:
            return None
        return hashlib.blake2b(f"{voice}\0{text}".encode(errors="surrogatepass"), digest_size=20).hexdigest()


def _pieces(clip: Clip) -> Iterator[Clip]:
    step = int(PIECE_S * clip.rate) * SAMPLE_BYTES
    for at in range(0, len(clip.samples), step):
        yield Clip(clip.samples[at : at + step], clip.rate)

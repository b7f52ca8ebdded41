"""The child processes, made from the configuration. Light to import: they load while the daemon itself is loaded."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import NamedTuple

from voiced.core.config import Config
from voiced.engines.child import Child
from voiced.setup.places import intents_folder


class Engines(NamedTuple):
    """The engines of a turn, each in its child; `audio` is there while a sound card is."""

    stt: Child
    tts: Child
    audio: Child | None = None


def engines(config: Config) -> Engines:
    """Makes the children that the configuration names; nothing is started."""
    return Engines(recogniser(config), voice(config))


def recogniser(config: Config) -> Child:
    """The child that turns speech into text."""
    settings = {"intents": str(intents_folder(config)), "language": config.language}
    return Child("stt", config.engines.stt.engine, settings)


def voice(config: Config) -> Child:
    """The child that turns text into speech."""
    tts = config.engines.tts
    settings = {"language": config.language, "voice": tts.voice, "words_per_minute": tts.words_per_minute}
    return Child("tts", tts.engine, settings)


@asynccontextmanager
async def started(engines: Engines) -> AsyncGenerator[None]:
    """Starts the recogniser and the voice side by side, and ends them with the block.

    Raises:
        VoicedError: one cannot be started.
    """
    try:
        await asyncio.gather(engines.stt.start(), engines.tts.start())
        yield
    finally:
        await asyncio.gather(engines.stt.close(), engines.tts.close())

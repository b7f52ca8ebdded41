"""What somebody sets while voiced runs, and what becomes of it at the next start."""

import asyncio
import logging
from contextlib import suppress
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from voiced.core.attention import Attention
from voiced.core.bus import Bus
from voiced.core.config import Config
from voiced.core.errors import StoreFailed
from voiced.core.events import AnyEvent, AttentionChanged, Muted, StoreFound, StoreReplaced, VolumeChanged
from voiced.core.ports.settings import Settings
from voiced.senses import Senses
from voiced.turn.manner import Manner

log = logging.getLogger(__name__)

KNOWN_S = 5.0
"""The ear waits so long for what was set before: a microphone that was closed is not to hear, nor voiced to be deaf."""
CHOSEN = "senses"
"""The name of the setting: `Chosen`, as JSON."""


class Chosen(Struct, frozen=True):
    """What holds now, and what was configured then: where that is not so any more, the configuration holds."""

    muted: bool
    volume: Annotated[int, Meta(ge=0, le=100)]
    attention: Attention
    configured_volume: int
    configured_sensitivity: int


class Choices:
    """Keeps how the microphone and the speaker are set over restarts, until the configuration says otherwise.

    Args:
        config: the configuration.
        senses, manner: the microphone and the speaker.
        settings: where it is kept.
        bus: tells what is set.
    """

    def __init__(self, config: Config, senses: Senses, manner: Manner, settings: Settings, bus: Bus) -> None:
        self._config, self._senses, self._manner, self._settings = config, senses, manner, settings
        self._kept: Chosen | None = self._chosen()
        self._changed, self._known = asyncio.Event(), asyncio.Event()
        bus.watch(self._told)

    async def load(self) -> None:
        """Sets what was set before; where that cannot be read, all is as configured."""
        await self._manner.quiet.load()
        self._manner.begin(rings=False)
        try:
            await self._resume()
        finally:
            self._known.set()

    async def known(self) -> None:
        """Waits until what was set before holds, if that is known soon; see `KNOWN_S`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(KNOWN_S):
                await self._known.wait()

    async def run(self) -> None:
        """Keeps what is set, until it is cancelled; then, too, what was set last."""
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                await self._keep()
        finally:
            await self._keep()

    def change(self, config: Config) -> None:
        """Takes in a configuration: what it says anew holds."""
        before, self._config = self._config, config
        if config.audio.volume != before.audio.volume:
            self._senses.set_volume(config.audio.volume)
        if config.wake.sensitivity != before.wake.sensitivity:
            self._senses.set_attention(sensitivity=config.wake.sensitivity)

    async def _resume(self) -> None:
        try:
            text = await self._settings.get(CHOSEN)
            kept = msgspec.json.decode(text, type=Chosen) if text is not None else self._chosen()
        except (StoreFailed, msgspec.MsgspecError) as error:
            log.warning("whether the microphone is to be closed, and how loud it is to be, cannot be read: %s", error)
            return
        self._kept = kept
        if kept.muted:
            log.info("the microphone is closed, as it was before")
            self._senses.set_muted(muted=True)
        if kept.configured_volume == self._config.audio.volume != kept.volume:
            self._senses.set_volume(kept.volume)
        same = kept.configured_sensitivity == self._config.wake.sensitivity
        self._senses.resume(kept.attention, sensitivity=same)

    def _chosen(self) -> Chosen:
        config, attention = self._config, self._senses.controls.attention()
        volume = self._manner.volume
        return Chosen(self._senses.muted, volume, attention, config.audio.volume, config.wake.sensitivity)

    def _told(self, event: AnyEvent) -> None:
        if isinstance(event, StoreReplaced):
            self._kept = None
        if isinstance(event, Muted | VolumeChanged | AttentionChanged | StoreFound | StoreReplaced):
            self._changed.set()

    async def _keep(self) -> None:
        if (chosen := self._chosen()) == self._kept:
            return
        try:
            await self._settings.put(CHOSEN, msgspec.json.encode(chosen).decode())
            self._kept = chosen
        except StoreFailed as error:
            log.warning("what was set is forgotten at the next start, unless the disk is well again: %s", error)

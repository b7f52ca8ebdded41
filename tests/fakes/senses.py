"""A microphone and a speaker that are set, and everybody who is told."""

import asyncio
from collections.abc import Callable

from tests.fakes.clock import JumpingClock
from tests.fakes.kept import FakeSettings
from voiced.choices import Choices
from voiced.core.attention import Attention
from voiced.core.bus import Bus
from voiced.core.config import Config
from voiced.core.events import AnyEvent
from voiced.core.status import AudioStatus
from voiced.senses import Senses
from voiced.turn.manner import Manner
from voiced.turn.quiet import Quiet


class Card:
    """A microphone that is closed or open, or a server that may hear it or not."""

    def __init__(self) -> None:
        self.muted = False
        self.volume = 0

    def status(self) -> AudioStatus:
        return AudioStatus(listening=not self.muted)

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 (the port's)
        self.muted = muted

    def set_volume(self, percent: int) -> None:
        self.volume = percent


class World:
    """A card, a server, and what everybody was told."""

    def __init__(self, config: Config | None = None, settings: FakeSettings | None = None) -> None:
        self.card, self.server, self.events, self.bus = Card(), Card(), list[AnyEvent](), Bus()
        self.bus.watch(self.events.append)
        config, settings = config or Config(), settings or FakeSettings()
        manner = Manner(Quiet(config.quiet, JumpingClock(), settings), config.audio.volume, self.card.set_volume)
        self.senses = Senses(config, self.card, manner, [self.server], self.bus, lambda: 1.5, live=True)  # type: ignore[arg-type] (as much of them as is needed)
        self.choices = Choices(config, self.senses, manner, settings, self.bus)

    async def lives(self, *does: Callable[[Senses], object]) -> None:
        """One life, from start to end."""
        await self.choices.load()
        running = asyncio.create_task(self.choices.run())
        for each in does:
            await asyncio.sleep(0)
            each(self.senses)
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])

    @property
    def is_set(self) -> tuple[bool, bool, int, Attention]:
        """The microphone and what servers may hear, the speaker, and what it attends to."""
        return self.card.muted, self.server.muted, self.card.volume, self.senses.controls.attention()

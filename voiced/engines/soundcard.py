"""The daemon's side of the audio child: a microphone and a speaker that come back by themselves, for ever."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from socket import socket

import msgspec
from msgspec import Struct

from voiced.core.config import AudioConfig
from voiced.core.errors import VoicedError
from voiced.core.ports.audio import Played
from voiced.core.status import AudioStatus
from voiced.core.types import Clip, Frame
from voiced.core.wire import Message
from voiced.engines.child import Child, ChildState, Upkeep
from voiced.engines.hearing import Hearing
from voiced.engines.listening import Listening, OnEvent
from voiced.engines.playing import play

PAUSES_S = (0.0, 0.25, 0.5, 1.0)
"""Before the audio child is started again. No longer than that: a microphone that is back is heard within 2 s."""
DESCRIBE_S = 10.0


class Device(Struct, frozen=True):
    """A device that PortAudio knows.

    Attributes:
        name: its name.
        index: its number, until devices come or go.
        inputs: channels it records.
        outputs: channels it plays.
        rate: its own samples a second.
        default: it is used if none is named.
    """

    name: str
    index: int
    inputs: int
    outputs: int
    rate: int
    default: bool


class SoundCard:
    """A microphone and a speaker through PortAudio, in a child process. Implements `ports.Audio`."""

    def __init__(self, config: AudioConfig, on_event: OnEvent) -> None:
        """Opens nothing yet.

        Args:
            config: which devices, how loud.
            on_event: told in the event loop's thread when the microphone is lost, found, or silent.
        """
        settings = {
            "input": config.input,
            "output": config.output,
            "input_gain_db": config.input_gain_db,
            "volume": config.volume,
            "echo_cancelling": config.echo_cancelling,
        }
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started = False
        self._hearing = Hearing(self._stalled)
        self._lent: list[socket] = []
        self._muted = False
        self.child = Child(
            "audio", "portaudio", settings, Upkeep(pauses=PAUSES_S), lend=self._lend, on_change=self._changed
        )
        self._listening = Listening(self.child, self._hearing, on_event)

    async def start(self, *, insist: bool = False) -> None:
        """Starts the child process and opens the microphone, as soon as there is one.

        Args:
            insist: a process that cannot be started is tried again and again.

        Raises:
            EngineDied, DeadlinePassed, ConfigInvalid: the process cannot be started at all. That there is no sound card
                is no error.
        """
        self._loop = asyncio.get_running_loop()
        await self.child.start(insist=insist)
        self._started = True
        if not self._muted:
            self._listening.start()

    def frames(self) -> Iterator[Frame | None]:
        """See `Audio`."""
        return self._hearing.frames()

    def position(self) -> int:
        """See `Audio`."""
        return self._hearing.clock.now()

    async def play(self, clips: AsyncIterator[Clip], progress: Callable[[Played], None]) -> None:
        """See `Audio`."""
        clock = self._hearing.clock
        await play(self.child, clips, lambda moment, seconds: progress(Played(clock.at(moment), seconds)))

    def status(self) -> AudioStatus:
        """See `Audio`."""
        return self._listening.status()

    def set_volume(self, percent: int) -> None:
        """See `Audio`."""
        self.child.settings["volume"] = percent
        self.child.tell(Message("volume", {"percent": percent}))

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 (it is the value set)
        """See `Audio`."""
        if muted == self._muted:
            return
        self._muted = muted
        self._hearing.mute(muted)
        if muted:
            self._listening.stop()
        elif self._started:
            self._listening.start()

    def restart(self) -> None:
        """See `Audio`: PortAudio looks for devices only when it begins."""
        self.child.kill()

    async def devices(self) -> list[Device]:
        """Lists all devices.

        Raises:
            EngineDied, DeadlinePassed: the child process does not answer.
        """
        async with self.child.exchange(DESCRIBE_S) as exchange:
            await exchange.send("devices")
            answer = await exchange.receive()
        return msgspec.convert(answer.data["devices"], list[Device])

    async def close(self) -> None:
        """See `Audio`."""
        self._hearing.close()
        await self._listening.close()
        await self.child.close()

    def _stalled(self) -> None:
        if self._loop:
            self._loop.call_soon_threadsafe(self._listening.stalled)

    def _lend(self) -> Sequence[int]:
        self._lent.append(self._hearing.renew())
        return [self._lent[-1].fileno()]

    def _changed(self, state: ChildState, _reason: VoicedError | None) -> None:
        """The descriptor lent to the child is its own as soon as it runs."""
        if state is not ChildState.STARTING:
            for lent in self._lent:
                lent.close()
            self._lent.clear()


async def devices() -> list[Device]:
    """Lists all devices, without a daemon.

    Raises:
        EngineDied, DeadlinePassed, ConfigInvalid: PortAudio does not answer.
    """
    card = SoundCard(AudioConfig(), lambda _: None)
    try:
        await card.child.start()
        return await card.devices()
    finally:
        await card.close()

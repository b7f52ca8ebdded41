"""Plays one sound through the audio child, from the daemon's side."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

from voiced.core.errors import AudioFailed, DeadlinePassed, EngineDied, VoicedError
from voiced.core.types import SAMPLE_BYTES, Clip
from voiced.engines.child import Child
from voiced.engines.exchange import Exchange

log = logging.getLogger(__name__)

PLAY_S = 5.0
"""The speaker reports at least so often while it plays; opening one over Bluetooth takes a while."""
STOP_S = 0.5
"""A speaker that is not silent so long after it was told to be is ended with its process."""
AHEAD_S = 1.0
"""Sound that is sent ahead of what was heard."""
CHUNK_S = 0.25

Told = Callable[[float, float], None]
"""Takes a moment (CLOCK_MONOTONIC) and the seconds of the sound that had left the speaker by then."""


async def play(child: Child, clips: AsyncIterator[Clip], told: Told) -> None:
    """Plays clips without a gap; returns when the last sample has left the speaker. Cancelling silences it.

    Args:
        child: the audio child.
        clips: the sound, as it becomes ready. If they fail, what came before is played to its end.
        told: called at the first sample, about every 50 ms, and at the end, however it comes.

    Raises:
        AudioFailed: the speaker does not work.
        VoicedError: the clips' own reason.
    """
    try:
        async with child.exchange(PLAY_S) as exchange:
            await exchange.send("audio-start")
            await _Playing(exchange, told).run(clips)
    except (EngineDied, DeadlinePassed) as error:
        raise AudioFailed(f"the speaker broke off: {error.message}", code="speaker-lost") from error


class _Playing:
    def __init__(self, exchange: Exchange, told: Told) -> None:
        self._exchange = exchange
        self._told = told
        self._heard_s = 0.0
        self._progressed = asyncio.Event()

    async def run(self, clips: AsyncIterator[Clip]) -> None:
        self._exchange.expect(None)  # The clips may take their time.
        sender = asyncio.create_task(self._send(clips), name="sound to the speaker")
        try:
            await self._follow(PLAY_S)
        except asyncio.CancelledError:
            await self._silence()
            raise
        finally:
            sender.cancel()
            await asyncio.wait({sender})
            error = None if sender.cancelled() else sender.exception()
        if error:
            raise error

    async def _send(self, clips: AsyncIterator[Clip]) -> None:
        sent_s = 0.0
        try:
            async for clip in clips:
                size = round(CHUNK_S * clip.rate) * SAMPLE_BYTES
                for start in range(0, len(clip.samples), size):
                    while sent_s - self._heard_s > AHEAD_S:
                        self._progressed.clear()
                        await self._progressed.wait()
                    chunk = clip.samples[start : start + size]
                    self._exchange.expect(PLAY_S)
                    await self._exchange.send("audio-chunk", {"rate": clip.rate}, chunk)
                    sent_s += Clip(chunk, clip.rate).seconds
        finally:
            self._exchange.expect(PLAY_S)
            await self._exchange.send("audio-stop")

    async def _follow(self, beat_s: float) -> None:
        while True:
            data = (await self._exchange.receive()).data
            self._exchange.expect(beat_s)
            self._heard_s = float(data["seconds"])
            self._told(float(data["at"]), self._heard_s)
            self._progressed.set()
            if data["over"]:
                if data["dry"]:
                    log.warning("the speaker ran dry %d times", data["dry"])
                return

    async def _silence(self) -> None:
        try:
            self._exchange.expect(STOP_S)
            await self._exchange.send("stop")
            await self._follow(STOP_S)
        except VoicedError:
            pass  # It was ended, and is silent for that reason.

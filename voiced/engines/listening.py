"""Keeps the microphone of the audio child open, from the daemon's side, and tells when it is lost and found."""

import asyncio
import logging
from collections.abc import Callable

from voiced.core.errors import AudioFailed, EngineDied, VoicedError
from voiced.core.events import AudioFound, AudioLost, AudioSilent
from voiced.core.notes import Note, noted
from voiced.core.status import AudioStatus
from voiced.core.tasks import vital
from voiced.core.types import RATE
from voiced.core.wire import Message
from voiced.engines.child import Child
from voiced.engines.hearing import Hearing

log = logging.getLogger(__name__)

OPEN_S = 15.0
"""PortAudio hangs with an audio server that hangs, and goes on when it does: patience is quicker than a new child."""
BEAT_S = 5.0
"""An open microphone, or one that is waited for, reports each second."""
PAUSE_S = 0.25
SILENT_DB = -120.0
SILENT_S = 10
"""Seconds of nothing but zeros that are worth a warning."""

OnEvent = Callable[[AudioLost | AudioFound | AudioSilent], None]


class Listening:
    """One open microphone, opened again for ever.

    Args:
        child: the audio child.
        hearing: where its frames arrive.
        on_event: told when it is lost, found, or silent.
    """

    def __init__(self, child: Child, hearing: Hearing, on_event: OnEvent) -> None:
        self._child = child
        self._hearing = hearing
        self._on_event = on_event
        self._task: asyncio.Task[None] | None = None
        self._device = ""
        self._lost: VoicedError | None = None
        self._found = False
        self._trusted = True
        self._level: dict[str, float] = {}
        self._silent_s = 0
        self._late = self._late_before = 0

    def start(self) -> None:
        """Opens the microphone."""
        self._task = asyncio.create_task(self._listen_for_ever(self._task), name="microphone")
        vital(self._task)

    def stop(self) -> None:
        """Closes the microphone."""
        self._level = {}
        self._found = False
        if self._task:
            self._task.cancel()

    async def close(self) -> None:
        """Closes the microphone; returns when nothing is left to do."""
        self.stop()
        if self._task:
            await asyncio.wait({self._task})

    def stalled(self) -> None:
        """Says that the open microphone has fallen silent without a word: the child is ended."""
        message = (
            "the microphone delivers no sound any more" if self._hearing.heard else "the microphone delivers no sound"
        )
        self._trusted = self._hearing.heard
        self._lose(AudioFailed(message, code="microphone-stalled"))
        self._child.kill()

    def status(self) -> AudioStatus:
        """See `ports.Audio`."""
        lost = self._lost
        return AudioStatus(
            listening=self._found,
            device=self._device if self._found else "",
            level_dbfs=self._level.get("level_db") if self._found else None,
            clipped=int(self._level.get("clipped", 0)),
            echo_cancelled=bool(self._level.get("echo_cancelled")),
            lost_s=round(self._late / RATE, 3),
            problem=lost.message if lost else "",
            hint=lost.hint if lost else "",
        )

    async def _listen_for_ever(self, before: asyncio.Task[None] | None) -> None:
        if before:
            await asyncio.wait({before})
        while True:
            try:
                await self._listen()
            except VoicedError as error:
                self._lose(error)
            await asyncio.sleep(PAUSE_S)

    async def _listen(self) -> None:
        async with self._child.exchange(OPEN_S) as exchange:
            await exchange.send("listen")
            while True:
                message = await exchange.receive()
                exchange.expect(OPEN_S if message.type == "waiting" else BEAT_S)
                self._take_in(message)

    def _take_in(self, message: Message) -> None:
        match message.type:
            case "opened":
                self._device = str(message.data["device"])
                self._silent_s = 0
                self._hearing.watch()
                # An opening counts as found at once, unless the last one brought no sound: then sound is waited for.
                if self._trusted:
                    self._find()
            case "level":
                self._count_late(message.data["lost"])
                self._level = message.data
                self._find()
                self._notice_silence(message.data["peak_db"])
            case _:
                self._trusted = True
                data = message.data
                self._lose(AudioFailed(str(data["message"]), code=str(data["code"]), hint=str(data["hint"]) or None))

    def _find(self) -> None:
        if not self._found:
            self._found = True
            self._lost = None
            log.info("listening through %s", self._device, extra=noted(Note.MICROPHONE_FOUND))
            self._on_event(AudioFound(at=self._now(), device=self._device))

    def _lose(self, error: VoicedError) -> None:
        self._hearing.excuse()
        self._level = {}
        before, was_found = self._lost, self._found
        self._found = False
        if before and not was_found and error.code in (before.code, EngineDied.code):
            return  # It was told already; that a lost microphone's process ends as well is no news.
        self._lost = error
        log.warning("not listening: %s", error.message, extra=noted(Note.MICROPHONE_LOST, code=error.code))
        self._on_event(AudioLost(at=self._now(), code=error.code, message=error.message, hint=error.hint))

    def _count_late(self, samples: int) -> None:
        """Adds up what each microphone counts for itself."""
        new = samples - self._late_before if samples >= self._late_before else samples
        self._late_before = samples
        self._late += new
        if new:
            log.warning("the ear came too late for %d samples so far", self._late)

    def _notice_silence(self, peak_db: float) -> None:
        self._silent_s = self._silent_s + 1 if peak_db <= SILENT_DB else 0
        if self._silent_s == SILENT_S:
            log.warning("%s gives nothing but zeros", self._device)
            self._on_event(AudioSilent(at=self._now(), device=self._device, seconds=SILENT_S))

    def _now(self) -> float:
        return self._hearing.clock.now() / RATE

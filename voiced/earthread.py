"""The ear in a thread of its own, which waits for nobody but the inbox."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from voiced import wiring
from voiced.core.config import Config
from voiced.core.events import Signal
from voiced.core.memory import give_back_memory
from voiced.core.ports.audio import Audio
from voiced.core.ports.controls import Controls
from voiced.core.ports.progress import Progress
from voiced.core.ports.wake import RemoteWakeWord
from voiced.core.types import Frame
from voiced.ear.cascade import Cascade
from voiced.ear.duplex import Duplex
from voiced.ear.listen import listen
from voiced.engines.silero import Silero
from voiced.turn.inbox import Inbox


class EarThread:
    """The ear's loop. Its settings may change while it turns.

    Args:
        config: the configuration.
        audio: the microphone.
        inbox: takes in what is heard.
        remote: the servers that hear wake words.
        progress: see `listen`.
        controls: see `listen`.

    Attributes:
        turns: is set once its loop has turned.
        tap: is given each frame before the ear hears it, in the ear's thread.
    """

    def __init__(
        self,
        config: Config,
        audio: Audio,
        inbox: Inbox,
        remote: Sequence[RemoteWakeWord],
        progress: Progress,
        controls: Controls,
    ) -> None:
        self.turns = asyncio.Event()
        self.tap: Callable[[Frame | None], None] = lambda _: None
        self._config, self._audio, self._inbox, self._remote = config, audio, inbox, remote
        self._progress, self._controls = progress, controls
        self._turned = time.monotonic()
        self._next: tuple[Config, Cascade] | None = None

    def turned_s(self) -> float:
        """Seconds since the loop last turned, in any of its states; or since it was made."""
        return time.monotonic() - self._turned

    async def run(self, prepare: Callable[[], None]) -> None:
        """Listens until there is nothing more to hear.

        Args:
            prepare: is called in the thread once the ear is loaded.

        Raises:
            WakeFailed, VadFailed: the ear cannot be made.
        """
        loop = asyncio.get_running_loop()
        over: asyncio.Future[None] = loop.create_future()

        def end(error: BaseException | None) -> None:
            if not over.done():
                over.set_exception(error) if error else over.set_result(None)

        def work() -> None:
            failure: BaseException | None = None
            try:
                self._inbox.pump(self._signals(loop, prepare))
            except BaseException as error:  # noqa: BLE001 (raised again in the event loop)
                failure = error
            if not loop.is_closed():
                loop.call_soon_threadsafe(end, failure)

        threading.Thread(target=work, name="ear", daemon=True).start()
        await over

    async def change(self, config: Config) -> None:
        """Makes the ear anew with other wake words and limits. It goes on listening with the old ones meanwhile.

        Raises:
            WakeFailed, ConfigInvalid: it cannot be made; all stays as it is.
        """
        self._next = (config, await asyncio.to_thread(wiring.cascade, config.wake, self._remote))

    def _signals(self, loop: asyncio.AbstractEventLoop, prepare: Callable[[], None]) -> Iterator[Signal | None]:
        frames = self._beating(self._audio.frames(), loop)
        ear: tuple[Config, Cascade] | None = self._config, wiring.cascade(self._config.wake, self._remote)
        prepare()
        while ear:
            config, cascade = ear
            heard = Duplex(cascade, lambda config=config: wiring.cascade(config.wake))
            give_back_memory()  # The ear is what is loaded last.
            same = self._until_changed(frames)
            yield from listen(same, heard, Silero(), self._progress, self._controls, config.endpoint)
            heard.close()
            ear, self._next = self._next, None

    def _until_changed(self, frames: Iterator[Frame | None]) -> Iterator[Frame | None]:
        for frame in frames:
            yield frame
            if self._next:
                return

    def _beating(self, frames: Iterator[Frame | None], loop: asyncio.AbstractEventLoop) -> Iterator[Frame | None]:
        """Takes note that the loop turns, in any of its states."""
        for number, frame in enumerate(frames):
            self._turned = time.monotonic()
            if not number:
                loop.call_soon_threadsafe(self.turns.set)
            self.tap(frame)
            yield frame

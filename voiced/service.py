"""The daemon as a service: it obeys signals, takes in changed settings, and tells systemd how it is."""

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.children import Engines
from voiced.control.systemd import Signs, Systemd, words
from voiced.core.config import Config
from voiced.core.errors import VoicedError
from voiced.core.ports.clock import Clock
from voiced.setup.changes import changes
from voiced.setup.settings import load

if TYPE_CHECKING:
    from voiced.assistant import Voiced

log = logging.getLogger(__name__)

ENDING_S = 1.0
"""From then on it ends at once. What is kept is kept by then, and the children end with it; on a busy machine to end
takes the kernel as long again."""


def _told_already(*_: object) -> None:
    """What a second SIGTERM does. It is not ignored: programs that are started would inherit that."""


class Service:
    """What the daemon's process owes to whoever runs it.

    Args:
        config: what it was started with.
        file: the configuration file that was named, if one was.
        flags: settings of the command line.

    Attributes:
        config: what holds now.
        renewals: read files anew that settings name, or raise what is wrong; what comes back puts them to use.
        file: see above, as of the next.
        flags: likewise.
    """

    def __init__(self, config: Config, file: Path | None, flags: Sequence[str]) -> None:
        self.config = config
        self.renewals: list[Callable[[], Callable[[], None]]] = []
        self.file, self.flags = file, flags
        self._systemd = Systemd()
        self._changed = asyncio.Event()
        self._later: list[str] = []

    def obey(self, socket_path: Path) -> None:
        """From now on SIGTERM and SIGINT end this task in order, and SIGHUP has the settings read again.

        Args:
            socket_path: the daemon's own socket, which is left behind by no end.
        """
        loop, this = asyncio.get_running_loop(), asyncio.current_task()
        told, tell = os.pipe()

        def end(*_: object) -> None:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, _told_already)
            os.write(tell, b"!")
            loop.call_soon_threadsafe(in_order)

        def suddenly() -> None:
            # Whatever hangs, a library, a disk or a thread: a sudden end loses nothing that was promised.
            os.read(told, 1)
            time.sleep(ENDING_S)
            socket_path.unlink(missing_ok=True)
            os._exit(0)

        def in_order() -> None:
            self._systemd.stopping()
            if this:
                this.cancel()

        # It waits from now on: a signal may come while another thread is being started, and none can be started then.
        threading.Thread(target=suddenly, name="end", daemon=True).start()
        for number in (signal.SIGTERM, signal.SIGINT):
            # Not the loop's own: that waits until a module is loaded, which may be seconds on a busy machine.
            signal.signal(number, end)
        # A terminal that is closed takes its daemon with it.
        loop.add_signal_handler(signal.SIGHUP, end if os.isatty(sys.stderr.fileno()) else self._changed.set)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})

    async def live(self, voiced: "Voiced", parts: Engines, clock: Clock, answers: asyncio.Event) -> None:
        """Tells systemd that it is ready as soon as it is, then how it is; takes in changed settings.

        Args:
            voiced: the assistant.
            parts: the child processes.
            clock: the time.
            answers: is set once the socket answers.
        """

        def look() -> Signs:
            late_s = {f"{child.kind} {child.engine}": child.overdue_s for child in parts.all}
            return Signs(self._words(voiced), {"the ear": voiced.ear.turned_s(), **late_s})

        await answers.wait()
        await voiced.ear.turns.wait()
        self._systemd.ready(self._words(voiced))
        log.info("ready: %s", self._words(voiced))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._systemd.watch(clock, look), name="watchdog")
            while await self._changed.wait():
                self._changed.clear()
                await self._reload(voiced)

    async def _reload(self, voiced: "Voiced") -> None:
        """Takes in the settings, or none of them."""
        self._systemd.reloading()
        try:
            found = changes(self.config, load(self.file, self.flags).config)
            renewed = [renew() for renew in self.renewals]
            await voiced.change(found.config)
            for use in renewed:
                use()
        except VoicedError as error:
            log.error("the settings stay as they are: %s. %s", error.message, error.hint)  # noqa: TRY400 (it is the user's)
        else:
            self.config, self._later = found.config, found.later
            logging.getLogger().setLevel(found.config.log.level.upper())
            now, later = ", ".join(found.now) or "nothing", ", ".join(found.later) or "nothing"
            log.info("the settings were read again: %s changed; %s changes with the next start", now, later)
        self._systemd.ready(self._words(voiced))

    def _words(self, voiced: "Voiced") -> str:
        later = f"; start it again for {', '.join(self._later)}" if self._later else ""
        return words(voiced.status()) + later

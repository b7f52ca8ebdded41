"""The daemon: starts the children first, then loads the rest while they load, and runs until it is told to end."""

import asyncio
import logging
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

from setproctitle import setproctitle

from voiced.children import Engines, engines
from voiced.control.server import hold, serve
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.config import Config
from voiced.core.errors import first
from voiced.core.ports.clock import SystemClock
from voiced.engines.child import Child
from voiced.engines.soundcard import SoundCard

log = logging.getLogger(__name__)


def run(config: Config, socket_path: Path) -> int:
    """Runs the daemon until SIGTERM or SIGINT; returns the exit code.

    Raises:
        DaemonRunning: there is one already.
        VoicedError: it cannot start.
    """
    logging.getLogger().setLevel(config.log.level.upper())
    setproctitle("voiced")
    try:
        asyncio.run(_run(config, socket_path))
    except asyncio.CancelledError:
        log.info("stopped")
    except BaseExceptionGroup as group:
        raise first(group) from group
    return 0


async def _run(config: Config, socket_path: Path) -> None:
    loop, this = asyncio.get_running_loop(), asyncio.current_task()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, this.cancel if this else loop.stop)
    with hold(socket_path) as listener:
        bus = Bus()
        card = SoundCard(config.audio, bus.emit)
        parts = engines(config)._replace(audio=card.child)
        try:
            async with asyncio.TaskGroup() as tasks:
                for part in (card, parts.stt, parts.tts):
                    tasks.create_task(part.start())
                await _spawned((card.child, parts.stt, parts.tts))
                await _assist(config, card, bus, parts, listener)
        finally:
            await asyncio.gather(card.close(), parts.stt.close(), parts.tts.close())


async def _spawned(children: Sequence[Child]) -> None:
    """Lets the children begin to load, before the daemon itself does and leaves no time to the event loop."""
    while any(child.pid is None for child in children):  # noqa: ASYNC110 (it takes a turn or two of the loop)
        await asyncio.sleep(0)


async def _assist(config: Config, card: SoundCard, bus: Bus, parts: Engines, listener: socket.socket) -> None:
    from voiced.assistant import Voiced  # noqa: PLC0415 (loads while the children do)
    from voiced.control.api import application  # noqa: PLC0415 (the same)

    voiced = Voiced(config, card, SystemClock(), Activity(), bus, parts)
    async with voiced.running(), asyncio.TaskGroup() as tasks:
        tasks.create_task(voiced.hear(), name="ear")
        tasks.create_task(serve(application(voiced), listener), name="control")

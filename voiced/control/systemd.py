"""What systemd is told of the daemon: datagrams to the socket that it names.

Sources: sd_notify(3), sd_watchdog_enabled(3), systemd.service(5).
"""

import logging
import os
import socket
import time
from collections.abc import Callable, Mapping, MutableMapping

from msgspec import Struct

from voiced.core.ports.clock import Clock
from voiced.core.status import Status

log = logging.getLogger(__name__)

STUCK_S = 10.0
"""Whoever is late for so long is stuck, and the daemon has to be started again."""
EVERY_S = 5.0
"""Between two signs of life, at most; there are three of them in the time that systemd waits for one."""


class Signs(Struct, frozen=True):
    """Signs of life.

    Attributes:
        words: how the daemon is, for people; see `words`.
        late_s: seconds by which each of those is late that must not be: the ear, the child processes.
    """

    words: str
    late_s: Mapping[str, float]


class Systemd:
    """Tells systemd how the daemon is; nobody, where no systemd asked to be told.

    Args:
        environment: the daemon's variables. Those for it alone are taken away: no child may speak for it.
    """

    def __init__(self, environment: MutableMapping[str, str] = os.environ) -> None:
        address = environment.pop("NOTIFY_SOCKET", "")
        limit, pid = environment.pop("WATCHDOG_USEC", ""), environment.pop("WATCHDOG_PID", "")
        ours = limit.isdecimal() and pid in {"", str(os.getpid())}
        self._every_s = min(EVERY_S, int(limit) / 1_000_000 / 3) if ours else EVERY_S
        # An address in the abstract namespace is written with an @; see unix(7).
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._stuck = False

    def ready(self, words: str) -> None:
        """All works that works without a sound card; or what was to be loaded anew is."""
        self._tell("READY=1", f"STATUS={words}")

    def reloading(self) -> None:
        """Settings are read anew; `ready` follows."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """The daemon ends in order."""
        self._tell("STOPPING=1", "STATUS=ending")

    async def watch(self, clock: Clock, look: Callable[[], Signs]) -> None:
        """Gives signs of life for ever, as long as nobody is stuck; belongs into the loop whose life it shows.

        Args:
            clock: between the signs.
            look: looks for signs of life.
        """
        while self._address:
            signs = look()
            stuck = {who: late for who, late in signs.late_s.items() if late > STUCK_S}
            if stuck and not self._stuck:
                told = " and ".join(f"{who} since {late:.0f} s" for who, late in stuck.items())
                log.critical("stuck: %s. systemd is to start voiced again", told)
            self._stuck = bool(stuck)
            status = f"STATUS={'stuck: ' + ', '.join(stuck) if stuck else signs.words}"
            self._tell(*([] if stuck else ["WATCHDOG=1"]), status)
            await clock.sleep(self._every_s)

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        told = "\n".join(" ".join(line.split("\n")) for line in lines).encode()
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                sender.sendto(told, self._address)
        except OSError as error:
            log.warning("systemd cannot be told %s: %s", lines[0], error)


def words(status: Status) -> str:
    """How the daemon is, in one line for `systemctl status`: nothing of what was said."""
    audio = status.audio
    if status.muted:
        hears = "muted"
    elif audio.listening and not status.attention.wake_word:
        hears = "listens if it is asked to"
    elif audio.listening:
        hears = f"listens for {', '.join(status.wake_words) or 'nothing'}"
    else:
        hears = f"hears nothing: {audio.problem or 'the microphone is not open yet'}"
    lost = f"; what is said is not kept: {status.store.problem}" if status.store.problem else ""
    return f"{status.state}; {hears}{lost}"

"""A recogniser and a voice that do what a file tells them, however bad, the next time that they are asked."""

import ctypes
import os
import signal
import time
from pathlib import Path
from typing import Any

from voiced.core.errors import SttFailed
from voiced.core.wire import Message
from voiced.engines.host import Connection, Link

RATE = 16_000
WELL = "well"


class _Flaky:
    """Reads its orders: a fault, once, or none."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._orders = Path(settings["orders"])

    def close(self) -> None:
        pass

    def _fail(self, link: Link) -> None:
        order = self._orders.read_text() if self._orders.exists() else WELL
        if order == WELL:
            return
        self._orders.unlink()
        match order:
            case "abort":
                os.abort()
            case "segv":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "quit":
                os._exit(0)
            case "crash":
                raise RuntimeError("no one expected this")
            case "refuse":
                raise SttFailed("not today")
            case "babble":
                assert isinstance(link, Connection)
                link._sock.sendall(b"\x00\xff{]" * 1000 + b"\n")
                time.sleep(3600)
            case "hang":
                ctypes.PyDLL(None).sleep(3600)
            case "freeze":
                os.kill(os.getpid(), signal.SIGSTOP)


class FlakyStt(_Flaky):
    """Hears the same words whenever it works."""

    def handle(self, message: Message, link: Link) -> None:
        if message.type == "audio-stop":
            self._fail(link)
            link.send(Message("transcript", {"text": "say it works", "confidence": 1.0}, request=message.request))


class FlakyTts(_Flaky):
    """Hums, and fails in the middle."""

    def handle(self, message: Message, link: Link) -> None:
        if message.type != "synthesize":
            return
        sound = Message("audio-chunk", {"rate": RATE, "width": 2, "channels": 1}, b"\1\0" * 1600, message.request)
        link.send(sound)
        self._fail(link)
        link.send(sound)
        link.send(Message("audio-stop", request=message.request))

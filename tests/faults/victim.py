"""An engine that does what it is told, however bad."""
# ruff: noqa: ARG002 (a method for each type of frame, all with the same arguments)

import ctypes
import os
import signal
import time
from typing import Any

from voiced.core.errors import SttFailed
from voiced.core.wire import Message
from voiced.engines.host import Connection, Link


class Victim:
    def __init__(self, settings: dict[str, Any]) -> None:
        if settings.get("start") == "refuse":
            raise SttFailed("the model is not there", hint="Pull it.")
        if settings.get("start") == "hang":
            time.sleep(3600)
        if settings.get("start") == "exit":
            os._exit(3)
        self.settings = settings

    def handle(self, message: Message, link: Link) -> None:
        getattr(self, message.type.replace("-", "_"))(message, link)

    def close(self) -> None:
        pass

    def echo(self, message: Message, link: Link) -> None:
        link.send(Message("echo", message.data, message.payload, message.request))

    def settle(self, message: Message, link: Link) -> None:
        link.send(Message("settings", {"pid": os.getpid(), **self.settings}, request=message.request))

    def refuse(self, message: Message, link: Link) -> None:
        raise SttFailed("not today", code="closed-today", hint="Come back tomorrow.")

    def stream(self, message: Message, link: Link) -> None:
        """Sends chunks until nobody wants them any more."""
        sent = 0
        while not link.cancelled(message.request) and sent < message.data.get("count", 1_000_000):
            link.send(Message("chunk", {"number": sent}, bytes(4096), message.request))
            sent += 1

    def cancel(self, message: Message, link: Link) -> None:
        pass

    def abort(self, message: Message, link: Link) -> None:
        os.abort()

    def segv(self, message: Message, link: Link) -> None:
        os.kill(os.getpid(), signal.SIGSEGV)

    def quit(self, message: Message, link: Link) -> None:
        os._exit(0)

    def crash(self, message: Message, link: Link) -> None:
        raise RuntimeError("no one expected this")

    def babble(self, message: Message, link: Link) -> None:
        assert isinstance(link, Connection)
        link._sock.sendall(b"\x00\xff{]" * 1000 + b"\n")
        time.sleep(3600)

    def boast(self, message: Message, link: Link) -> None:
        assert isinstance(link, Connection)
        link._sock.sendall(b'{"type": "huge", "payload_length": 1000000000000}\n')
        time.sleep(3600)

    def eat(self, message: Message, link: Link) -> None:
        """Takes memory, and tells whether it got it."""
        eaten = bytearray(message.data["megabytes"] << 20)
        link.send(Message("eaten", {"bytes": len(eaten)}, request=message.request))

    def hang(self, message: Message, link: Link) -> None:
        """Sleeps in C with the interpreter's lock held: no Python thread of this process runs any more."""
        if message.data.get("announced"):
            link.send(Message("hanging", request=message.request))
        ctypes.PyDLL(None).sleep(3600)

    def freeze(self, message: Message, link: Link) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)

"""One life of a child process, seen from the daemon: from its spawn to its death."""

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from voiced.core.errors import DeadlinePassed, EngineDied, VoicedError, WireBroken, translate
from voiced.core.wire import Decoder, Message, encode, revive

log = logging.getLogger(__name__)

READ_BYTES = 1 << 16
REAP_S = 1.0
"""A killed process that is not gone by then hangs in the kernel; the next one is started beside it."""
LAST_BREATH_S = 0.25
"""A process that dies closes its socket first, and is gone a moment later."""
CLOSE_S = 0.5
"""Time that a child has to end by itself once its socket is closed."""
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",  # Its idle threads would cost memory in each child.
    "OMP_WAIT_POLICY": "PASSIVE",  # Threads that spin while they wait stop each other where a core is wanted elsewhere.
}
"""Of a child, unless the daemon's own says otherwise."""

Deliver = Callable[[Message], Awaitable[None]]


class Life:
    """A running child process. Belongs to the event loop's thread, which must live as long as the child."""

    def __init__(
        self, kind: str, engine: str, settings: Mapping[str, Any], lent: Sequence[int] = (), *, python: str = ""
    ) -> None:
        """Spawns it.

        Args:
            kind: its part in voiced, as `ps` shows it.
            engine: what it hosts; see `host.ENGINES`.
            settings: for the engine.
            lent: descriptors that it gets, under the same numbers.
            python: the interpreter that runs it; empty: this one.

        Raises:
            EngineDied: it cannot be spawned.
        """
        self.kind = kind
        self.ready = False
        self._reason: VoicedError | None = None
        self._settings = {**settings, "descriptors": list(lent)} if lent else dict(settings)
        with translate(OSError, to=EngineDied, message=f"the {kind} process cannot be started"), ExitStack() as undo:
            self._sock, theirs = socket.socketpair()
            undo.enter_context(self._sock)
            self._sock.setblocking(False)
            with theirs:
                arguments = [kind, engine, str(theirs.fileno()), str(os.getpid())]
                self._process = undo.enter_context(_spawn(python, arguments, [theirs.fileno(), *lent]))
            undo.callback(self._process.kill)
            self.pid = self._process.pid
            self._pidfd = os.pidfd_open(self.pid)
            undo.pop_all()
        self._gone = _gone(self._process, self._pidfd)
        _log_output(self._process, kind)
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether it can be talked to."""
        return self.ready and not (self._gone.done() or self._reason or self._reading is None or self._reading.done())

    async def start(self, memory_mb: int, deadline_s: float, deliver: Deliver) -> None:
        """Sends the settings and waits until it is ready.

        Args:
            memory_mb: it may use no more memory; 0: no limit.
            deadline_s: how long it may load.
            deliver: called with each frame that comes later; while it waits, the child has to wait.

        Raises:
            EngineDied, DeadlinePassed: it is not ready.
            VoicedError: the engine's own reason.
        """
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        reader, self._writer = await asyncio.open_connection(sock=self._sock)
        self._reading = asyncio.create_task(self._read(reader, ready, deliver))
        self.write(Message("start", {"settings": self._settings, "memory_mb": memory_mb}))
        await asyncio.wait({ready, self._reading}, timeout=deadline_s, return_when=asyncio.FIRST_COMPLETED)
        if ready.done():
            ready.result()
            self.ready = True
            return
        if self._reading.done():
            raise await self.over()
        reason = DeadlinePassed(f"the {self.kind} process was not ready after {deadline_s:g} s")
        self.kill(reason)
        raise reason

    def write(self, message: Message) -> None:
        """Sends a frame without waiting; `drain` after large ones."""
        if self._writer and not self._writer.is_closing():
            self._writer.write(encode(message))

    async def drain(self) -> None:
        """Waits until the child has read most of what was sent, or is gone."""
        if self._writer:
            with suppress(ConnectionError):
                await self._writer.drain()

    def kill(self, reason: VoicedError) -> None:
        """Ends it at once, whatever it does; the first reason counts."""
        self._reason = self._reason or reason
        if not self._gone.done():
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        if self._writer:
            # Its socket is closed from here, too: one that hangs in the kernel does not close it.
            self._writer.transport.abort()

    def dismiss(self, reason: VoicedError) -> None:
        """Lets it end by itself: nobody needs it any more."""
        self._reason = self._reason or reason
        if self._writer:
            self._writer.close()

    async def over(self) -> VoicedError:
        """Waits until it has ended, lets go of all that it held, and tells why it ended."""
        watched: set[asyncio.Future[Any]] = {self._gone}
        if self._reading:
            watched.add(self._reading)
        await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        return await self._bury(watched)

    async def close(self) -> None:
        """Lets it end by itself, and ends it if it does not."""
        self._reason = self._reason or EngineDied(f"the {self.kind} process was closed")
        if self._writer:
            self._writer.close()
            await asyncio.wait({self._gone}, timeout=CLOSE_S)
        await self._bury({self._gone, self._reading} if self._reading else {self._gone})

    async def _bury(self, watched: set[asyncio.Future[Any]]) -> VoicedError:
        await asyncio.wait({self._gone}, timeout=LAST_BREATH_S)
        if not self._gone.done():
            self.kill(EngineDied(f"the {self.kind} process closed its socket"))
        _, late = await asyncio.wait(watched, timeout=REAP_S)
        if self._reading:
            self._reading.cancel()
        if self._writer:
            self._writer.close()
        else:
            self._sock.close()
        if self._gone in late:
            log.error("the %s process %d does not end", self.kind, self.pid)
        elif not self._reason:
            self._reason = EngineDied(f"the {self.kind} process {_how(self._gone.result())}")
        return self._reason or EngineDied(f"the {self.kind} process hangs")

    async def _read(self, reader: asyncio.StreamReader, ready: asyncio.Future[None], deliver: Deliver) -> None:
        decoder = Decoder()
        try:
            while data := await reader.read(READ_BYTES):
                for message in decoder.feed(data):
                    if ready.done():
                        await deliver(message)
                    else:
                        _settle(ready, message)
        except WireBroken as error:
            self.kill(error)
        except ConnectionError:
            pass  # It died with frames unread; `over` tells how.


def _spawn(python: str, arguments: Sequence[str], descriptors: Sequence[int]) -> subprocess.Popen[bytes]:
    environment = {**ENVIRONMENT, **os.environ}
    if python:
        environment["PYTHONPATH"] = str(Path(__file__).parents[2])  # Another interpreter does not have voiced.
    return subprocess.Popen(  # noqa: S603 (our own program, no shell)
        [python or sys.executable, "-P", "-m", "voiced.engines.host", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=descriptors,
        env=environment,
        start_new_session=True,  # A Ctrl-C at the terminal is for the daemon alone.
    )


def _gone(process: subprocess.Popen[bytes], pidfd: int) -> asyncio.Future[int]:
    """Resolves with the exit status once the process is dead and reaped."""
    loop = asyncio.get_running_loop()
    gone: asyncio.Future[int] = loop.create_future()

    def reap() -> None:
        loop.remove_reader(pidfd)
        gone.set_result(process.wait())
        os.close(pidfd)

    loop.add_reader(pidfd, reap)
    return gone


def _log_output(process: subprocess.Popen[bytes], kind: str) -> None:
    """Writes what a child prints to our log, until it closes its output."""
    loop, output = asyncio.get_running_loop(), process.stdout
    assert output is not None  # noqa: S101 (it was asked for)
    os.set_blocking(output.fileno(), False)

    def copy() -> None:
        data = os.read(output.fileno(), READ_BYTES)
        for line in data.decode(errors="replace").splitlines():
            log.warning("%s: %s", kind, line)
        if not data:
            loop.remove_reader(output.fileno())
            output.close()

    loop.add_reader(output.fileno(), copy)


def _settle(ready: asyncio.Future[None], message: Message) -> None:
    if message.type == "error":
        ready.set_exception(revive(message))
    elif message.type == "ready":
        ready.set_result(None)
    else:
        raise WireBroken(f"a {message.type[:40]} frame came before the engine was ready")


def _how(status: int) -> str:
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"

"""The child's side of a child process: hosts one engine and answers frames about it.

`python -m voiced.engines.host KIND ENGINE DESCRIPTOR PARENT` is started by `engines.life` and by nothing else. The
first frame is `start` with the engine's settings and its limit of memory; `ready` or `error` answers it. Then frames
are handed to the engine one at a time. A `cancel` frame ends each request, also those that ended well; `cancelled` says
that the engine has let go of it. The child ends with its socket, at SIGTERM, and with its parent.
"""

import ctypes
import faulthandler
import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from pkgutil import resolve_name
from queue import Queue
from threading import Event, Lock, Thread
from typing import Any, Protocol

from setproctitle import setproctitle

from voiced.core.errors import ConfigInvalid, EngineMissing, VoicedError, WireBroken
from voiced.core.memory import give_back_memory
from voiced.core.wire import Decoder, Message, encode, failure

ENGINES = {
    "audio": {"portaudio": "voiced.engines.portaudio:PortAudio"},
    "stt": {"pocketsphinx": "voiced.engines.pocketsphinx:PocketSphinx", "whisper": "voiced.engines.whisper:Whisper"},
    "tts": {"espeak": "voiced.engines.espeak:Espeak", "piper": "voiced.engines.piper:Piper"},
    "llm": {"llama": "voiced.engines.llama:Llama"},
    "embed": {"minilm": "voiced.engines.minilm:MiniLm"},
}
"""Kind to name to `module:Class`. A name with a colon is a class of somebody else, given in full."""
INBOX = 1024
"""Frames that may wait for the engine: 30 s of speech in chunks of one frame each."""
LAST_WORD_S = 1.0
"""Time to finish after the daemon has closed the socket."""
PR_SET_PDEATHSIG = 1
OOM_SHARE = 200
"""Added to the score by which the kernel chooses what to end when memory is short: a child before the daemon."""

NICE = {"llm": 10, "embed": 10}
"""Who thinks makes way for who listens and who speaks, where they want the same cores. See nice(2). The vector of a
question is waited for: nicer than a busy model, it took four times as long."""


class Link(Protocol):
    """What an engine may use of the connection to the daemon. Safe from any thread."""

    def send(self, message: Message) -> None:
        """Sends a frame; waits while the daemon does not read."""
        ...

    def cancelled(self, request: int) -> bool:
        """Tells whether nobody waits for this request any more: to be asked between steps of long work."""
        ...

    def waiting(self) -> bool:
        """Tells whether more frames have come already: what could be done after them should not be done before."""
        ...


class Hosted(Protocol):
    """An engine inside a child. Made with its settings (a dict) as the only argument; may take its time to load."""

    def handle(self, message: Message, link: Link) -> None:
        """Does what a frame asks; frames come one at a time, in order, in the child's main thread.

        The last frame of each request is `cancel`: nobody waits for it any more, whether it had ended or not.

        Raises:
            VoicedError: goes back to the daemon as an `error` frame of the same request.
        """
        ...

    def close(self) -> None:
        """Lets go of everything."""
        ...


class Connection:
    """The link itself. A thread of its own reads, so that a `cancel` is seen while the engine works."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._sending = Lock()
        self._inbox: Queue[Message | None] = Queue(INBOX)
        self._cancelled: set[int] = set()
        self._over = False
        self._finished = Event()
        Thread(target=self._read, daemon=True, name="frames").start()

    def send(self, message: Message) -> None:
        """See `Link`. Frames of a request that nobody waits for are dropped."""
        if not self.cancelled(message.request):
            self._write(message)

    def cancelled(self, request: int) -> bool:
        """See `Link`."""
        return self._over or request in self._cancelled

    def waiting(self) -> bool:
        """See `Link`."""
        return not self._inbox.empty()

    def receive(self) -> Message | None:
        """Waits for the next frame that somebody still waits for; None at the end of the connection."""
        while (message := self._inbox.get()) is not None:
            if message.type == "cancel" or not self.cancelled(message.request):
                return message
        return None

    def release(self, request: int) -> None:
        """Tells the daemon that the engine has let go of a cancelled request."""
        self._cancelled.discard(request)
        self._write(Message("cancelled", request=request))

    def finish(self) -> None:
        """Says that the engine is closed and the process may end."""
        self._finished.set()

    def _write(self, message: Message) -> None:
        with self._sending, suppress(OSError):
            self._sock.sendall(encode(message))

    def _read(self) -> None:
        decoder = Decoder()
        with suppress(OSError, WireBroken):
            while data := self._sock.recv(1 << 16):
                for message in decoder.feed(data):
                    if message.type == "cancel":
                        self._cancelled.add(message.request)
                    self._inbox.put(message)
        self._over = True
        self._inbox.put(None)
        if not self._finished.wait(LAST_WORD_S):
            os._exit(1)


def serve(kind: str, name: str, connection: Connection) -> None:
    """Loads an engine and lets it work until the connection ends."""
    start = connection.receive()
    if start is None:
        return
    try:
        _limit_memory(int(start.data["memory_mb"]))
        gc.disable()  # What is loaded is no garbage; see `give_back_memory`.
        engine = find(kind, name)(start.data["settings"])
    except VoicedError as error:
        connection.send(failure(error))
        return
    try:
        connection.send(Message("ready"))
        give_back_memory()
        while (message := connection.receive()) is not None:
            _handle(engine, message, connection)
    finally:
        engine.close()


def _handle(engine: Hosted, message: Message, connection: Connection) -> None:
    try:
        engine.handle(message, connection)
    except VoicedError as error:
        connection.send(failure(error, message.request))
    if message.type == "cancel":
        connection.release(message.request)


def find(kind: str, name: str) -> Callable[[dict[str, Any]], Hosted]:
    """Imports an engine.

    Args:
        kind: the part that it is to play: audio, stt, tts, llm, embed.
        name: as the configuration has it.

    Raises:
        ConfigInvalid: there is none of that name and kind.
        EngineMissing: it is not installed.
    """
    known = ENGINES.get(kind, {})
    path = known.get(name, name)
    if not path.partition(":")[2]:
        raise ConfigInvalid(f"there is no {kind} engine {name!r}", hint=f"There are: {', '.join(sorted(known))}.")
    try:
        return resolve_name(path)
    except (ImportError, AttributeError, ValueError) as error:
        raise EngineMissing(f"the engine {name!r} is not installed: {error}") from error


def _limit_memory(megabytes: int) -> None:
    """What is mapped from a file, such as a model, does not count. Source: getrlimit(2), RLIMIT_DATA."""
    if megabytes:
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))


def _end_with(parent: int) -> None:
    """Asks the kernel to end this process with its parent; the parent may have ended before it was asked.

    Source: prctl(2), PR_SET_PDEATHSIG.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


def _end(*_: object) -> None:
    sys.exit(0)


def main(arguments: list[str]) -> None:
    """Runs a child process to its end.

    Args:
        arguments: kind, engine, the socket's descriptor, the parent's process id.
    """
    kind, engine, descriptor, parent = arguments
    _end_with(int(parent))
    signal.signal(signal.SIGTERM, _end)
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # It would hold what was said, and take its time to be written.
    setproctitle(f"voiced: {kind}")
    score = Path("/proc/self/oom_score_adj")
    with suppress(OSError):
        score.write_text(str(min(1000, int(score.read_text()) + OOM_SHARE)))
    os.nice(NICE.get(kind, 0))
    connection = Connection(socket.socket(fileno=int(descriptor)))
    serve(kind, engine, connection)
    connection.finish()


if __name__ == "__main__":
    main(sys.argv[1:])

"""The other end of the daemon's socket, for the command line."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from voiced.core.errors import DaemonUnreachable, VoicedError
from voiced.core.events import AnyEvent
from voiced.core.status import Status

_event = msgspec.json.Decoder(AnyEvent)


class Client:
    """Talks to the daemon.

    Args:
        path: its socket.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # A sentence may take long to be spoken, and events for ever; a daemon that is gone closes the socket.
        patient = httpx.Timeout(None)
        transport = httpx.HTTPTransport(uds=str(path))
        self._http = httpx.Client(transport=transport, base_url="http://voiced/api/v1", timeout=patient)

    def running(self) -> bool:
        """Tells whether a daemon answers."""
        try:
            self.status()
        except DaemonUnreachable:
            return False
        return True

    def status(self) -> Status:
        """Everything about the daemon."""
        return msgspec.json.decode(self._send("GET", "status").content, type=Status)

    def ask(self, text: str, *, aloud: bool) -> str:
        """The answer to a question; empty where there is none."""
        return str(self._send("POST", "ask", {"text": text, "aloud": aloud}).json()["text"])

    def post(self, verb: str, **fields: object) -> None:
        """Any of the verbs that have no answer: say, stop, listen, mute, volume."""
        self._send("POST", verb, fields or None)

    @contextmanager
    def events(self) -> Generator[Generator[AnyEvent]]:
        """What happens from now on, as it happens."""
        with self._translated(), self._http.stream("GET", "/events") as response:
            yield (_event.decode(line[6:]) for line in response.iter_lines() if line.startswith("data: "))

    def _send(self, method: str, path: str, fields: object = None) -> httpx.Response:
        with self._translated():
            response = self._http.request(method, f"/{path}", json=fields)
        if response.is_error:
            problem: dict[str, Any] = response.json()
            raise VoicedError(str(problem["message"]), code=str(problem["code"]), hint=str(problem["hint"]))
        return response

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except httpx.ConnectError as error:
            if isinstance(error.__cause__ and error.__cause__.__cause__, PermissionError):
                hint = "Join the group `voiced`, or use the daemon's own user."
                raise DaemonUnreachable(f"you may not use {self._path}", code="not-allowed", hint=hint) from error
            raise DaemonUnreachable(f"no daemon answers on {self._path}") from error
        except httpx.TransportError as error:
            raise DaemonUnreachable(f"the daemon went away: {error}") from error

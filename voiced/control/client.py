"""The other end of the daemon's socket, for the command line."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeVar

import httpx
import msgspec
from msgspec import Struct

from voiced.control.answers import problem, translated
from voiced.core.errors import DaemonUnreachable
from voiced.core.events import AnyEvent, Gap
from voiced.core.home import Action, Entity, Receipt
from voiced.core.status import Status

PROMPT_S = 5.0
"""A daemon that is well answers at once, but for what has to be spoken, thought about or seen."""
PATIENT = frozenset({"ask", "voice/say", "home/actions"})
Thing = TypeVar("Thing")
_event = msgspec.json.Decoder(AnyEvent | Gap)


class _Answer(Struct):
    text: str
    understood: bool


class Client:
    """Talks to the daemon. A context manager, for those who do not end with it.

    Args:
        path: its socket.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # A sentence may take long to be spoken, and events for ever; a daemon that is gone closes the socket.
        patient = httpx.Timeout(None)
        # Certificates take a while to load, and are of no use here.
        transport = httpx.HTTPTransport(uds=str(path), verify=False)
        self._http = httpx.Client(transport=transport, base_url="http://voiced/api/v1", timeout=patient)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def running(self) -> bool:
        """Tells whether a daemon answers.

        Raises:
            VoicedError: there is one, but it cannot be used: it hangs, or you may not.
        """
        try:
            self.status()
        except DaemonUnreachable as error:
            if error.code != DaemonUnreachable.code:
                raise
            return False
        return True

    def status(self) -> Status:
        """Everything about the daemon."""
        return self._decoded(self._send("GET", "status"), Status)

    def entities(self) -> list[Entity]:
        """What there is in the home."""
        return self._decoded(self._send("GET", "home/entities"), list[Entity])

    def act(self, actions: Sequence[Action], *, confirmed: bool) -> list[Receipt]:
        """Does things in the home; what is risky only if it is confirmed."""
        wanted = msgspec.to_builtins(actions)
        sent = self._send("POST", "home/actions", {"actions": wanted, "confirmed": confirmed})
        return self._decoded(sent, list[Receipt])

    def ask(self, text: str, *, aloud: bool) -> str | None:
        """The answer to a question, empty where there is nothing to say; None where it was not understood."""
        answer = self._decoded(self._send("POST", "ask", {"text": text, "aloud": aloud}), _Answer)
        return answer.text if answer.understood else None

    def send(self, method: str, verb: str, kind: type[Thing], **fields: object) -> Thing:
        """Any of the verbs with an answer of their own: voice/announce, dnd."""
        return self._decoded(self._send(method, verb, fields or None), kind)

    def post(self, verb: str, **fields: object) -> None:
        """Any of the verbs that have no answer, such as voice/say."""
        self._send("POST", verb, fields or None)

    @contextmanager
    def events(self) -> Generator[Generator[AnyEvent | Gap]]:
        """What happens from now on, as it happens."""
        self.status()  # It bounds the wait for a daemon that hangs: events themselves may be far apart.
        with translated(self._path), self._http.stream("GET", "/events") as response:
            if response.is_error:
                response.read()
                raise problem(response)
            yield (_event.decode(line[6:]) for line in response.iter_lines() if line.startswith("data: "))

    def _send(self, method: str, path: str, fields: object = None) -> httpx.Response:
        timeout = None if path in PATIENT else PROMPT_S
        with translated(self._path):
            response = self._http.request(method, f"/{path}", json=fields, timeout=timeout)
        if response.is_error:
            raise problem(response)
        return response

    def _decoded(self, response: httpx.Response, kind: type[Thing]) -> Thing:
        with translated(self._path):
            return msgspec.json.decode(response.content, type=kind)

"""Home Assistant's WebSocket: commands and their answers, and what happens there.

Source: https://developers.home-assistant.io/docs/api/websocket
"""

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from voiced.core import credentials
from voiced.core.config_home import HomeAssistantConfig
from voiced.core.errors import HomeFailed, HomeUnreachable, translate
from voiced.home.observed import Unanswered
from voiced.home.told import Unreadable, read

LARGEST = 16 * 1024 * 1024
"""Bytes of a message: the states of some ten thousand things."""
CONNECT_S = ANSWER_S = 10.0
PING_S = 10.0
"""How often it is asked whether it is there; it has as long to answer."""
CREDENTIAL_HINT = "Make a long-lived access token of an administrator in the user profile there; see token_file."

T = TypeVar("T")
Event = dict[str, Any]
OnEvent = Callable[[Event], None]


class _Problem(Struct, frozen=True):
    code: str = ""
    message: str = "it does not say why"


class _Message(Struct, frozen=True):
    """What it sends: a result of a command, an event of a subscription, or something about who voiced is."""

    type: str
    id: int = 0
    success: bool = False
    result: Any = None
    error: _Problem | None = None
    event: Event = {}
    message: str = ""


class WebSocket:
    """One connection, for as long as it lasts.

    Args:
        connection: which has let voiced in.
        unreadable: counts what cannot be read.
    """

    def __init__(self, connection: ClientConnection, unreadable: Unreadable) -> None:
        self._connection, self._unreadable = connection, unreadable
        self._numbers = count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._subscribers: dict[int, OnEvent] = {}

    async def ask(self, wanted: type[T], kind: str, **fields: Any) -> T:  # noqa: ANN401 (any JSON)
        """Sends a command.

        Args:
            wanted: what the answer is.
            kind: of the command.
            fields: of the command.

        Raises:
            HomeFailed: Home Assistant says no, or something else.
            HomeUnreachable: it cannot be sent.
            Unanswered: the connection is lost since, or it does not answer.
        """
        answer = await self._ask(next(self._numbers), kind, fields)
        with translate(ValidationError, to=HomeFailed, message=f"Home Assistant answers {kind} in another form"):
            return msgspec.convert(answer, wanted)

    async def subscribe(self, on_event: OnEvent, kind: str, **fields: Any) -> int:  # noqa: ANN401 (the same)
        """Sends a command that tells of events from then on; returns the subscription's number."""
        number = next(self._numbers)
        self._subscribers[number] = on_event
        await self._ask(number, kind, fields)
        return number

    async def unsubscribe(self, number: int) -> None:
        """Ends a subscription."""
        await self.ask(object, "unsubscribe_events", subscription=number)
        del self._subscribers[number]

    async def _ask(self, number: int, kind: str, fields: dict[str, Any]) -> Any:  # noqa: ANN401 (the same)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_S):
                with translate(WebSocketException, to=HomeUnreachable, message="Home Assistant is gone"):
                    await self._connection.send(json.dumps({"id": number, "type": kind, **fields}))
                return await answer
        except TimeoutError as error:
            raise Unanswered("Home Assistant does not answer") from error
        finally:
            del self._answers[number]

    async def read(self) -> None:
        """Reads until the connection is lost, which it raises."""
        try:
            while True:
                text = await self._connection.recv()
                with self._unreadable.guarding("Home Assistant"):
                    self.take(text)
        finally:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(Unanswered("Home Assistant is gone"))

    def take(self, text: str | bytes) -> None:
        """Hands on a message to whom it is for.

        Raises:
            InputInvalid: it cannot be read.
        """
        message = read(text, _Message)
        answer = self._answers.get(message.id)
        if message.type == "event" and message.id in self._subscribers:
            self._subscribers[message.id](message.event)
        elif message.type == "result" and answer and not answer.done():
            if message.success:
                answer.set_result(message.result)
            else:
                problem = message.error or _Problem()
                hint = CREDENTIAL_HINT if problem.code == "unauthorized" else None
                answer.set_exception(
                    HomeFailed("Home Assistant says no: {problem}", problem=problem.message, hint=hint)
                )


@asynccontextmanager
async def opened(config: HomeAssistantConfig, unreadable: Unreadable) -> AsyncGenerator[WebSocket]:
    """Connects, and shows the token.

    Args:
        config: where to, and with which token.
        unreadable: counts what cannot be read.

    Raises:
        HomeUnreachable: it is not there, or does not let voiced in.
        InputInvalid: whoever is there is no Home Assistant.
        ConfigInvalid: the token, or the certificates, cannot be used.
        OSError, WebSocketException, TimeoutError: the same, or the connection is lost meanwhile.
    """
    token, context = await asyncio.to_thread(_credentials, config)
    address = f"ws{config.url.removeprefix('http').rstrip('/')}/api/websocket"
    connecting = connect(
        address,
        ssl=context,
        max_size=LARGEST,
        open_timeout=CONNECT_S,
        ping_interval=PING_S,
        ping_timeout=PING_S,
        close_timeout=1,
        proxy=None,
    )
    async with connecting as connection:
        async with asyncio.timeout(CONNECT_S):
            await connection.recv()
            await connection.send(json.dumps({"type": "auth", "access_token": token}))
            answer = read(await connection.recv(), _Message)
        if answer.type != "auth_ok":
            raise HomeUnreachable(f"Home Assistant does not take the token: {answer.message}", hint=CREDENTIAL_HINT)
        yield WebSocket(connection, unreadable)


def _credentials(config: HomeAssistantConfig) -> tuple[str, ssl.SSLContext | None]:
    """The token and whom to trust."""
    token = credentials.shown(config.token_file, "token")
    return token, credentials.trust(config.ca_file) if config.url.startswith("https:") else None

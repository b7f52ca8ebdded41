"""Requests to a server that speaks OpenAI's protocol.

Nothing that the user said, and no sentence of the server's that could repeat it, gets into an error.
"""

import logging
import re
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from msgspec import Struct, field

from voiced.core import credentials
from voiced.core.config import RemoteConfig
from voiced.core.errors import ConfigInvalid, RemoteUnreachable, VoicedError, translate
from voiced.engines.openai_answer import Answer
from voiced.engines.remote import CONNECT_S, NAME_LIMIT, ServerInfo, address, unreachable

ERROR_LIMIT = 64 * 1024
"""Bytes of an error's body; a longer one is not read."""
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{1,60}")
_SECONDS = re.compile(r"\d{1,6}")
# They write down every request, with passwords in addresses, and every header of an answer.
for _chatty in ("httpx", "httpcore"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)
OWN_LOG = "That server's own log tells why."


class _Reason(Struct):
    code: str | int | None = None
    type: str | None = None


class _Refusal(Struct):
    error: _Reason = field(default_factory=_Reason)


class _Model(Struct):
    id: str = ""


class _Models(Struct):
    data: list[_Model] = field(default_factory=list[_Model])


class OpenAiServer:
    """A server, and the connections to it that are kept open for the next request.

    Args:
        remote: where it is, the model to ask for, and the token to show.
        failed: of what kind the server's own errors are.

    Raises:
        ConfigInvalid: the address, the token or the certificates cannot be used.
    """

    def __init__(self, remote: RemoteConfig, failed: type[VoicedError]) -> None:
        self.where, self.model = address(remote.url), remote.model
        self._failed = failed
        # Of a coding such as gzip, a few bytes could become gigabytes.
        headers = {"Accept-Encoding": "identity"}
        if secret := credentials.shown(remote.token_file, "token", "ascii"):
            headers["Authorization"] = f"Bearer {secret}"
        # Without TLS there is nobody to trust, and to learn whom the machine trusts would take a while.
        encrypted = self.where.startswith("https:")
        verify = credentials.trust(remote.ca_file) if encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        with translate(httpx.InvalidURL, to=ConfigInvalid, message=f"{self.where} is no address"):
            self._client = httpx.AsyncClient(
                base_url=remote.url.rstrip("/"),
                headers=headers,
                verify=verify,
                timeout=httpx.Timeout(None, connect=CONNECT_S),
                trust_env=False,  # A proxy of the environment would hear what is said.
            )

    async def describe(self) -> ServerInfo:
        """Asks the server what it is. Whoever waits sets the deadline.

        Raises:
            RemoteUnreachable: it does not answer.
            VoicedError: it refuses, or what it answers makes no sense.
        """
        async with self.answer("GET", "/models") as answer:
            models = (await answer.body(_Models)).data
            only = models[0].id if len(models) == 1 else ""
            return ServerInfo(answer.header("server")[:NAME_LIMIT], (self.model or only)[:NAME_LIMIT])

    @asynccontextmanager
    async def answer(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> AsyncGenerator[Answer]:
        """Sends a request and waits until an answer begins. Leaving early ends the server's work.

        Args:
            method: HTTP's.
            path: what follows the server's address.
            body: sent as JSON.

        Raises:
            RemoteUnreachable: the server does not answer.
            VoicedError: it refuses; of the kind `failed`.
        """
        request = self._client.build_request(method, path, json=body)
        try:
            response = await self._client.send(request, stream=True)
        except httpx.ConnectTimeout as error:
            raise RemoteUnreachable(f"{self.where} did not answer within {CONNECT_S:g} s") from error
        except httpx.TransportError as error:
            raise unreachable(self.where, error) from error
        answer = Answer(response, self.where, self._failed)
        try:
            if not response.is_success:
                raise await self._refusal(answer)
            yield answer
        finally:
            await answer.close()

    async def close(self) -> None:
        """Cuts all connections."""
        await self._client.aclose()

    async def _refusal(self, answer: Answer) -> VoicedError:
        """What a status that is no success means, and what to do about it."""
        code: str | None = None
        match answer.status:
            case 401 | 403:
                problem, hint = "does not accept the token", "The file that `token_file` names holds it."
            case 404:
                problem = f"knows no model {self.model!r}, or not this path"
                hint = "See `model`, and the path in the address (often /v1), in engines.remote."
            case 429 | 503:
                wait = answer.header("retry-after")
                problem, code = "has too much to do, or has only just started", "remote-busy"
                hint = f"It asks to wait {wait} s." if _SECONDS.fullmatch(wait) else "Try again in a moment."
            case status if status >= 500:  # noqa: PLR2004 (as HTTP has it)
                problem, hint = f"failed at it ({status})", OWN_LOG
            case status:
                problem = f"refuses the request ({', '.join([str(status), *await _reasons(answer)])})"
                hint = f"See the address and `model` in engines.remote. {OWN_LOG}"
        return self._failed(f"{self.where} {problem}", code=code, hint=hint)


async def _reasons(answer: Answer) -> list[str]:
    """The server's own codes for it, as far as they are no sentences."""
    try:
        reason = (await answer.body(_Refusal, ERROR_LIMIT)).error
    except VoicedError:
        return []
    return [code for code in (reason.code, reason.type) if isinstance(code, str) and _CODE.fullmatch(code)][:1]

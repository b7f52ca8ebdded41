"""What all engines on other machines share: how they are called, and why they are not there."""

import asyncio
import re
import ssl
from collections.abc import Awaitable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from msgspec import Struct

from voiced.core.errors import DeadlinePassed, RemoteUnreachable

T = TypeVar("T")
CONNECT_S = 3.0
"""A server is reached, and says what it is, in so many seconds, or it is taken for unreachable."""
NAME_LIMIT = 100
"""Characters of a name that a server gives itself or its model."""
UNTRUSTED = "If it is yours, put the certificate that signed its own into `ca_file`."


class ServerInfo(Struct, frozen=True):
    """What a server says about itself.

    Attributes:
        name: the program, as it calls itself.
        model: the model or voice that answers; empty where it does not tell, or has many.
    """

    name: str
    model: str = ""


class Server(Protocol):
    """An engine on another machine, beside what its port promises."""

    async def describe(self) -> ServerInfo:
        """Asks the server what it is.

        Raises:
            VoicedError: it does not answer, refuses, or is something else.
        """
        ...

    async def close(self) -> None:
        """Lets go of it."""
        ...


def address(url: str) -> str:
    """A server's address as people may read it, without names and passwords, path and query; a name as it is."""
    scheme, _, rest = url.partition("://")
    if scheme == "unix" or not rest:
        return url
    return f"{scheme}://{re.split('[/?#]', rest, maxsplit=1)[0].rpartition('@')[2]}"


def is_here(url: str) -> bool:
    """Whether a server is on this very machine."""
    host = urlsplit(url).hostname or ""
    found = literal(host)
    return host == "localhost" or bool(found and found.is_loopback)


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is written as; None: it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def unreachable(where: str, error: Exception) -> RemoteUnreachable:
    """Tells why a server cannot be reached.

    Args:
        where: its address.
        error: what was tried and failed.
    """
    cause: BaseException | None = error
    while cause and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return RemoteUnreachable(f"the certificate of {where} is not trusted: {cause.verify_message}", hint=UNTRUSTED)
    if isinstance(cause, ssl.SSLError):
        return RemoteUnreachable(f"{where} speaks no TLS that we know: {cause.reason}")
    return RemoteUnreachable(f"{where} cannot be reached: {error}")


async def within(seconds: float, work: Awaitable[T], where: str) -> T:
    """Waits for a server, but no longer than so many seconds.

    Raises:
        DeadlinePassed: the time is over; the work is cancelled.
    """
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            return await work
    except TimeoutError:
        raise DeadlinePassed(f"{where} did not answer within {max(0.0, seconds):.3g} s") from None

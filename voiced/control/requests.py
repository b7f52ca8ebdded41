"""What the routes share: how they see the daemon, and how they read what is asked of them."""

from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.di import NamedDependency
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.params import SkipValidation

from voiced.core.errors import InputInvalid
from voiced.core.ports.agent import Agent

BODY_LIMIT = 64 * 1024
ADMIN, READ, TALK = {"scope": "admin"}, {"scope": "read"}, {"scope": "talk"}
"""Options of routes: what a key must be for; without them, one looks with `read`, and changes with `control`."""
CORRECT = "Correct what is named, and send it again."
AnyRequest = Request[Any, Any, Any]
Steered = SkipValidation[NamedDependency[Agent]]
T = TypeVar("T")


def asked(request: AnyRequest, kind: type[T]) -> T:
    """Reads the part of an address after the question mark.

    Raises:
        InputInvalid: there is something else in it, or out of bounds.
    """
    return made(dict(request.query_params), kind, strict=False)


def made(values: object, kind: type[T], *, strict: bool = True) -> T:
    """Makes a value of plain ones.

    Raises:
        InputInvalid: they do not make one.
    """
    try:
        return msgspec.convert(values, kind, strict=strict)
    except msgspec.ValidationError as error:
        raise InputInvalid(str(error), hint=CORRECT) from error


async def small_body(request: AnyRequest, kind: type[T], limit: int = BODY_LIMIT) -> T:
    """Reads JSON on a route whose body may be far larger than JSON may, or that has words of its own for what is wrong.

    Args:
        request: whose body.
        kind: what it is to be.
        limit: bytes of it.

    Raises:
        InputInvalid: it is none of this kind.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise RequestEntityTooLarge
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputInvalid(str(error), hint=CORRECT) from error

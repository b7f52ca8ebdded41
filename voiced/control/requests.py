"""What the routes share: how they see the daemon, and how they read what is asked of them."""

from typing import Any, TypeVar, get_origin

import msgspec
from litestar import Request
from litestar.di import NamedDependency
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.params import SkipValidation
from msgspec import Struct

from voiced.core.errors import InputInvalid
from voiced.core.ports.agent import Agent

BODY_LIMIT = 64 * 1024
ADMIN, READ, TALK = {"scope": "admin"}, {"scope": "read"}, {"scope": "talk"}
"""Options of routes: what a key must be for; without them, one looks with `read`, and changes with `control`."""
QUERY, TAKES, GIVES = "query", "takes", "gives"
"""Options of routes that tell what goes in and comes out, where the signature does not: see `openapi`."""
CORRECT = "Correct what is named, and send it again."
EVENTS, LINES, FILE = "text/event-stream", "application/jsonl", "application/octet-stream"
AnyRequest = Request[Any, Any, Any]
Steered = SkipValidation[NamedDependency[Agent]]
T = TypeVar("T")
Form = TypeVar("Form", bound=Struct)


def query(kind: Any) -> dict[str, Any]:  # noqa: ANN401 (any annotation, as in the next two)
    """The option of a route that tells what may stand in its address after the question mark."""
    return {QUERY: kind}


def taking(media_type: str, kind: Any = bytes) -> dict[str, Any]:  # noqa: ANN401
    """The option of a route that reads its body by itself: what that is."""
    return {TAKES: (media_type, kind)}


def giving(media_type: str, kind: Any = bytes) -> dict[str, Any]:  # noqa: ANN401
    """The option of a route that answers with a stream: what that is, or what each of its parts is."""
    return {GIVES: (media_type, kind)}


def asked(request: AnyRequest, kind: type[Form]) -> Form:
    """Reads the part of an address after the question mark, which the route has to name with `query`.

    Raises:
        InputInvalid: there is something else in it, or out of bounds.
    """
    if request.route_handler.opt.get(QUERY) is not kind:
        raise LookupError(f"{request.route_handler} does not tell that it reads {kind}")
    several = {each.encode_name for each in msgspec.structs.fields(kind) if get_origin(each.type) is list}
    given = request.query_params.dict().items()
    return made({name: values if name in several else values[-1] for name, values in given}, kind, strict=False)


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

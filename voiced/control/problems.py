"""Errors in HTTP's form."""

import logging
from typing import Any

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.status_codes import HTTP_400_BAD_REQUEST, HTTP_413_REQUEST_ENTITY_TOO_LARGE

from voiced.control.told import Problem
from voiced.core.errors import InputInvalid, VoicedError, whereabouts

log = logging.getLogger(__name__)

AnyRequest = Request[Any, Any, Any]
STATUS_OF = {
    "busy": 429,
    "audio-failed": 503,
    "stopped": 409,
    "not-understood": 422,
    "too-private": 422,
    "skill-failed": 422,
    "not-found": 404,
    "key-refused": 401,
    "scope-missing": 403,
    "host-refused": 421,
    "rate-limited": 429,
    "budget-spent": 429,
    "store-busy": 503,
    "store-full": 503,
    "store-io": 503,
    "store-held": 409,
    "store-newer": 409,
    "store-foreign": 409,
}
"""HTTP's word for an error's code; 400 for what cannot be used as it is, and 500 for any other."""


def problem(error: BaseException, where: str) -> Problem:
    """Tells an error; one that is nobody's but ours goes into the log.

    Args:
        error: what went wrong.
        where: what was asked, for the log.
    """
    if isinstance(error, VoicedError):
        status = STATUS_OF.get(error.code, 400 if isinstance(error, InputInvalid) else 500)
        return Problem(error.code, error.message, error.hint, status)
    log.error("%s failed:\n%s", where, whereabouts(error))
    hint = "This is a fault of voiced: please report it, with the daemon's log."
    return Problem(VoicedError.code, f"{type(error).__name__}: {error}", hint)


def _failed(request: AnyRequest, error: Exception) -> Response[Problem]:
    return _response(problem(error, f"{request.method} {request.url.path}"))


def _invalid(_: AnyRequest, error: ValidationException) -> Response[Problem]:
    extra: Any = error.extra
    found = [_fault(part) for part in extra] if isinstance(extra, list) else [str(error.detail)]
    return _response(Problem("input-invalid", "; ".join(found), "Correct what is named, and send it again.", 400))


def _fault(part: dict[str, Any]) -> str:
    return ": ".join(str(part[name]) for name in ("key", "message") if part.get(name))


def _no_text(_: AnyRequest, error: UnicodeDecodeError) -> Response[Problem]:
    return _response(Problem("input-invalid", f"that is no UTF-8: {error}", "Send JSON.", 400))


def _refused(_: AnyRequest, error: HTTPException) -> Response[Problem]:
    if error.status_code == HTTP_400_BAD_REQUEST:
        return _response(Problem("input-invalid", f"that is no JSON object: {error.detail}", "Send JSON.", 400))
    if error.status_code == HTTP_413_REQUEST_ENTITY_TOO_LARGE:
        return _response(Problem("input-invalid", "that is too large", "Send less at a time.", 413))
    return _response(Problem("http", str(error.detail), "The paths are below /api/v1 and /v1.", error.status_code))


def _response(told: Problem) -> Response[Problem]:
    # Whoever is still sending a large file need not go on.
    headers = {"connection": "close"}
    return Response(told, status_code=told.status, media_type=MediaType.JSON, headers=headers)


HANDLERS: Any = {
    ValidationException: _invalid,
    HTTPException: _refused,
    UnicodeDecodeError: _no_text,
    Exception: _failed,
}

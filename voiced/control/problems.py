"""Errors in HTTP's form."""

import logging
from collections.abc import Mapping
from math import ceil
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.status_codes import HTTP_400_BAD_REQUEST, HTTP_413_REQUEST_ENTITY_TOO_LARGE
from msgspec.structs import replace

from voiced.control.told import MEDIA_TYPE, Problem, told
from voiced.core.context import whereabouts
from voiced.core.errors import InputInvalid, VoicedError

log = logging.getLogger(__name__)

AnyRequest = Request[Any, Any, Any]
STATUS_OF = {
    "busy": 429,
    "stopped": 409,
    "not-understood": 422,
    "too-private": 422,
    "skill-failed": 422,
    "not-found": 404,
    "model-missing": 404,
    "models-held": 409,
    "config-invalid": 409,
    "internal": 500,
    "store-refused": 500,
    "key-refused": 401,
    "scope-missing": 403,
    "host-refused": 421,
    "rate-limited": 429,
    "budget-spent": 429,
    "store-held": 409,
    "store-newer": 409,
    "store-foreign": 409,
}
"""HTTP's word for an error's code; 400 for what cannot be used as it is, and 503 for any other: a part of voiced, or
somebody whom it needs, does not work. 500 is a fault of ours."""


def problem(error: BaseException, where: str) -> Problem:
    """Tells an error; one that is nobody's but ours goes into the log.

    Args:
        error: what went wrong.
        where: what was asked, for the log.
    """
    if isinstance(error, VoicedError):
        status = STATUS_OF.get(error.code, 400 if isinstance(error, InputInvalid) else 503)
        return told(error.code, error.message, error.hint, status)
    log.error("%s failed:\n%s", where, whereabouts(error))
    hint = "This is a fault of voiced: please report it, with the daemon's log."
    return told(VoicedError.code, f"{type(error).__name__}: {error}", hint, 500)


def _failed(request: AnyRequest, error: Exception) -> Response[Problem]:
    wait_s = error.wait_s if isinstance(error, VoicedError) else None
    later = {"retry-after": str(max(1, ceil(wait_s)))} if wait_s is not None else {}
    return _response(request, problem(error, f"{request.method} {request.scope['path']}"), later)


def _invalid(request: AnyRequest, error: ValidationException) -> Response[Problem]:
    # Litestar's own words do not tell where it is.
    cause = error.__cause__
    found = str(cause).replace("`$.data", "`$") if isinstance(cause, msgspec.ValidationError) else str(error.detail)
    return _unusable(request, found, "Correct what is named, and send it again.")


def _no_text(request: AnyRequest, error: UnicodeDecodeError) -> Response[Problem]:
    return _unusable(request, f"that is no UTF-8: {error}", "Send JSON.")


def _refused(request: AnyRequest, error: HTTPException) -> Response[Problem]:
    if error.status_code == HTTP_400_BAD_REQUEST:
        return _unusable(request, f"that is no JSON object: {error.detail}", "Send JSON.")
    if error.status_code == HTTP_413_REQUEST_ENTITY_TOO_LARGE:
        return _unusable(request, "that is too large", "Send less at a time.", HTTP_413_REQUEST_ENTITY_TOO_LARGE)
    found = told("http", str(error.detail), "The paths are below /api/v1 and /v1: see /schema.", error.status_code)
    return _response(request, found, error.headers)


def _unusable(request: AnyRequest, detail: str, hint: str, status: int = HTTP_400_BAD_REQUEST) -> Response[Problem]:
    return _response(request, told("input-invalid", detail, hint, status))


def _response(request: AnyRequest, found: Problem, headers: Mapping[str, str] | None = None) -> Response[Problem]:
    # Whoever is still sending a large file need not go on.
    headers = {**(headers or {}), "connection": "close"}
    found = replace(found, instance=request.scope["path"])
    return Response(found, status_code=found.status, media_type=MEDIA_TYPE, headers=headers)


HANDLERS: Any = {
    ValidationException: _invalid,
    HTTPException: _refused,
    UnicodeDecodeError: _no_text,
    Exception: _failed,
}

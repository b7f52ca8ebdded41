"""Errors in OpenAI's form, with our code and hint in it."""

import re
from collections.abc import Callable
from typing import Any

from litestar import MediaType, Response
from litestar.status_codes import HTTP_400_BAD_REQUEST, HTTP_500_INTERNAL_SERVER_ERROR

from voiced.control import problems
from voiced.control.requests import AnyRequest
from voiced.control.told import Problem
from voiced.core.errors import InputInvalid

ROOT = "/v1"
KINDS = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_NAMED = re.compile(r"`\$\.([\w.\[\]]+)`|`(\w+)`$")
"""How a message tells which field is meant: "… - at `$.messages`", or "… required field `model`"."""
Handler = Callable[[Any, Any], Response[Any]]


def told(problem: Problem) -> dict[str, Any]:
    """An error as OpenAI's clients read it; what it is about, where it tells."""
    usual = "api_error" if problem.status >= HTTP_500_INTERNAL_SERVER_ERROR else "invalid_request_error"
    named = _NAMED.search(problem.detail) if problem.status == HTTP_400_BAD_REQUEST else None
    return {
        "error": {
            "message": f"{problem.detail.rstrip('.')}. {problem.hint}".strip(),
            "type": KINDS.get(problem.status, usual),
            "param": (named[1] or named[2]) if named else None,
            "code": problem.code,
            "hint": problem.hint,
        }
    }


def refused(field: str, why: str, hint: str) -> InputInvalid:
    """What is asked for, and cannot be had."""
    return InputInvalid(f"{why} - at `$.{field}`", hint=hint)


def _shaped(handler: Handler) -> Handler:
    def handle(request: AnyRequest, error: Exception) -> Response[Any]:
        response = handler(request, error)
        if not request.scope["path"].startswith(f"{ROOT}/"):
            return response
        response.content, response.media_type = told(response.content), MediaType.JSON
        return response

    return handle


HANDLERS: Any = {kind: _shaped(handler) for kind, handler in problems.HANDLERS.items()}
"""Those of `problems`, in OpenAI's form where a path of OpenAI's is asked for."""

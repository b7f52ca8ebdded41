"""Where every request comes in: whose it is, whether it may, and a note of what it changed.

Whoever may use the Unix socket may do everything. Whoever shows a key as well may do what the key is for. Whoever comes
over TCP has passed the `Door`, where his key was proven.
"""

import re
from typing import Any

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from voiced.control.problems import problem
from voiced.control.requests import AnyRequest
from voiced.core import keys
from voiced.core.errors import KeyRefused, VoicedError
from voiced.core.keys import Key, check_scope
from voiced.core.ports.agent import Agent

LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})
_KEY = "voiced_key"
_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)
PROVEN = "voiced_proven_key"
"""In a request's state: the key that was shown with it."""
_ENDED = "voiced_ended"
_LOCAL = ("uid:", "local")
_ROOT = "/api/v1"


class Gate(ASGIMiddleware):
    """Lets requests in.

    Args:
        agent: knows the keys, and keeps the audit log.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Passes one on, unless its key is not for that."""
        who, result = _peer(scope), "cut short"

        async def passing(message: Message) -> None:
            nonlocal result
            if message["type"] == "http.response.start":
                result = str(message["status"])
            await send(message)

        try:
            key = await self._key(scope)
            if key:
                who = f"key:{key.id}" if who.startswith(_LOCAL) else f"key:{key.id} {who}"
                check_scope(key, _wanted(scope))
                scope["state"] |= {_KEY: key.id, PROVEN: key}
            await next_app(scope, receive, passing)
        except VoicedError as error:
            result = str(problem(error, scope["path"]).status)
            raise
        finally:
            if _wanted(scope) != "read" and _method(scope) not in LOOKING:
                ended = scope["state"].get(_ENDED, result)
                self._agent.audit.note(who, f"{_method(scope)} {_path(scope)}", _subject(scope), ended)

    async def _key(self, scope: Scope) -> Key | None:
        proven: Key | None = scope["state"].get(PROVEN)
        shown = None if proven else token(scope)
        return proven if shown is None else await self._agent.keys.proven(shown)


def token(scope: Scope) -> str | None:
    """The key that a request shows; None where it shows none.

    Raises:
        KeyRefused: it shows something else.
    """
    shown = dict(scope["headers"]).get(b"authorization")
    if shown is None:
        return None
    kind, _, token = shown.decode("latin-1").partition(" ")
    if kind.lower() != "bearer":
        raise KeyRefused("a key is shown as `Authorization: Bearer vk_…`")
    return token.strip()


def key_of(request: AnyRequest) -> str | None:
    """The id of the key with which something is asked; None: without one."""
    return request.scope["state"].get(_KEY)


def end(request: AnyRequest, result: str) -> None:
    """Tells how work went whose answer began before it had ended."""
    request.scope["state"][_ENDED] = result


def allow(request: AnyRequest, wanted: keys.Scope) -> None:
    """Looks whether the key with which something is asked, if any, is for that as well.

    Raises:
        ScopeMissing: it is not.
    """
    if key := request.scope["state"].get(PROVEN):
        check_scope(key, wanted)


def _method(scope: Any) -> str:  # noqa: ANN401 (one of HTTP)
    return scope["method"]


def _path(scope: Any) -> str:  # noqa: ANN401 (the same)
    """The route, with names in the place of what is named: it holds no word of anybody's."""
    return str(scope["path_template"]).removeprefix(_ROOT)


def _subject(scope: Scope) -> str:
    """The ids of what is named; what has not the form of one may be anybody's words."""
    named = [str(each) for each in scope["path_params"].values()]
    return ", ".join(each if _ID.fullmatch(each) else "?" for each in named)


def _peer(scope: Scope) -> str:
    client = scope["client"]
    if client is None:
        return "local"
    return client[0] if client[0].startswith(_LOCAL) else f"ip:{client[0]}"


def _wanted(scope: Any) -> keys.Scope:  # noqa: ANN401 (the same)
    return scope["route_handler"].opt.get("scope", "read" if scope["method"] in LOOKING else "control")

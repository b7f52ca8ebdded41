"""The way in over TCP: who shows no key that is in force gets nothing, and nobody gets more than his share.

Whoever comes over the Unix socket does not pass here. It stands before the application, so that nobody learns without
a key even which paths there are.
"""

import asyncio
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from typing import Any
from weakref import WeakValueDictionary

from litestar import Litestar, Request
from litestar.types import HTTPResponseBodyEvent, Message, Receive, Scope, Send
from msgspec import Struct, field

from voiced.control.browsers import Headers, check_host, cross_origin, own_names, preflight
from voiced.control.gate import LOOKING, PROVEN, token
from voiced.control.limits import PERIOD_S, Limit
from voiced.control.openai.errors import HANDLERS
from voiced.control.problems import problem
from voiced.core.config_http import HttpConfig
from voiced.core.errors import KeyRefused, TooManyRequests, VoicedError
from voiced.core.keys import Key
from voiced.core.ports.agent import Agent

OPEN = frozenset({"/api/v1/health/live"})
"""What tells nothing but that there is somebody."""
FAILURES = 10
"""Keys that open nothing, which an address may show in a minute; then none of its keys is looked at for a while."""
DAY_S = 86_400
"""As it is told: a local day may be longer or shorter."""
NOTES = 10
"""What was refused to an address is noted so often a minute: nobody fills a disk."""
SUBNET = 64
"""Bits of an IPv6 address that are its owner's; the rest is anybody's choice."""
_END: HTTPResponseBodyEvent = {"type": "http.response.body", "body": b"", "more_body": False}


class _Visit(Struct):
    address: str
    key: Key | None = None
    token: str = ""
    headers: Headers = field(default_factory=Headers)

    @property
    def who(self) -> str:
        return f"key:{self.key.id} ip:{self.address}" if self.key else f"ip:{self.address}"


class Door:
    """Lets requests in over TCP.

    Args:
        application: whose requests.
        agent: knows the keys, and keeps the audit log.
        config: limits, names and pages.
    """

    def __init__(self, application: Litestar, agent: Agent, config: HttpConfig) -> None:
        self._application, self._agent = application, agent
        self._names, self._origins = own_names(config.names), frozenset(config.origins)
        self._keys = Limit("key", config.requests_per_minute)
        self._addresses = Limit("address", config.requests_per_minute_from_address)
        self._failures = Limit("failures", FAILURES)
        self._notes = Limit("notes", NOTES)
        self._proving: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._now = asyncio.get_running_loop().time
        self._paths = {route.path for route in application.routes if not route.path_parameters}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        sent = dict(scope["headers"])
        visit = _Visit(_address(scope), headers=cross_origin(self._origins, sent))
        scope["client"] = (visit.address, 0)
        try:
            self._take(self._addresses, _owner(visit.address), visit)
            check_host(sent.get(b"host", b""), self._names)
            if asked := preflight(_method(scope), sent):
                visit.headers |= asked
                await _nothing(visit, send)
                return
            await self._enter(scope, visit)
        except VoicedError as error:
            await self._refuse(error, visit, scope, receive, send)
            return
        await self._application(scope, receive, self._watched(send, visit))

    async def _enter(self, scope: Scope, visit: _Visit) -> None:
        shown = token(scope)
        if shown is None:
            if scope["path"] in OPEN and _method(scope) in LOOKING:
                return
            raise KeyRefused("a key is needed", hint="Send `Authorization: Bearer vk_…`; `voiced keys add` makes one.")
        visit.key, visit.token = await self._proven(shown, visit), shown
        self._take(self._keys, visit.key.id, visit)
        self._take_of_day(visit.key, visit)
        scope["state"][PROVEN] = visit.key

    async def _proven(self, shown: str, visit: _Visit) -> Key:
        """Proves a key; one at a time of an address, so that those who guess at once are counted, too."""
        owner = _owner(visit.address)
        async with self._proving.setdefault(owner, asyncio.Lock()):
            if not self._failures.left(owner, self._now()).requests:
                self._take(self._failures, owner, visit)
            try:
                return await self._agent.keys.proven(shown)
            except KeyRefused:
                self._failures.take(owner, self._now())
                raise

    def _take(self, limit: Limit, who: str, visit: _Visit) -> None:
        """Takes one of what is left.

        Raises:
            TooManyRequests: there is nothing left.
        """
        taken, left = limit.take(who, self._now()), limit.left(who, self._now())
        visit.headers |= _limited(limit.name, limit.quota, PERIOD_S, left.requests, left.full_s)
        if not taken:
            message = f"that is too much for a minute: {limit.quota} are allowed ({limit.name})"
            raise TooManyRequests(message, wait_s=left.wait_s)

    def _take_of_day(self, key: Key, visit: _Visit) -> None:
        """Takes one of a key's day, if it has a quota; that is told beside what is told already.

        Raises:
            TooManyRequests: there is nothing left.
        """
        taken, today = self._agent.keys.take(key), self._agent.keys.today(key)
        if today is None:
            return
        told = _limited("day", today.requests, DAY_S, today.left, today.anew_s)
        visit.headers |= {name: visit.headers[name] + b", " + value for name, value in told.items()}
        if not taken:
            hint = "Its day ends at midnight; `voiced usage budget` tells how far each is spent."
            message = f"that is too much for a day: {today.requests} are allowed (day)"
            raise TooManyRequests(message, hint=hint, wait_s=today.anew_s)

    def _watched(self, send: Send, visit: _Visit) -> Send:
        """Adds what is told of limits, and ends a long answer when its key does."""
        over = False

        async def watched(message: Message) -> None:
            nonlocal over
            if over:
                return
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *visit.headers.items()]
            elif message["type"] == "http.response.body" and message["more_body"] and visit.key:
                try:
                    await self._agent.keys.proven(visit.token)
                except KeyRefused:
                    over, message = True, _END
            await send(message)

        return watched

    async def _refuse(self, error: VoicedError, visit: _Visit, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = _method(scope), scope["path"]
        if method not in LOOKING and self._notes.take(_owner(visit.address), self._now()):
            status = problem(error, path).status
            named = path.removeprefix("/api/v1") if path in self._paths else "?"
            self._agent.audit.note(visit.who, f"{method} {named}", "", str(status))
        request: Request[Any, Any, Any] = Request(scope, receive)
        answer = HANDLERS[Exception](request, error).to_asgi_response(None, request)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *visit.headers.items()]
            await send(message)

        await answer(scope, receive, told)


async def _nothing(visit: _Visit, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": list(visit.headers.items())})
    await send(_END)


def _method(scope: Any) -> str:  # noqa: ANN401 (one of HTTP)
    return scope["method"]


def _address(scope: Mapping[str, Any]) -> str:
    address = ip_address(scope["client"][0])
    return str(getattr(address, "ipv4_mapped", None) or address)


def _owner(address: str) -> str:
    """Whose an address is, as far as one can tell."""
    found = ip_address(address)
    if not isinstance(found, IPv6Address) or found.is_loopback:
        return address
    return str(int(found) >> (128 - SUBNET))


def _limited(name: str, quota: int, period_s: int, left: int, full_s: float) -> Headers:
    """Source: draft-ietf-httpapi-ratelimit-headers, version 10."""
    return {
        b"ratelimit-policy": b'"%s";q=%d;w=%d' % (name.encode(), quota, period_s),
        b"ratelimit": b'"%s";r=%d;t=%d' % (name.encode(), left, _whole(full_s)),
    }


def _whole(seconds: float) -> int:
    return -int(-seconds // 1)

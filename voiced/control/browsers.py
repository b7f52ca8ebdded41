"""What keeps a browser's pages out: scripts of other pages, and pages whose own name was made to point here."""

import re
import socket
from collections.abc import Collection, Mapping
from ipaddress import ip_address

from voiced.core.errors import HostRefused

Headers = dict[bytes, bytes]
MAX_AGE_S = 600
"""A browser asks again whether a page's scripts may, after so long."""
_PREFLIGHT: Headers = {
    b"access-control-allow-methods": b"GET, HEAD, POST, PUT, PATCH, DELETE",
    b"access-control-allow-headers": b"authorization, content-type, last-event-id",
    b"access-control-max-age": str(MAX_AGE_S).encode(),
}
_EXPOSED = b"ratelimit, ratelimit-policy, retry-after"
LAST_PORT = 65_535
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[0-9]{1,5})?", re.ASCII)


def own_names(names: Collection[str]) -> frozenset[str]:
    """All names of this machine: localhost, its own, the one that multicast DNS gives it, and those of its owner."""
    own = socket.gethostname().lower()
    return frozenset({"localhost", own, f"{own.split('.')[0]}.local", *(name.lower().rstrip(".") for name in names)})


def check_host(shown: bytes, names: Collection[str]) -> None:
    """Looks whether a request was meant for this machine. An IP address is always: only names are made to point here.

    Args:
        shown: the header `Host`.
        names: see `own_names`.

    Raises:
        HostRefused: it was not.
    """
    found = _HOST.fullmatch(shown.decode("latin-1").lower())
    usable = found and int((found[2] or ":0")[1:]) <= LAST_PORT
    host = found[1].strip("[]").rstrip(".") if found and usable else ""
    if host in names:
        return
    try:
        ip_address(host)
    except ValueError:
        raise HostRefused("this is not what that name stands for") from None


def cross_origin(origins: Collection[str], sent: Mapping[bytes, bytes]) -> Headers:
    """What tells a browser that a page's scripts may read the answer; nothing for pages that are not named.

    They show a key themselves; a browser is never asked to show what it keeps (cookies, certificates).
    Source: https://fetch.spec.whatwg.org/#http-cors-protocol

    Args:
        origins: the pages that may.
        sent: the headers of the request.
    """
    if not origins:
        return {}
    origin = sent.get(b"origin", b"")
    allowed = {b"access-control-allow-origin": origin, b"access-control-expose-headers": _EXPOSED}
    return {b"vary": b"Origin"} | (allowed if origin.decode("latin-1") in origins else {})


def preflight(method: str, sent: Mapping[bytes, bytes]) -> Headers | None:
    """What answers a browser that asks before it asks; None for any other request."""
    asks = method == "OPTIONS" and b"origin" in sent and b"access-control-request-method" in sent
    return _PREFLIGHT if asks else None

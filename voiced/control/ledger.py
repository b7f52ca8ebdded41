"""Routes about keys, the audit log, what was used, and answers that are kept."""

from collections.abc import Sequence

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from voiced.control.forms import Noted, Removed, Used
from voiced.control.requests import ADMIN, AnyRequest, Steered, asked, query
from voiced.core.history import Page
from voiced.core.keys import Key, MadeKey, NewKey
from voiced.core.ports.answers import CacheStatus
from voiced.core.ports.audit import Entry
from voiced.core.usage import Limit, Sum


@get("/keys", opt=ADMIN)
async def keys(agent: Steered) -> Sequence[Key]:
    """Lists all keys, the oldest first."""
    return await agent.keys.all()


@post("/keys", opt=ADMIN)
async def add_key(agent: Steered, data: JSONBody[NewKey]) -> MadeKey:
    """Makes a key; nobody tells it again."""
    return await agent.keys.add(data)


@delete("/keys/{key:str}", opt=ADMIN)
async def revoke_key(agent: Steered, key: FromPath[str]) -> None:
    """Takes one back."""
    await agent.keys.revoke(key)


@get("/audit", opt=ADMIN | query(Noted))
async def audit(agent: Steered, request: AnyRequest) -> Page[Entry]:
    """Tells who did what, the newest first."""
    wanted = asked(request, Noted)
    return await agent.audit.entries(wanted.since, wanted.limit, wanted.cursor)


@get("/usage", opt=query(Used))
async def usage(agent: Steered, request: AnyRequest) -> Sequence[Sum]:
    """Tells what was used."""
    wanted = asked(request, Used)
    return await agent.usage.sums(wanted.by, wanted.since)


@get("/budget")
async def budget(agent: Steered) -> Sequence[Limit]:
    """Tells what is left."""
    return await agent.usage.limits()


@get("/cache")
async def cache(agent: Steered) -> CacheStatus:
    """Counts the answers that are kept."""
    return await agent.answers.status()


@delete("/cache", status_code=200, opt=ADMIN)
async def clear(agent: Steered) -> Removed:
    """Removes them."""
    return Removed(await agent.answers.clear())


ROUTES = [keys, add_key, revoke_key, audit, usage, budget, cache, clear]

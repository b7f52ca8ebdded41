"""Routes about what is remembered."""

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from voiced.control.forms import Asked, Chosen, Listed, Removed, Sought
from voiced.control.requests import ADMIN, READ, AnyRequest, Steered, asked, made, query
from voiced.core.errors import NotFound
from voiced.core.forgetting import Forget
from voiced.core.history import Page
from voiced.core.memories import Memory, MemoryKind, NewMemory, Recalled, Scope
from voiced.core.ports.knowledge import KnowledgeState

BATCH_LIMIT = 16 * 1024 * 1024
"""Bytes of memories at a time."""


@post("/memory", request_max_body_size=BATCH_LIMIT)
async def add(agent: Steered, data: JSONBody[list[NewMemory]]) -> list[Memory]:
    """Remembers notes, or pieces of documents: all or none."""
    return await agent.knowledge.add(data)


@get("/memory", opt=query(Listed))
async def find(agent: Steered, request: AnyRequest) -> Page[Memory]:
    """Lists what is remembered, the newest first."""
    listed = asked(request, Listed)
    return await agent.knowledge.find(_scope(listed), listed.limit, listed.cursor)


@get("/memory/search", opt=query(Asked))
async def search(agent: Steered, request: AnyRequest) -> list[Recalled]:
    """Finds by words and by meaning, the best first."""
    sought = asked(request, Asked)
    return await agent.knowledge.search(sought.q, _scope(sought), sought.limit)


@post("/memory/search", status_code=200, opt=READ)
async def seek(agent: Steered, data: JSONBody[Sought]) -> list[Recalled]:
    """The same, for a long question."""
    return await agent.knowledge.search(data.words, data.scope, data.limit)


@get("/memory/state")
async def state(agent: Steered) -> KnowledgeState:
    """Tells how far the vectors are."""
    return await agent.knowledge.state()


@post("/memory/remove", status_code=200)
async def remove(agent: Steered, data: JSONBody[Chosen]) -> Removed:
    """Removes several, such as what a newer file replaces. Backups keep them; `/forget` leaves nothing."""
    return Removed(await agent.knowledge.remove(data.ids))


@get("/memory/{memory:str}")
async def show(agent: Steered, memory: FromPath[str]) -> Memory:
    """Gives one."""
    return await agent.knowledge.get(memory)


@delete("/memory/{memory:str}", opt=ADMIN)
async def forget(agent: Steered, memory: FromPath[str]) -> None:
    """Forgets one for ever."""
    if (await agent.knowledge.get(memory)).kind == "message":
        raise NotFound(f"there is no note and no document {memory}", hint="`/forget` forgets what was said, too.")
    await agent.upkeep.forget(Forget(ids=[memory]), lambda _, __: None)


def _scope(listed: Listed) -> Scope:
    kinds = made(listed.kind.split(",") if listed.kind else [], list[MemoryKind])
    return Scope(
        kinds=kinds,
        space=listed.space,
        user=listed.user,
        tag=listed.tag,
        since=listed.since,
        until=listed.until,
        conversation=listed.conversation,
        source=listed.source,
    )


ROUTES = [add, find, search, seek, state, remove, show, forget]

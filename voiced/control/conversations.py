"""Routes about conversations."""

from collections.abc import AsyncGenerator

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.response import Stream

from voiced.control.forms import Part, Removal, Whole, Written
from voiced.control.gate import allow
from voiced.control.requests import LINES, AnyRequest, Steered, asked, giving, query
from voiced.core.forgetting import Forget
from voiced.core.history import Change, Conversation, NewConversation, Page, Statistics, Wanted
from voiced.core.ports.upkeep import Form

TYPES: dict[Form, str] = {"jsonl": "application/jsonl", "markdown": "text/markdown; charset=utf-8"}


@post("/conversations")
async def begin(agent: Steered, data: JSONBody[NewConversation]) -> Conversation:
    """Begins one; one that is there already is left as it is."""
    return await agent.conversations.open(data)


@get("/conversations", opt=query(Wanted))
async def find(agent: Steered, request: AnyRequest) -> Page[Conversation]:
    """Lists them, the one that was talked in last first."""
    return await agent.conversations.find(asked(request, Wanted))


@get("/conversations/{conversation:str}", opt=query(Part))
async def show(agent: Steered, request: AnyRequest, conversation: FromPath[str]) -> Whole:
    """Gives one with its messages, the oldest first."""
    part = asked(request, Part)
    found = await agent.conversations.get(conversation)
    return Whole(found, await agent.conversations.messages(found.id, part.limit, part.cursor))


@put("/conversations/{conversation:str}")
async def change(agent: Steered, conversation: FromPath[str], data: JSONBody[Change]) -> Conversation:
    """Changes title, tags, status or metadata."""
    return await agent.conversations.change(conversation, data)


@post("/conversations/{conversation:str}/archive", status_code=200)
async def archive(agent: Steered, conversation: FromPath[str]) -> Conversation:
    """Puts one away."""
    return await agent.conversations.change(conversation, Change(status="archived"))


@post("/conversations/{conversation:str}/unarchive", status_code=200)
async def unarchive(agent: Steered, conversation: FromPath[str]) -> Conversation:
    """Takes one out again."""
    return await agent.conversations.change(conversation, Change(status="active"))


def _unheard(_done: int, _total: int) -> None:
    """Whoever wants to know how far it is asks for `/forget`."""


@delete("/conversations/{conversation:str}", opt=query(Removal))
async def remove(agent: Steered, request: AnyRequest, conversation: FromPath[str]) -> None:
    """Hides one until it is brought back, or removes it for ever."""
    if asked(request, Removal).purge:
        allow(request, "admin")
        await agent.upkeep.forget(Forget(conversation=conversation), _unheard)
    else:
        await agent.conversations.change(conversation, Change(status="deleted"))


@get("/conversations/{conversation:str}/export", opt=query(Written) | giving(LINES, str))
async def export(agent: Steered, request: AnyRequest, conversation: FromPath[str]) -> Stream:
    """Gives one as a file."""
    form = asked(request, Written).format
    pieces = agent.upkeep.conversation(conversation, form)
    first = await anext(pieces)  # What is not there is told before the answer begins.

    async def whole() -> AsyncGenerator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return Stream(whole(), media_type=TYPES[form])


@get("/statistics")
async def statistics(agent: Steered) -> Statistics:
    """Counts everything."""
    return await agent.conversations.statistics()


ROUTES = [begin, find, show, change, archive, unarchive, remove, export, statistics]

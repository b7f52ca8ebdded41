"""Routes about lists."""

from litestar import get, post
from litestar.params import JSONBody

from voiced.control.forms import Chosen, ListNamed, NewEntries, Removed
from voiced.control.requests import AnyRequest, Steered, asked, query
from voiced.core.lists import Entry, ListSummary


@get("/lists")
async def names(agent: Steered) -> list[ListSummary]:
    """Lists all lists."""
    return await agent.lists.all()


@get("/lists/entries", opt=query(ListNamed))
async def show(agent: Steered, request: AnyRequest) -> list[Entry]:
    """Gives what is on a list, in the order in which it was added."""
    return await agent.lists.entries(asked(request, ListNamed).name)


@post("/lists/entries")
async def add(agent: Steered, data: JSONBody[NewEntries]) -> list[Entry]:
    """Puts texts on a list, all or none; gives what was not there yet."""
    return await agent.lists.add(data.name, data.texts)


@post("/lists/remove", status_code=200)
async def remove(agent: Steered, data: JSONBody[Chosen]) -> Removed:
    """Removes entries, whatever list they are on."""
    return Removed(await agent.lists.remove(data.ids))


ROUTES = [names, show, add, remove]

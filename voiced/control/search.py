"""The route that looks things up."""

from litestar import post
from litestar.params import JSONBody

from voiced.control.forms import LookUp
from voiced.control.requests import TALK, Steered
from voiced.core.search import Findings


@post("/search", status_code=200, opt=TALK)
async def search(agent: Steered, data: JSONBody[LookUp]) -> Findings:
    """Asks all providers that are enabled; the words are in no address, and so in no log."""
    return await agent.search.search(data.words, data.where, data.limit)


ROUTES = [search]

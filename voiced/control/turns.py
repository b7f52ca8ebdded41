"""Routes about turns: what happened in them, and why."""

from itertools import islice

from litestar import get
from litestar.params import FromPath

from voiced.control.forms import Last
from voiced.control.requests import AnyRequest, Steered, asked, query
from voiced.core.explanation import Explanation, explained, explanation


@get("/turns", opt=query(Last))
async def last(agent: Steered, request: AnyRequest) -> list[Explanation]:
    """The last turns, the newest first."""
    limit = asked(request, Last).limit
    # A turn has a question and an answer; what is said without one is fewer.
    page = await agent.conversations.recent(2 * limit)
    return list(islice(explained(page.items), limit))


@get("/turns/{turn:str}/why")
async def why(agent: Steered, turn: FromPath[str]) -> Explanation:
    """What happened in one."""
    return explanation((await agent.conversations.recent(turn=turn)).items, turn)


ROUTES = [last, why]

"""Routes about announcements, and about not being disturbed."""

from math import inf

from litestar import get, post, put
from litestar.params import JSONBody
from msgspec import Struct

from voiced.control.requests import TALK, Steered
from voiced.control.steering import Text
from voiced.core.announcing import Announced, DoNotDisturb, Priority
from voiced.core.history import Moment


class Announcement(Struct, forbid_unknown_fields=True):
    """A text to be spoken when its turn comes."""

    text: Text
    priority: Priority = "normal"


class Wanted(Struct, forbid_unknown_fields=True):
    """Whether announcements are to wait; without a moment, until somebody says otherwise."""

    on: bool
    until: Moment | None = None


@post("/voice/announce", status_code=202, opt=TALK)
async def announce(agent: Steered, data: JSONBody[Announcement]) -> Announced:
    """Speaks when its turn comes; answers at once."""
    return await agent.announce(data.text, data.priority)


@get("/dnd", sync_to_thread=False)
def shown(agent: Steered) -> DoNotDisturb:
    """Tells whether announcements wait."""
    return agent.do_not_disturb()


@put("/dnd")
async def change(agent: Steered, data: JSONBody[Wanted]) -> DoNotDisturb:
    """Lets them wait, or no longer."""
    until = data.until if data.until is not None else inf
    return await agent.set_do_not_disturb(until if data.on else None)


ROUTES = [announce, shown, change]

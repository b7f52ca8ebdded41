"""Routes about the home."""

from typing import Annotated

from litestar import get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct, field

from voiced.control.requests import Steered
from voiced.core.errors import InputInvalid
from voiced.core.home import Action, Entity, Receipt, Value
from voiced.core.status import HomeStatus

Id = Annotated[str, Meta(pattern=r"^([a-z0-9_]{1,64}\.[a-z0-9_]{1,200})$")]
Word = Annotated[str, Meta(pattern="^([a-z0-9_]{1,64})$")]


class WantedAction(Struct, forbid_unknown_fields=True):
    """One thing to be done to an entity; see `Action`."""

    entity: Id
    service: Word
    values: Annotated[dict[Word, Value], Meta(max_length=20)] = field(default_factory=dict[str, Value])


class Wanted(Struct, forbid_unknown_fields=True):
    """What is to be done. What is risky has to be confirmed, by whoever asks, in so many words."""

    actions: Annotated[list[WantedAction], Meta(min_length=1, max_length=100)]
    confirmed: bool = False


@get("/home", sync_to_thread=False)
def home(agent: Steered) -> HomeStatus:
    """Tells to whom the home is connected, and why not."""
    return agent.status().home


@get("/home/entities", sync_to_thread=False)
def entities(agent: Steered) -> list[Entity]:
    """Lists what there is, as it was observed last."""
    return list(agent.home.entities())


@post("/home/actions", status_code=200)
async def act(agent: Steered, data: JSONBody[Wanted]) -> list[Receipt]:
    """Does things, and tells what became of each."""
    wanted = {action.entity for action in data.actions}
    risky = [entity.id for entity in agent.home.entities() if entity.risky and entity.id in wanted]
    if risky and not data.confirmed:
        hint = "If it is meant, say that it is confirmed."
        raise InputInvalid(f"this has to be confirmed: {', '.join(risky)}", code="not-confirmed", hint=hint)
    return list(await agent.home.act([Action(each.entity, each.service, each.values) for each in data.actions]))


ROUTES = [home, entities, act]

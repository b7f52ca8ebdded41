"""Routes that tell how the daemon does, and that ask it something."""

from typing import Annotated

from litestar import get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from voiced.control.gate import key_of
from voiced.control.requests import TALK, AnyRequest, Steered
from voiced.core.status import Status

LONGEST_TEXT = 4_000
Text = Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]


class Question(Struct, forbid_unknown_fields=True):
    """A question in writing, and whether it is answered aloud as well."""

    text: Text
    aloud: bool = False


class Answer(Struct):
    """The answer; empty where the question was not understood, or where there is nothing to say to it."""

    text: str
    understood: bool


@get("/status", sync_to_thread=False)
def status(agent: Steered) -> Status:
    """Tells everything about the daemon."""
    return agent.status()


@post("/ask", status_code=200, opt=TALK)
async def ask(agent: Steered, request: AnyRequest, data: JSONBody[Question]) -> Answer:
    """Answers a question."""
    answer = await agent.ask(data.text, aloud=data.aloud, key=key_of(request))
    return Answer(answer.text or "", understood=answer.text is not None)


ROUTES = [status, ask]

"""Routes that steer and watch the daemon."""

from collections.abc import AsyncGenerator
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import JSONBody
from litestar.response import ServerSentEvent, ServerSentEventMessage
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


class Announcement(Struct, forbid_unknown_fields=True):
    """A text to be spoken."""

    text: Text


class Mute(Struct, forbid_unknown_fields=True):
    """Whether the microphone is closed."""

    muted: bool


class Volume(Struct, forbid_unknown_fields=True):
    """Loudness in percent."""

    volume: Annotated[int, Meta(ge=0, le=100)]


@get("/status", sync_to_thread=False)
def status(agent: Steered) -> Status:
    """Tells everything about the daemon."""
    return agent.status()


@post("/ask", status_code=200, opt=TALK)
async def ask(agent: Steered, request: AnyRequest, data: JSONBody[Question]) -> Answer:
    """Answers a question."""
    answer = await agent.ask(data.text, aloud=data.aloud, key=key_of(request))
    return Answer(answer or "", understood=answer is not None)


@post("/say", status_code=204, opt=TALK)
async def say(agent: Steered, data: JSONBody[Announcement]) -> None:
    """Speaks; answers when it has been said."""
    await agent.say(data.text)


@post("/stop", status_code=204)
async def stop(agent: Steered) -> None:
    """Ends the turn in progress and whatever rings."""
    await agent.stop("control")


@post("/listen", status_code=204)
async def listen(agent: Steered) -> None:
    """Listens now, without the wake word."""
    agent.listen()


@post("/mute", status_code=204)
async def mute(agent: Steered, data: JSONBody[Mute]) -> None:
    """Closes the microphone, or opens it."""
    agent.set_muted(data.muted)


@post("/volume", status_code=204)
async def volume(agent: Steered, data: JSONBody[Volume]) -> None:
    """Sets the loudness."""
    agent.set_volume(data.volume)


@get("/events")
async def events(agent: Steered) -> ServerSentEvent:
    """Tells everything that happens, as it happens."""

    async def stream() -> AsyncGenerator[ServerSentEventMessage]:
        with agent.bus.subscribe() as subscription:
            async for event in subscription:
                kind = str(event.__struct_config__.tag)
                yield ServerSentEventMessage(event=kind, data=msgspec.json.encode(event).decode())

    return ServerSentEvent(stream())


ROUTES = [status, ask, say, stop, listen, mute, volume, events]

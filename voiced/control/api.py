"""The HTTP interface, as an ASGI application: a thin skin over the `Agent` port."""

from collections.abc import AsyncGenerator
from typing import Annotated, Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.di import Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.params import Dependency
from litestar.response import ServerSentEvent, ServerSentEventMessage
from msgspec import Meta, Struct

from voiced.core.errors import VoicedError
from voiced.core.ports.agent import Agent
from voiced.core.status import Status

LONGEST_TEXT = 4_000
BODY_LIMIT = 64 * 1024
AnyRequest = Request[Any, Any, Any]
Steered = Annotated[Agent, Dependency(skip_validation=True)]
Text = Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]


class Question(Struct, forbid_unknown_fields=True):
    """A question in writing, and whether it is answered aloud as well."""

    text: Text
    aloud: bool = False


class Answer(Struct):
    """The answer; empty where there is none."""

    text: str


class Announcement(Struct, forbid_unknown_fields=True):
    """A text to be spoken."""

    text: Text


class Mute(Struct, forbid_unknown_fields=True):
    """Whether the microphone is closed."""

    muted: bool


class Volume(Struct, forbid_unknown_fields=True):
    """Loudness in percent."""

    volume: Annotated[int, Meta(ge=0, le=100)]


class Problem(Struct):
    """What went wrong: a code for programs, a message for people, and what to do."""

    code: str
    message: str
    hint: str


@get("/status", sync_to_thread=False)
def status(agent: Steered) -> Status:
    """Tells everything about the daemon."""
    return agent.status()


@post("/ask", status_code=200)
async def ask(agent: Steered, data: Question) -> Answer:
    """Answers a question."""
    return Answer(await agent.ask(data.text, aloud=data.aloud))


@post("/say", status_code=204)
async def say(agent: Steered, data: Announcement) -> None:
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
async def mute(agent: Steered, data: Mute) -> None:
    """Closes the microphone, or opens it."""
    agent.set_muted(data.muted)


@post("/volume", status_code=204)
async def volume(agent: Steered, data: Volume) -> None:
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


STATUS_OF = {"busy": 429, "audio-failed": 503, "stopped": 409, "input-invalid": 400}
"""HTTP's word for an error's code; any other is 500."""


def application(agent: Agent) -> Litestar:
    """Makes the application for a daemon."""
    return Litestar(
        [status, ask, say, stop, listen, mute, volume, events],
        path="/api/v1",
        dependencies={"agent": Provide(lambda: agent, sync_to_thread=False)},
        signature_types=[Agent],
        exception_handlers={VoicedError: _failed, ValidationException: _invalid, HTTPException: _refused},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=BODY_LIMIT,
    )


def _failed(_: AnyRequest, error: VoicedError) -> Response[Problem]:
    return _problem(STATUS_OF.get(error.code, 500), error.code, error.message, error.hint)


def _invalid(_: AnyRequest, error: ValidationException) -> Response[Problem]:
    extra: Any = error.extra
    found = [str(part.get("message", part)) for part in extra] if isinstance(extra, list) else [str(error.detail)]
    return _problem(400, "input-invalid", "; ".join(found), "Send JSON with the fields that this path knows.")


def _refused(_: AnyRequest, error: HTTPException) -> Response[Problem]:
    return _problem(error.status_code, "http", str(error.detail), "The paths are below /api/v1.")


def _problem(status_code: int, code: str, message: str, hint: str) -> Response[Problem]:
    return Response(Problem(code, message, hint), status_code=status_code, media_type=MediaType.JSON)

"""The HTTP interface, as an ASGI application: a thin skin over the `Agent` port."""

import logging
from collections.abc import AsyncGenerator
from typing import Annotated, Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.params import JSONBody, SkipValidation
from litestar.response import ServerSentEvent, ServerSentEventMessage
from litestar.status_codes import HTTP_400_BAD_REQUEST
from msgspec import Meta, Struct

from voiced.core.errors import VoicedError
from voiced.core.ports.agent import Agent
from voiced.core.status import Status

log = logging.getLogger(__name__)

LONGEST_TEXT = 4_000
BODY_LIMIT = 64 * 1024
AnyRequest = Request[Any, Any, Any]
Steered = SkipValidation[NamedDependency[Agent]]
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
async def ask(agent: Steered, data: JSONBody[Question]) -> Answer:
    """Answers a question."""
    answer = await agent.ask(data.text, aloud=data.aloud)
    return Answer(answer or "", understood=answer is not None)


@post("/say", status_code=204)
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


STATUS_OF = {"busy": 429, "audio-failed": 503, "stopped": 409, "input-invalid": 400}
"""HTTP's word for an error's code; any other is 500."""


def application(agent: Agent) -> Litestar:
    """Makes the application for a daemon."""
    return Litestar(
        [status, ask, say, stop, listen, mute, volume, events],
        path="/api/v1",
        dependencies={"agent": Provide(lambda: agent, sync_to_thread=False)},
        signature_types=[Agent],
        exception_handlers={
            VoicedError: _failed,
            ValidationException: _invalid,
            HTTPException: _refused,
            Exception: _crashed,
        },
        openapi_config=None,
        logging_config=None,
        request_max_body_size=BODY_LIMIT,
    )


def _failed(_: AnyRequest, error: VoicedError) -> Response[Problem]:
    return _problem(STATUS_OF.get(error.code, 500), error.code, error.message, error.hint)


def _invalid(_: AnyRequest, error: ValidationException) -> Response[Problem]:
    extra: Any = error.extra
    found = [_fault(part) for part in extra] if isinstance(extra, list) else [str(error.detail)]
    return _problem(400, "input-invalid", "; ".join(found), "Correct what is named, and send it again.")


def _fault(part: dict[str, Any]) -> str:
    return ": ".join(str(part[name]) for name in ("key", "message") if part.get(name))


def _refused(_: AnyRequest, error: HTTPException) -> Response[Problem]:
    if error.status_code == HTTP_400_BAD_REQUEST:
        return _problem(400, "input-invalid", f"that is no JSON object: {error.detail}", "Send JSON.")
    return _problem(error.status_code, "http", str(error.detail), "The paths are below /api/v1.")


def _crashed(request: AnyRequest, error: Exception) -> Response[Problem]:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    hint = "This is a fault of voiced: please report it, with the daemon's log."
    return _problem(500, VoicedError.code, f"{type(error).__name__}: {error}", hint)


def _problem(status_code: int, code: str, message: str, hint: str) -> Response[Problem]:
    return Response(Problem(code, message, hint), status_code=status_code, media_type=MediaType.JSON)

"""Routes about models: the daemon itself, and the engines that are configured."""

from collections.abc import Sequence
from typing import Any

from litestar import get
from litestar.params import FromPath

from voiced.control.requests import Steered
from voiced.core.errors import NotFound
from voiced.core.ports.agent import Agent
from voiced.core.ports.inference import Stage

VOICED = "voiced"
"""The daemon itself: in a chat, all its mind; elsewhere, the engines that it uses itself."""
HARD_WIRED: dict[Stage, Sequence[str]] = {
    "stt": ("whisper-1",),
    "tts": ("tts-1", "tts-1-hd"),
    "llm": (),
    "embed": (),
}
"""What clients ask for that let nobody choose: the same."""


@get("/models", sync_to_thread=False)
def models(agent: Steered) -> dict[str, Any]:
    """Lists them."""
    engines = agent.inference.engines
    names = dict.fromkeys([VOICED, *(each.name for each in engines)])
    return {"object": "list", "data": [_model(name) for name in names]}


@get("/models/{model:path}", sync_to_thread=False)
def model(agent: Steered, model: FromPath[str]) -> dict[str, Any]:
    """Tells that there is one."""
    name = model.removeprefix("/")
    if name != VOICED and name not in {each.name for each in agent.inference.engines}:
        raise missing(name)
    return _model(name)


def check(agent: Agent, name: str, stage: Stage) -> None:
    """Looks whether a model may be asked for something.

    Raises:
        NotFound: it may not.
    """
    own = [each.name for each in agent.inference.engines if each.stage == stage]
    if name not in (VOICED, *own, *HARD_WIRED[stage]):
        raise missing(name)


def missing(name: str) -> NotFound:
    """There is no such model."""
    hint = "GET /v1/models lists them; `voiced` is the daemon itself."
    return NotFound(f"there is no model {name[:100]!r} for that", hint=hint)


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": VOICED}


ROUTES = [models, model]

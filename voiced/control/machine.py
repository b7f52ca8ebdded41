"""Routes about the machine, its models and its settings."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.response import Stream
from msgspec import Meta, Struct

from voiced.control.forms import Step, Words
from voiced.control.progress import Report, working
from voiced.control.requests import ADMIN, LINES, READ, AnyRequest, giving
from voiced.core import models as told
from voiced.core.errors import InputInvalid
from voiced.core.history import Name
from voiced.core.machine import Choice, Hardware, Setting
from voiced.core.models import Listed, ModelSet, Tell
from voiced.core.ports.machine import Machine
from voiced.core.privacy import Verdict

Box = SkipValidation[NamedDependency[Machine]]


class Acceptance(Struct, forbid_unknown_fields=True):
    """Whether the licence of a model is accepted, which `/models` tells."""

    accept_licence: bool


class Named(Struct, forbid_unknown_fields=True):
    """Which models are meant; none: all that are here."""

    models: Annotated[list[Name], Meta(max_length=1_000)] = []


class Classify(Struct, forbid_unknown_fields=True):
    """Something said or written."""

    text: Words


@get("/hardware")
async def hardware(machine: Box) -> Hardware:
    """Tells what the machine is."""
    return await machine.hardware()


@get("/hardware/profile")
async def profile(machine: Box) -> Choice | None:
    """Tells which engines and models suit it; null: the embedded ones."""
    return await machine.profile()


@get("/models")
async def models(machine: Box) -> Sequence[Listed]:
    """Lists the models that are here, and those that can be brought."""
    return await machine.models()


@post("/models/{model:str}/pull", status_code=200, opt=ADMIN | giving(LINES, Step))
async def pull(machine: Box, request: AnyRequest, model: FromPath[str], data: JSONBody[Acceptance]) -> Stream:
    """Brings a model, and tells how far it is; what is cut short goes on from there the next time."""
    if not data.accept_licence:
        raise InputInvalid("its licence is not accepted", code="licence", hint="GET /models tells which one it is.")
    return working(request, "pull", lambda report: machine.pull(model, _steps(report)))


@post("/models/verify", status_code=200, opt=ADMIN | giving(LINES, Step))
async def verify(machine: Box, request: AnyRequest, data: JSONBody[Named]) -> Stream:
    """Looks at every byte of models."""
    return working(request, "verify", lambda report: machine.verify(data.models, _steps(report)))


@post("/models/{model:str}/use", status_code=200, opt=ADMIN)
async def use(machine: Box, model: FromPath[str]) -> ModelSet:
    """Puts a model to use with the next start of the daemon."""
    return await machine.use(model)


@get("/config", opt=ADMIN)
async def config(machine: Box) -> Mapping[str, Setting]:
    """Tells all settings as they hold, and where they come from; no secrets."""
    return await machine.settings()


@post("/privacy/classify", status_code=200, opt=READ)
async def classify(machine: Box, data: JSONBody[Classify]) -> Verdict:
    """Tells how private a text is, why, and what may be done with it."""
    return await machine.judge(data.text)


def _steps(report: Report) -> Tell:
    def tell(step: told.Step) -> None:
        report(step.done, step.total, f"{step.doing} {step.file}")

    return tell


ROUTES = [hardware, profile, models, pull, verify, use, config, classify]

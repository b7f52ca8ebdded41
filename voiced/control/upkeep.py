"""Routes that look after the file in which everything is kept."""

from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody, SkipValidation
from litestar.response import Stream
from msgspec import Struct

from voiced.control.forms import SEALED, OwnBackup, Step
from voiced.control.progress import working
from voiced.control.requests import (
    ADMIN,
    CORRECT,
    FILE,
    LINES,
    AnyRequest,
    Steered,
    asked,
    giving,
    query,
    small_body,
    taking,
)
from voiced.control.transfers import LARGEST_FILE, Transfers, remove, sent
from voiced.core.errors import InputInvalid, NotFound
from voiced.core.forgetting import Forget
from voiced.core.ports.agent import Agent
from voiced.core.ports.upkeep import Backup, Imported, Progress


class Exported(Struct, frozen=True, forbid_unknown_fields=True):
    """Which conversations are wanted; none: all, and all else that is kept."""

    conversation: list[str] = []


Desk = SkipValidation[NamedDependency[Transfers]]
Sealed = Annotated[str | None, HeaderParameter(name=SEALED)]
"""The passphrase of an archive, as Base64."""


@post("/db/check", opt=ADMIN | giving(LINES, Step), status_code=200)
async def check(agent: Steered, request: AnyRequest) -> Stream:
    """Checks everything."""
    return working(request, "check", agent.upkeep.check)


@post("/db/backup", opt=ADMIN | giving(LINES, Step), status_code=200)
async def backup(agent: Steered, request: AnyRequest) -> Stream:
    """Makes a backup."""
    return working(request, "backup", agent.upkeep.backup)


@get("/db/backups", opt=ADMIN)
async def backups(agent: Steered) -> Sequence[Backup]:
    """Lists the backups, the newest first."""
    return await agent.upkeep.backups()


@get("/db/backups/{name:str}", opt=ADMIN | giving(FILE))
async def fetch(agent: Steered, name: FromPath[str]) -> Stream:
    """Gives one of them as a file."""
    return sent(Path((await _own(agent, name)).path))


@post(
    "/db/restore", opt=ADMIN | taking(FILE) | giving(LINES, Step), status_code=200, request_max_body_size=LARGEST_FILE
)
async def restore(agent: Steered, transfers: Desk, request: AnyRequest) -> Stream:
    """Puts a backup in the place of everything: the file that is sent, or one of the daemon's own."""
    if request.content_type[0] == "application/json":
        own = Path((await _own(agent, (await small_body(request, OwnBackup)).backup)).path)
        return working(request, "restore", lambda report: agent.upkeep.restore(own, report))
    path = await transfers.receive(request)

    async def work(report: Progress) -> Backup:
        try:
            return await agent.upkeep.restore(path, report)
        finally:
            await remove(path)

    return working(request, "restore", work)


@get("/db/export", opt=ADMIN | query(Exported) | giving(FILE))
async def export(agent: Steered, transfers: Desk, request: AnyRequest, sealed: Sealed = None) -> Stream:
    """Gives everything as an archive, or the conversations that are named."""
    chosen, passphrase = asked(request, Exported).conversation or None, _passphrase(sealed)
    return await transfers.send(lambda path: agent.upkeep.export(path, _unheard, chosen, passphrase))


@post("/db/import", opt=ADMIN | taking(FILE) | giving(LINES, Step), status_code=200, request_max_body_size=LARGEST_FILE)
async def take_in(agent: Steered, transfers: Desk, request: AnyRequest, sealed: Sealed = None) -> Stream:
    """Takes in an archive."""
    passphrase = _passphrase(sealed)
    path = await transfers.receive(request)

    async def work(report: Progress) -> Imported:
        try:
            return await agent.upkeep.take_in(path, report, passphrase)
        finally:
            await remove(path)

    return working(request, "import", work)


@post("/forget", status_code=200, opt=ADMIN | giving(LINES, Step))
async def forget(agent: Steered, request: AnyRequest, data: JSONBody[Forget]) -> Stream:
    """Removes what is to be forgotten for ever, with the backups that hold it."""
    data.check()
    return working(request, "forget", lambda report: agent.upkeep.forget(data, report))


async def _own(agent: Agent, name: str) -> Backup:
    for each in await agent.upkeep.backups():
        if Path(each.path).name == name:
            return each
    raise NotFound(f"there is no backup {name}")


def _passphrase(sealed: str | None) -> bytes | None:
    """What an archive is sealed with.

    Raises:
        InputInvalid: it is no Base64.
    """
    try:
        return b64decode(sealed, validate=True) if sealed else None
    except ValueError as error:
        raise InputInvalid(f"{SEALED}: {error}", hint=CORRECT) from error


def _unheard(_done: int, _total: int) -> None:
    """A download tells its progress by itself."""


ROUTES = [check, backup, backups, fetch, restore, export, take_in, forget]

"""What is kept, for the command line: through the daemon that runs, or from the file itself where none does."""

import asyncio
import os
import pwd
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn

from msgspec.structs import asdict

from voiced.control.client import Client
from voiced.control.remote import remote
from voiced.core.config import Config
from voiced.core.disk import clear
from voiced.core.errors import StoreFailed, VoicedError
from voiced.core.history import Privacy
from voiced.core.ports.agenda import NewPromise, Pending
from voiced.core.ports.kept import Kept
from voiced.core.ports.promises import PromiseStore
from voiced.core.promises import Kind
from voiced.core.secret import Secret
from voiced.setup.places import CACHE, socket_path, state_folder
from voiced.setup.privacy import classifier
from voiced.setup.secret import secret

if TYPE_CHECKING:
    from voiced.store.db import Database


@asynccontextmanager
async def kept(config: Config, *, making: bool = False) -> AsyncGenerator[Kept]:
    """All that is kept.

    Args:
        config: the configuration.
        making: something is to be kept. Else, where nothing ever was, nothing is made either.

    Raises:
        VoicedError: a daemon runs, but cannot be used.
        StoreFailed: none runs, and the file cannot be used.
    """
    path = socket_path(config)
    with Client(path) as client:
        daemons = await asyncio.to_thread(_daemons, client, config)
    async with remote(path) if daemons else _file(config, making=making) as found:
        yield found


def _daemons(client: Client, config: Config) -> bool:
    """Whether what is asked for is what the daemon that runs keeps: not, if a folder is named that is another one."""
    if not client.running():
        return False
    if not config.store.folder:
        return True
    return Path(client.status().store.folder).resolve() == state_folder(config).resolve()


@asynccontextmanager
async def _file(config: Config, *, making: bool) -> AsyncGenerator[Kept]:
    from voiced.children import children_of, started  # noqa: PLC0415 (not needed while a daemon runs, nor is the rest)
    from voiced.core.activity import Activity  # noqa: PLC0415
    from voiced.core.bus import Bus  # noqa: PLC0415
    from voiced.core.ports.clock import SystemClock  # noqa: PLC0415
    from voiced.core.zone import LocalZone  # noqa: PLC0415
    from voiced.lookup import search  # noqa: PLC0415
    from voiced.remembering import Remembering  # noqa: PLC0415
    from voiced.store.answers import StoredAnswers  # noqa: PLC0415
    from voiced.store.audit import StoredAudit  # noqa: PLC0415
    from voiced.store.conversations import StoredConversations  # noqa: PLC0415
    from voiced.store.entries import StoredLists  # noqa: PLC0415
    from voiced.store.keys import StoredKeys  # noqa: PLC0415
    from voiced.store.memories import StoredMemories  # noqa: PLC0415
    from voiced.store.promises import StoredPromises  # noqa: PLC0415
    from voiced.store.upkeep import FileUpkeep  # noqa: PLC0415
    from voiced.store.usage import StoredUsage  # noqa: PLC0415

    folder = state_folder(config)
    look_at_owner(folder)
    async with _database(config, folder, making=making) as database:
        clock = SystemClock(LocalZone(config.promises.timezone))
        conversations = StoredConversations(database, config.store.continue_s, clock.zone)
        classify = classifier(config)
        classify("")  # Rules that cannot be used are told before anything is changed.

        async def replaced() -> None:
            conversations.forget()

        def privacy_of(text: str) -> Privacy:
            return classify(text).privacy

        clear_caches = partial(clear, folder / CACHE)
        upkeep = FileUpkeep(
            database, config.store.backups, clock.zone(), clock, replaced, clear_caches, privacy_of=privacy_of
        )
        # Vectors are the daemon's work; what it has made already is searched, with a model that is loaded for it.
        embed = children_of(config, "embed", lazy=True)
        remembering = Remembering(
            config, StoredMemories(database), embed, clock, Bus(), Activity(), privacy_of=privacy_of
        )
        await remembering.indexer.look()
        answers = StoredAnswers(database, config.store.answers_mb)
        providers = search(config, remembering.search, answers, privacy_of)
        async with started(embed):
            try:
                yield Kept(
                    conversations,
                    FileAgenda(StoredPromises(database)),
                    upkeep,
                    StoredKeys(database, clock),
                    StoredAudit(database, config.store.audit_days),
                    StoredUsage(database, config.usage, clock),
                    answers,
                    remembering.knowledge,
                    StoredLists(database, config.store.space),
                    providers,
                )
            finally:
                await providers.close()
                await remembering.embedder.close()


@asynccontextmanager
async def _database(config: Config, folder: Path, *, making: bool) -> AsyncGenerator["Database"]:
    from voiced.store.db import Database  # noqa: PLC0415 (see `_file`)
    from voiced.store.start import begun  # noqa: PLC0415 (the same)

    if not making and not begun(folder):
        async with passing_database() as database:
            yield database
        return
    given = secret(config)
    database = await Database.open(folder, patience_s=0, check_s=config.store.check_s, secret=given)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def passing_database(*, locked: bool = False) -> AsyncGenerator["Database"]:
    """An empty file that is nobody's history, and gone in the end. Its key, if it has one, is never known again."""
    from voiced.store.db import Database  # noqa: PLC0415 (see `_file`)

    passing = Secret("keyfile", os.urandom(32)) if locked else None
    with TemporaryDirectory(prefix="voiced-") as folder:
        database = await Database.open(Path(folder), secret=passing)
        try:
            yield database
        finally:
            await database.close()


def look_at_owner(folder: Path, instead: str = "Start the daemon, or call") -> None:
    """What another user writes there (root may), the daemon could not read any more.

    Args:
        folder: whose it is.
        instead: what the hint begins with: a daemon that runs does not help with everything.

    Raises:
        StoreFailed: it is another user's.
    """
    if folder.exists() and (owner := folder.stat().st_uid) != os.geteuid():
        try:
            name = pwd.getpwuid(owner).pw_name
        except KeyError:
            name = f"#{owner}"
        hint = f"{instead} this as that user: sudo -u {name} voiced …"
        raise StoreFailed(f"{folder} belongs to the user {name}", code="store-owner", hint=hint)


class FileAgenda:
    """Promises while nobody keeps them: they can be looked at. Implements `Agenda`."""

    def __init__(self, store: PromiseStore) -> None:
        self._store = store

    async def pending(self, kind: Kind | None = None) -> list[Pending]:
        """See `Agenda`."""
        active, now = await self._store.active(), time.time()
        return [
            Pending(**asdict(promise), remaining_s=max(0.0, (promise.due or now) - now))
            for promise in active
            if kind in (None, promise.kind)
        ]

    async def add(self, new: NewPromise) -> Pending:
        """See `Agenda`."""
        _no_daemon(f"{'an' if new.kind == 'alarm' else 'a'} {new.kind} needs the daemon, to ring")

    async def cancel(self, promise: str) -> None:
        """See `Agenda`."""
        _no_daemon(f"{promise} can be called off while the daemon runs")


def _no_daemon(message: str) -> NoReturn:
    raise VoicedError(message, code="no-daemon", hint="Start it with `voiced run`.")

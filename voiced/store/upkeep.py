"""Looking after the file. Implements `core.ports.upkeep.Upkeep`; and the loop that backs it up by itself."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import closing
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import TypeVar

import apsw
from msgspec.structs import replace

from voiced.core.config_keeping import RetentionConfig
from voiced.core.disk import on_disk, put, shred
from voiced.core.errors import NotFound, StoreDamaged, StoreFailed
from voiced.core.forgetting import Forget, Forgotten
from voiced.core.history import Privacy
from voiced.core.ports.clock import Clock
from voiced.core.ports.upkeep import Backup, Checked, Form, Imported, Progress, Upkeep
from voiced.core.retention import expired
from voiced.core.tasks import shielded
from voiced.store import connection as connect
from voiced.store import restore
from voiced.store.backups import Backups, discard
from voiced.store.beside import Tell, beside, to_its_end
from voiced.store.check import check
from voiced.store.db import Database
from voiced.store.faults import translated
from voiced.store.forgetting import all_spaces, forget, total
from voiced.store.keys import revocations
from voiced.store.promises import settled
from voiced.store.salvage import drafts, originals
from voiced.store.transcripts import Page, following, head

log = logging.getLogger(__name__)

FOLDER = "backups"
OWED = "voiced.forgetting"
"""Is there while something was forgotten and is not yet gone from everywhere."""
FIRST_S = 600.0
"""The first backup after a start: what a start has to do is done by then."""
EXPIRING_S = 3600.0
AGAIN_S = 1800.0
"""After a backup that failed."""
T = TypeVar("T")


class FileUpkeep:
    """Looks after the file; long work is done beside all other.

    Args:
        database: the file.
        keep: backups that stay.
        zone: of the times in Markdown, and of schedules.
        clock: the time.
        replaced: called when rows were replaced, added or removed past those who keep them: copies, the scheduler.
        clear_caches: overwrites files that can be made again and may hold what is to be forgotten.
        privacy_of: how private a text is: what an archive brings is looked at.
    """

    def __init__(
        self,
        database: Database,
        keep: int,
        zone: tzinfo,
        clock: Clock,
        replaced: Callable[[], Awaitable[None]],
        clear_caches: Callable[[], None],
        *,
        privacy_of: Callable[[str], Privacy],
    ) -> None:
        self._database = database
        self._backups = Backups(database.path.parent / FOLDER, keep)
        self._zone = zone
        self._clock = clock
        self._replaced = replaced
        self._clear_caches = clear_caches
        self._privacy_of = privacy_of
        self._owed = database.path.with_name(OWED)
        self._alone = asyncio.Lock()

    async def check(self, progress: Progress) -> Checked:
        """See `Upkeep`."""
        path = self._database.path
        async with self._alone:
            found = await self._read(lambda connection, tell: check(connection, path, tell), progress, connect.onlooker)
        if found.problems:
            self._database.note_damage(StoreDamaged(f"the file is damaged: {found.problems[0]}"))
        return found

    async def backup(self, progress: Progress) -> Backup:
        """See `Upkeep`."""
        async with self._alone:
            await asyncio.to_thread(self._backups.clean)
            return await self._back_up(progress)

    async def backups(self) -> Sequence[Backup]:
        """See `Upkeep`."""
        return await asyncio.to_thread(self._backups.listed)

    async def fetch(self, backup: Backup, target: Path, progress: Progress) -> None:
        """See `Upkeep`."""
        await beside(lambda tell: self._backups.fetch(Path(backup.path).name, target, tell), progress)

    async def restore(self, source: Path, progress: Progress) -> Backup:
        """See `Upkeep`."""
        async with self._alone:
            await asyncio.to_thread(self._backups.clean)
            part = await asyncio.to_thread(self._backups.part, "restored")
            settle = partial(settled, now=self._now(), zone=self._zone)
            try:
                size = await self._database.read(lambda connection: int(connection.pragma("page_size")))
                keys, revoked = self._database.keys, await self._database.read(revocations)
                await beside(lambda tell: restore.fetch(source, part, size, settle, revoked, tell, keys=keys), progress)
                return await self._replace(part, source, progress)
            finally:
                await asyncio.to_thread(discard, part)

    async def export(
        self,
        target: Path,
        progress: Progress,
        conversations: Sequence[str] | None = None,
        passphrase: bytes | None = None,
    ) -> None:
        """See `Upkeep`."""
        from voiced.store.exports import Export, published  # noqa: PLC0415 (hardly ever needed, and large)
        from voiced.store.sealed import sealing  # noqa: PLC0415 (the same)

        now = self._now()

        def work(connection: apsw.Connection, tell: Tell) -> None:
            with published(target) as file, sealing(file, passphrase) as out:
                Export(connection, out, self._zone, tell).run(conversations, now)

        async with self._alone:
            await self._read(work, progress)

    async def conversation(self, conversation: str, form: Form) -> AsyncIterator[bytes]:
        """See `Upkeep`."""
        page = Page(form, self._zone)
        whole = await self._database.read(lambda connection: head(connection, conversation))
        yield page.begin(whole.conversation)
        after = 0
        while messages := await self._database.read(partial(following, whole=whole, after=after)):
            yield page.go_on(messages)
            after = messages[-1].number

    async def take_in(self, source: Path, progress: Progress, passphrase: bytes | None = None) -> Imported:
        """See `Upkeep`."""
        from voiced.store.imports import Import  # noqa: PLC0415 (the same)

        loop, now = asyncio.get_running_loop(), self._now()

        def put(job: Callable[[apsw.Connection], T]) -> T:
            return asyncio.run_coroutine_threadsafe(self._database.write(job), loop).result()

        async with self._alone:
            try:
                return await beside(
                    lambda tell: Import(put, tell, now, self._zone, self._privacy_of).run(source, passphrase), progress
                )
            finally:
                await self._replaced()

    async def forget(self, what: Forget, progress: Progress) -> Forgotten:
        """See `Upkeep`. What has begun goes on to its end, though whoever asked for it goes away."""
        what.check()
        return await shielded(self._forget(what, progress))

    async def _forget(self, what: Forget, progress: Progress) -> Forgotten:
        async with self._alone:
            owed = self._owed.exists()
            # Before the rows are gone: whatever happens then, what they have left elsewhere is still to be removed.
            await asyncio.to_thread(self._owe)
            try:
                found = await self._database.write(partial(forget, what=what))
            except NotFound:  # Nothing is gone, so nothing older has to go.
                if not owed:
                    await asyncio.to_thread(self._owed.unlink)
                raise
            if found.nothing and not owed:
                await asyncio.to_thread(self._owed.unlink)
                return found
            return replace(found, backups=await self._clean(progress))

    async def finish_forgetting(self) -> None:
        """Removes what a `forget` that was cut short has left."""
        async with self._alone:
            if self._owed.exists():
                await self._clean(lambda _, __: None)

    async def _clean(self, progress: Progress) -> int:
        """Leaves nothing of rows that are gone; returns how many older copies of the file went."""
        await self._replaced()
        before = [*(Path(each.path) for each in await self.backups()), *originals(self._database.path)]
        tell, now = Tell(progress), self._now()

        def anew(connection: apsw.Connection) -> Path:
            # Removed words stay in an index as borders between others, and pieces of rows in the unused parts of pages.
            connection.execute("INSERT INTO words (words) VALUES ('rebuild')")
            made = Path(self._backups.make(connection, now, tell, None, self._key).path)
            restore.put(connection, made, tell, self._key)
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            return made

        made = await to_its_end(self._database.exclusive(anew), tell)
        await asyncio.to_thread(self._sweep, before or [made])
        return len(before)

    def _sweep(self, copies: Sequence[Path]) -> None:
        """Removes copies, also unfinished ones, and files that can be made again; after that, nothing is owed."""
        self._backups.drop(copies)
        self._backups.clean()
        with on_disk():
            for draft in drafts(self._database.path):
                shred(draft)
        self._empty_caches()
        self._owed.unlink(missing_ok=True)

    def _empty_caches(self) -> None:
        with on_disk():
            self._clear_caches()

    async def expire(self, limits: RetentionConfig) -> Forgotten:
        """Removes what is kept no longer, and empties the caches, which may have words of it.

        Words of it may stay in unused parts of the file and in backups made before: `forget` is what leaves nothing.
        """
        async with self._alone:
            spaces = await self._database.read(all_spaces)
            old = list(expired(limits, spaces, self._now()))

            def job(connection: apsw.Connection) -> Forgotten:
                return total(forget(connection, each, notes=False) for each in old)

            found = await self._database.write(job)
            if not found.nothing:
                await self._replaced()
                await self._database.empty_log()
                await asyncio.to_thread(self._empty_caches)
            return found

    def _owe(self) -> None:
        with on_disk():
            put(self._owed, b"")

    @property
    def _key(self) -> bytes | None:
        return self._database.keys[0] if self._database.keys else None

    def _now(self) -> float:
        return self._clock.now().timestamp()

    async def _read(
        self,
        work: Callable[[apsw.Connection, Tell], T],
        progress: Progress,
        connected: Callable[[Path, str | None, bytes | None], apsw.Connection] = connect.reader,
    ) -> T:
        """Runs work on a connection of its own, beside all other."""

        def run(tell: Tell) -> T:
            connection = connected(self._database.path, self._database.vfs, self._key)
            with translated(), closing(connection):
                return work(connection, tell)

        await self._database.opened()
        return await beside(run, progress)

    async def _back_up(self, progress: Progress, spared: Path | None = None) -> Backup:
        now = self._now()

        def work(connection: apsw.Connection, tell: Tell) -> Backup:
            return self._backups.make(connection, now, tell, spared, self._key)

        return await self._read(work, progress)

    async def _replace(self, part: Path, source: Path, progress: Progress) -> Backup:
        """Puts a file in the place of everything; gives the backup of all that was there."""
        changes = await self._database.exclusive(lambda connection: connection.total_changes())
        before, now, tell = await self._back_up(progress, source), self._now(), Tell(progress)

        def put(connection: apsw.Connection) -> Backup:
            # What was written since the backup began would be lost: now nobody writes.
            moved = connection.total_changes() != changes
            made = self._backups.make(connection, now, tell, source, self._key) if moved else before
            restore.put(connection, part, tell, self._key)
            return made

        try:
            return await to_its_end(self._database.exclusive(put), tell)
        finally:
            await self._replaced()


async def keep_expiring(upkeep: FileUpkeep, limits: RetentionConfig, clock: Clock) -> None:
    """Forgets again and again, for ever, what is kept no longer; finishes at once what was cut short."""
    await _told(upkeep.finish_forgetting())
    await clock.sleep(FIRST_S)
    while True:
        await _told(upkeep.finish_forgetting())
        await _told(upkeep.expire(limits))
        await clock.sleep(EXPIRING_S)


async def _told(forgetting: Awaitable[Forgotten | None]) -> None:
    """Tells the log what was forgotten, or why it was not."""
    try:
        if (found := await forgetting) and not found.nothing:
            log.info("kept long enough and forgotten: %s", found)
    except StoreFailed as error:
        log.warning("what is to be forgotten is still there: %s (%s)", error.message, error.hint)


async def keep_backing_up(upkeep: Upkeep, hours: float, clock: Clock) -> None:
    """Backs up again and again, for ever; a failure is logged once, until it goes well again.

    Args:
        upkeep: what does it.
        hours: between two backups, also over a restart, as the clock on the wall tells; 0: never.
        clock: the time.
    """
    failing = False
    await clock.sleep(FIRST_S)
    while hours:
        try:
            await clock.sleep(await _remaining(upkeep, hours * 3600, clock))
            await upkeep.backup(lambda _, __: None)
        except StoreFailed as error:
            if not failing:
                log.warning("no backup could be made: %s (%s)", error.message, error.hint)
            failing = True
            await clock.sleep(AGAIN_S)
        else:
            failing = False


async def _remaining(upkeep: Upkeep, period: float, clock: Clock) -> float:
    """Seconds until the next backup. The newest one is of the future where the clock was set back."""
    newest = max((backup.at for backup in await upkeep.backups()), default=0.0)
    return min(max(0.0, newest + period - clock.now().timestamp()), period)

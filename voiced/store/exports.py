"""Everything that is kept, on its way out: an archive."""

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import IO, Any

import apsw

from voiced import __version__
from voiced.core.disk import leave_room, sync
from voiced.core.errors import InputInvalid, NotFound
from voiced.core.ports.upkeep import Form
from voiced.store import lines
from voiced.store.archive import FORMAT, LISTS, MEMORIES, PROMISES, Manifest, Writer, member_name
from voiced.store.backups import UNFINISHED
from voiced.store.beside import Tell
from voiced.store.entries import ENTRY, entry_of
from voiced.store.faults import translated
from voiced.store.memories import MEMORY, memory_of, told
from voiced.store.promises import FIELDS, promise_of
from voiced.store.transcripts import Head, Page, following, head

PIECE = 128 * 1024
"""Bytes that are packed at once."""


class Export:
    """Writes an archive.

    Args:
        connection: one of its own; each conversation is read as it is at one moment.
        file: where to.
        zone: of the times in Markdown.
        tell: told how many messages are written.
    """

    def __init__(self, connection: apsw.Connection, file: IO[bytes], zone: tzinfo, tell: Tell) -> None:
        self._connection = connection
        self._file = file
        self._zone = zone
        self._tell = tell
        self._conversations = self._messages = self._promises = self._memories = self._entries = self._total = 0

    def run(self, wanted: Sequence[str] | None, now: float) -> None:
        """Writes everything, or some conversations and nothing else.

        Args:
            wanted: the ids; None for everything.
            now: the time that the archive bears.

        Raises:
            NotFound: there is no such conversation.
            StoreFull: there is no room to spare.
        """
        ids = list(dict.fromkeys(wanted)) if wanted is not None else self._all()
        if wanted is not None:
            self._total = sum(head(self._connection, each).conversation.messages for each in ids)
        with Writer(self._file) as writer:
            for each in ids:
                self._conversation(writer, each, needed=wanted is not None)
            if wanted is None:
                writer.add(PROMISES, gathered(self._all_promises()))
                writer.add(MEMORIES, gathered(self._all_memories()))
                writer.add(LISTS, gathered(self._all_entries()))
            manifest = Manifest(
                version=FORMAT,
                made_at=now,
                voiced=__version__,
                schema=int(self._connection.pragma("user_version")),
                conversations=self._conversations,
                messages=self._messages,
                promises=self._promises,
                memories=self._memories,
                entries=self._entries,
                members=writer.members,
            )
            writer.finish(manifest)

    def _all(self) -> list[str]:
        rows: list[Any] = self._connection.execute("SELECT id, messages FROM conversations ORDER BY number").fetchall()
        self._total = sum(row[1] for row in rows)
        return [row[0] for row in rows]

    def _conversation(self, writer: Writer, conversation: str, *, needed: bool) -> None:
        self._connection.execute("BEGIN")
        try:
            whole = head(self._connection, conversation)
            name = member_name(conversation)
            writer.add(f"{name}.jsonl", gathered(self._pieces(whole, "jsonl", count=1)))
            writer.add(f"{name}.md", gathered(self._pieces(whole, "markdown", count=0)))
            self._conversations += 1
        except NotFound:
            if needed:
                raise
        finally:
            self._connection.execute("COMMIT")

    def _pieces(self, whole: Head, form: Form, count: int) -> Iterator[bytes]:
        page = Page(form, self._zone)
        yield page.begin(whole.conversation)
        after = 0
        while messages := following(self._connection, whole, after):
            yield page.go_on(messages)
            after = messages[-1].number
            self._messages += count * len(messages)
            leave_room(self._file.fileno(), 0)
            self._tell(self._messages, self._total)

    def _all_promises(self) -> Iterator[bytes]:
        rows: Any = self._connection.execute(f"SELECT {FIELDS} FROM promises ORDER BY number")  # noqa: S608
        for row in rows:
            self._promises += 1
            yield lines.line(promise_of(row))

    def _all_memories(self) -> Iterator[bytes]:
        query = f"SELECT {MEMORY} FROM remembered WHERE kind != 'message' ORDER BY key"  # noqa: S608
        for row in self._connection.execute(query):
            self._memories += 1
            yield lines.line(told(memory_of(row)))

    def _all_entries(self) -> Iterator[bytes]:
        for row in self._connection.execute(f"SELECT {ENTRY} FROM entries ORDER BY number"):  # noqa: S608
            self._entries += 1
            yield lines.line(entry_of(row))


@contextmanager
def published(target: Path) -> Generator[IO[bytes]]:
    """A file that takes its name when it is whole and on the disk; nothing that is there is written over.

    Raises:
        InputInvalid: the target cannot be made.
        StoreFailed: the disk is full, or fails.
    """
    _look_at(target)
    part = target.with_name(f".{target.name}{UNFINISHED}")
    try:
        with translated(), os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _look_at(target)
        with translated():
            part.rename(target)
            sync(target.parent)
    finally:
        part.unlink(missing_ok=True)


def _look_at(target: Path) -> None:
    if target.exists():
        raise InputInvalid(f"{target} is there already", hint="Choose another name.")
    if not os.access(target.parent, os.W_OK):
        raise InputInvalid(f"nothing can be written to {target.parent}", hint="Choose another folder.")


def gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer pieces."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= PIECE:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)

"""What is kept, on its way out: conversations as lines or as Markdown, and everything as an archive."""

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import IO, Any, NamedTuple

import apsw
from msgspec.structs import replace

from voiced import __version__
from voiced.core.errors import InputInvalid, NotFound
from voiced.core.history import Conversation, Message
from voiced.core.ports.upkeep import Form
from voiced.store import lines, markdown
from voiced.store.archive import FORMAT, PROMISES, Manifest, Writer, member_name
from voiced.store.backups import UNFINISHED, sync
from voiced.store.beside import Tell
from voiced.store.faults import translated
from voiced.store.promises import FIELDS, promise_of
from voiced.store.rows import CONVERSATION, MESSAGE, conversation_of, message_of, places

PART = 100
"""Messages that are read at once."""
PIECE = 128 * 1024
"""Bytes that are packed at once."""


class Head(NamedTuple):
    """A conversation as it is at one moment. Messages are never changed: those up to the last one are so later too.

    Attributes:
        conversation: with the count of messages that are really there.
        first: the place before its first message.
        last: the place of its last message.
    """

    conversation: Conversation
    first: int
    last: int


def head(connection: apsw.Connection, conversation: str) -> Head:
    """Looks a conversation up.

    Raises:
        NotFound: it is not there (any more).
    """
    row = connection.execute(f"SELECT {CONVERSATION} FROM conversations WHERE id = ?", (conversation,)).fetchone()  # noqa: S608
    if row is None:
        raise NotFound(f"there is no conversation {conversation!r}", hint="`voiced conversations` lists them.")
    first, end = places(row[0])
    query = "SELECT count(*), max(place) FROM messages WHERE place BETWEEN ? AND ?"
    count, last = next(connection.execute(query, (first, end)))
    return Head(replace(conversation_of(row), messages=count), first, last or first)


def following(connection: apsw.Connection, whole: Head, after: int) -> list[Message]:
    """The next messages after a number.

    Raises:
        NotFound: the conversation was purged meanwhile.
    """
    query = f"SELECT {MESSAGE} FROM messages WHERE place > ? AND place <= ? ORDER BY place LIMIT {PART}"  # noqa: S608
    rows = connection.execute(query, (whole.first + after, whole.last)).fetchall()
    if not rows and whole.first + after < whole.last:
        raise NotFound(f"the conversation {whole.conversation.id!r} was removed meanwhile")
    return [message_of(row, whole.conversation.id) for row in rows]


class Page:
    """Turns a conversation into text, part by part."""

    def __init__(self, form: Form, zone: tzinfo) -> None:
        self._form = form
        self._zone = zone
        self._day = ""

    def begin(self, conversation: Conversation) -> bytes:
        """The beginning."""
        if self._form == "jsonl":
            return lines.line(conversation)
        return markdown.heading(conversation, self._zone).encode()

    def go_on(self, messages: Sequence[Message]) -> bytes:
        """The next messages."""
        return b"".join(self._message(message) for message in messages)

    def _message(self, message: Message) -> bytes:
        if self._form == "jsonl":
            return lines.line(message)
        text, self._day = markdown.passage(message, self._zone, self._day)
        return text.encode()


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
        self._conversations = self._messages = self._promises = self._total = 0

    def run(self, wanted: Sequence[str] | None, now: float) -> None:
        """Writes everything, or some conversations and nothing else.

        Args:
            wanted: the ids; None for everything.
            now: the time that the archive bears.

        Raises:
            NotFound: there is no such conversation.
        """
        ids = list(dict.fromkeys(wanted)) if wanted is not None else self._all()
        if wanted is not None:
            self._total = sum(head(self._connection, each).conversation.messages for each in ids)
        with Writer(self._file) as writer:
            for each in ids:
                self._conversation(writer, each, needed=wanted is not None)
            if wanted is None:
                writer.add(PROMISES, gathered(self._all_promises()))
            manifest = Manifest(
                version=FORMAT,
                made_at=now,
                voiced=__version__,
                schema=int(self._connection.pragma("user_version")),
                conversations=self._conversations,
                messages=self._messages,
                promises=self._promises,
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
            self._tell(self._messages, self._total)

    def _all_promises(self) -> Iterator[bytes]:
        rows: Any = self._connection.execute(f"SELECT {FIELDS} FROM promises ORDER BY number")  # noqa: S608
        for row in rows:
            self._promises += 1
            yield lines.line(promise_of(row))


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

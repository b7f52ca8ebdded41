"""An archive, on its way in: first all of it is read and checked, then it is taken in, some rows at a time."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import apsw
from msgspec.structs import replace

from voiced.core.errors import InputInvalid
from voiced.core.history import Conversation, Message
from voiced.core.ports.upkeep import Imported
from voiced.core.promises import Promise
from voiced.store import lines
from voiced.store.archive import HINT, Reader, Single, member_name, opened
from voiced.store.beside import Tell
from voiced.store.promises import FIELDS
from voiced.store.promises import row_of as promise_row
from voiced.store.rows import INSERT_MESSAGE, MOST, places, row_of, text

BATCH, BATCH_CHARACTERS = 200, 500_000
"""Messages, and characters of them, that are written in one go: a turn that waits for it does not notice."""
T = TypeVar("T")
Put = Callable[[Callable[[apsw.Connection], Any]], Any]
_CONVERSATION = """
INSERT INTO conversations (id, title, space, user, tags, status, made_at, changed_at, last_at, metadata)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
_PROMISE = f"INSERT INTO promises ({FIELDS}) VALUES ({', '.join('?' * len(FIELDS.split(', ')))}) ON CONFLICT DO NOTHING"  # noqa: S608 (names of our own)


class Import:
    """Takes in an archive, or one conversation as JSON Lines.

    Args:
        put: runs a job that writes, and waits for it.
        tell: told how many messages are read or written.
        now: the time, in seconds since 1970 (UTC).
    """

    def __init__(self, put: Put, tell: Tell, now: float) -> None:
        self._put = put
        self._tell = tell
        self._now = now
        self._done = self._total = 0

    def run(self, path: Path) -> Imported:
        """Reads all of it, then takes it in.

        Raises:
            InputInvalid: it cannot be used; nothing of it is taken in.
        """
        with opened(path) as source:
            found = self._check(source)
            self._done = found.messages
            brought = self._take_in(source)
        new = brought.conversations + brought.messages + brought.promises
        return replace(brought, known=found.conversations + found.messages + found.promises - new)

    def _check(self, source: Reader | Single) -> Imported:
        """Counts what is there."""
        manifest = source.manifest
        self._total = 2 * manifest.messages if manifest else 0
        conversations = messages = 0
        for name in source.conversations():
            _, parts = _conversation(source, name)
            conversations += 1
            for each in parts:
                messages += len(each)
                self._count(each)
        promises = sum(len(each) for each in _promises(source))
        source.check_rest()
        if manifest and (conversations, messages, promises) != (
            manifest.conversations,
            manifest.messages,
            manifest.promises,
        ):
            raise InputInvalid("the archive does not hold what its manifest says", hint=HINT)
        self._total = 2 * messages
        return Imported(conversations, messages, promises, 0)

    def _take_in(self, source: Reader | Single) -> Imported:
        conversations = messages = promises = 0
        for name in source.conversations():
            conversation, parts = _conversation(source, name)
            conversations += self._put(partial(_begin, conversation=conversation))
            for each in parts:
                messages += self._put(partial(_append, conversation=conversation, messages=each))
                self._count(each)
        for some in _promises(source):
            promises += self._put(partial(_keep, promises=[settled(promise, self._now) for promise in some]))
        return Imported(conversations, messages, promises, 0)

    def _count(self, messages: Sequence[Message]) -> None:
        self._done += len(messages)
        self._tell(min(self._done, self._total), self._total)


def settled(promise: Promise, now: float) -> Promise:
    """The promise as it is taken in: one that was due once, and is over, does not ring any more."""
    repeats = promise.schedule is not None and bool(promise.schedule.days)
    if promise.state != "active" or repeats or (promise.due is not None and promise.due > now):
        return promise
    return replace(promise, state="done", unheard=None)


def _conversation(source: Reader | Single, name: str) -> tuple[Conversation, Iterator[list[Message]]]:
    numbered = enumerate(source.lines(name), 1)
    for number, line in numbered:
        with _at(name, number):
            conversation = lines.conversation(line)
            if isinstance(source, Reader) and name != f"{member_name(conversation.id)}.jsonl":
                raise InputInvalid(f"this is the conversation {conversation.id!r}")
        return conversation, _parts(_messages(numbered, name, conversation))
    raise InputInvalid(f"{name} is empty", hint=HINT)


def _messages(numbered: Iterator[tuple[int, bytes]], name: str, conversation: Conversation) -> Iterator[Message]:
    count = 0
    for number, line in numbered:
        with _at(name, number):
            message = lines.message(line)
            if message.conversation != conversation.id:
                raise InputInvalid(f"a message of another conversation, {message.conversation!r}")
        count += 1
        yield message
    if count != conversation.messages:
        raise InputInvalid(f"{name}: {conversation.messages} messages are announced, {count} are there", hint=HINT)


def _promises(source: Reader | Single) -> Iterator[list[Promise]]:
    some: list[Promise] = []
    for number, line in enumerate(source.promises(), 1):
        with _at("promises", number):
            some.append(lines.promise(line))
        if len(some) == BATCH:
            yield some
            some = []
    yield some


def _parts(messages: Iterable[Message]) -> Iterator[list[Message]]:
    part: list[Message] = []
    characters = 0
    for message in messages:
        part.append(message)
        characters += len(message.content)
        if len(part) == BATCH or characters > BATCH_CHARACTERS:
            yield part
            part, characters = [], 0
    yield part


@contextmanager
def _at(name: str, number: int) -> Generator[None]:
    """Says where it went wrong."""
    try:
        yield
    except InputInvalid as error:
        raise InputInvalid(f"{name}, line {number}: {error.message}", hint=HINT) from error


def _begin(connection: apsw.Connection, conversation: Conversation) -> int:
    """Writes a conversation, unless it is there; returns how many were written."""
    before = connection.total_changes()
    values = (
        *(conversation.id, conversation.title, conversation.space, conversation.user),
        *(text(sorted(set(conversation.tags))), conversation.status),
        # The last time comes with the messages.
        *(conversation.made_at, conversation.changed_at, conversation.made_at, text(conversation.metadata)),
    )
    connection.execute(_CONVERSATION, values)
    return connection.total_changes() - before


def _append(connection: apsw.Connection, conversation: Conversation, messages: Sequence[Message]) -> int:
    """Writes messages after those that are there, each but once; returns how many were written."""
    _begin(connection, conversation)  # Somebody may have purged it in the middle.
    first, end = places(connection.execute("SELECT number FROM conversations WHERE id = ?", (conversation.id,)).get)
    last = connection.execute("SELECT max(place) FROM messages WHERE place BETWEEN ? AND ?", (first, end)).get or first
    before = last
    for message in messages:
        if connection.execute("SELECT 1 FROM messages WHERE id = ?", (message.id,)).get:
            continue
        last += 1
        if last > end:
            raise InputInvalid(f"the conversation {conversation.id!r} would hold more than {MOST} messages")
        connection.execute(INSERT_MESSAGE, row_of(_unasked(connection, message), last))
    return last - before


def _unasked(connection: apsw.Connection, message: Message) -> Message:
    """The message, without what its sender called the request if that is taken: better so than not at all."""
    taken = "SELECT 1 FROM messages WHERE request = ? AND role = ?"
    if message.request is not None and connection.execute(taken, (message.request, message.role)).get:
        return replace(message, request=None)
    return message


def _keep(connection: apsw.Connection, promises: Sequence[Promise]) -> int:
    before = connection.total_changes()
    connection.executemany(_PROMISE, [promise_row(promise) for promise in promises])  # type: ignore[arg-type]
    return connection.total_changes() - before

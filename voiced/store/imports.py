"""An archive, on its way in: first all of it is read and checked, then it is taken in, some rows at a time."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import apsw
from msgspec.structs import replace

from voiced.core.errors import InputInvalid
from voiced.core.history import Conversation, Message, Privacy
from voiced.core.lists import Entry
from voiced.core.memories import NewMemory
from voiced.core.ports.upkeep import Imported
from voiced.core.privacy import most_private
from voiced.core.promises import Promise
from voiced.store import lines
from voiced.store.archive import HINT, Manifest, Reader, Single, member_name, opened
from voiced.store.beside import Tell
from voiced.store.entries import keep as keep_entries
from voiced.store.memories import keep
from voiced.store.promises import FIELDS, settled
from voiced.store.promises import row_of as promise_row
from voiced.store.rows import INSERT_MESSAGE, MOST, places, row_of, text

BATCH, ROW = 400_000, 2_000
"""Characters that are written in one go, with so many for each row: a turn that waits for it does not notice."""
SMALL = 200
"""The same of promises, and of entries of lists."""
Put = Callable[[Callable[[apsw.Connection], Any]], Any]
_CONVERSATION = """
INSERT INTO conversations (id, title, space, user, tags, status, made_at, changed_at, last_at, metadata)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
_PROMISE = f"INSERT INTO promises ({FIELDS}) VALUES ({', '.join('?' * len(FIELDS.split(', ')))}) ON CONFLICT DO NOTHING"  # noqa: S608 (names of our own)


class Part(NamedTuple):
    """A conversation, and some of its messages: the first of them or those that follow."""

    conversation: Conversation
    messages: list[Message]
    first: bool


class Import:
    """Takes in an archive, or one conversation as JSON Lines.

    Args:
        put: runs a job that writes, and waits for it.
        tell: told how many messages are read or written.
        now: the time, in seconds since 1970 (UTC).
        zone: of local time.
        privacy_of: tells how private a text is; what is more private in the archive stays so.
    """

    def __init__(self, put: Put, tell: Tell, now: float, zone: tzinfo, privacy_of: Callable[[str], Privacy]) -> None:
        self._put = put
        self._tell = tell
        self._now = now
        self._zone = zone
        self._privacy_of = privacy_of
        self._done = self._total = 0

    def run(self, path: Path, passphrase: bytes | None = None) -> Imported:
        """Reads all of it, then takes it in; a sealed one with its passphrase.

        Raises:
            InputInvalid: it cannot be used; nothing of it is taken in.
        """
        with opened(path, passphrase) as source:
            found = self._check(source)
            self._done = found.messages
            brought = self._take_in(source)
        return replace(brought, known=_all(found) - _all(brought))

    def _check(self, source: Reader | Single) -> Imported:
        """Looks at everything, and counts it."""
        manifest = source.manifest
        self._total = 2 * manifest.messages if manifest else 0
        conversations = messages = 0
        for batch in _batches(source):
            conversations += sum(part.first for part in batch)
            messages += self._count(batch)
        promises = sum(len(some) for some in _promises(source))
        memories = sum(len(some) for some in _memories(source))
        entries = sum(len(some) for some in _entries(source))
        source.check_rest()
        found = Imported(conversations, messages, promises, 0, memories, entries)
        if manifest and found != _announced(manifest):
            raise InputInvalid("the archive does not hold what its manifest says", hint=HINT)
        self._total = 2 * messages
        return found

    def _take_in(self, source: Reader | Single) -> Imported:
        conversations = messages = promises = memories = entries = 0
        for batch in _batches(source):
            begun, written = self._put(partial(_write, batch=batch))
            conversations, messages = conversations + begun, messages + written
            self._count(batch)
        for some in _promises(source):
            taken = [settled(promise, self._now, self._zone) for promise in some]
            promises += self._put(partial(_keep, promises=taken))
        for some in _memories(source):
            memories += self._put(partial(keep, memories=self._classified(some)))
        for some in _entries(source):
            entries += self._put(partial(keep_entries, entries=some))
        return Imported(conversations, messages, promises, 0, memories, entries)

    def _classified(self, memories: Sequence[NewMemory]) -> list[NewMemory]:
        return [replace(each, privacy=most_private((each.privacy, self._privacy_of(each.text)))) for each in memories]

    def _count(self, batch: Sequence[Part]) -> int:
        count = sum(len(part.messages) for part in batch)
        self._done += count
        self._tell(min(self._done, self._total), self._total)
        return count


def _batches(source: Reader | Single) -> Iterator[list[Part]]:
    """All conversations, in pieces that are written in one go."""
    batch: list[Part] = []
    size = 0
    for name in source.conversations():
        for part in _parts(source, name):
            batch.append(part)
            size += ROW + sum(ROW + len(message.content) for message in part.messages)
            if size >= BATCH:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def _parts(source: Reader | Single, name: str) -> Iterator[Part]:
    numbered = enumerate(source.lines(name), 1)
    number, line = next(numbered, (0, b""))
    if not number:
        raise InputInvalid(f"{name} is empty", hint=HINT)
    with _at(name, number):
        conversation = lines.conversation(line)
        if isinstance(source, Reader) and name != f"{member_name(conversation.id)}.jsonl":
            raise InputInvalid(f"this is the conversation {conversation.id!r}")
    messages: list[Message] = []
    size, first = 0, True
    for message in _messages(numbered, name, conversation):
        messages.append(message)
        size += ROW + len(message.content)
        if size >= BATCH:
            yield Part(conversation, messages, first)
            messages, size, first = [], 0, False
    yield Part(conversation, messages, first)


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
        if len(some) == SMALL:
            yield some
            some = []
    yield some


def _memories(source: Reader | Single) -> Iterator[list[NewMemory]]:
    some: list[NewMemory] = []
    size = 0
    for number, line in enumerate(source.memories(), 1):
        with _at("memories", number):
            some.append(lines.memory(line))
        size += ROW + len(some[-1].text)
        if size >= BATCH:
            yield some
            some, size = [], 0
    yield some


def _entries(source: Reader | Single) -> Iterator[list[Entry]]:
    some: list[Entry] = []
    for number, line in enumerate(source.entries(), 1):
        with _at("lists", number):
            some.append(lines.entry(line))
        if len(some) == SMALL:
            yield some
            some = []
    yield some


def _announced(manifest: Manifest) -> Imported:
    promises, memories, entries = manifest.promises, manifest.memories, manifest.entries
    return Imported(manifest.conversations, manifest.messages, promises, 0, memories, entries)


def _all(found: Imported) -> int:
    return found.conversations + found.messages + found.promises + found.memories + found.entries


@contextmanager
def _at(name: str, number: int) -> Generator[None]:
    """Says where it went wrong."""
    try:
        yield
    except InputInvalid as error:
        raise InputInvalid(f"{name}, line {number}: {error.message}", hint=HINT) from error


def _write(connection: apsw.Connection, batch: Sequence[Part]) -> tuple[int, int]:
    written = [append(connection, part.conversation, part.messages) for part in batch]
    return sum(begun for begun, _ in written), sum(messages for _, messages in written)


def append(connection: apsw.Connection, conversation: Conversation, messages: Sequence[Message]) -> tuple[int, int]:
    """Writes messages after those that are there, each but once, and their conversation where it is not there.

    Returns:
        How many conversations and messages were written.
    """
    begun = _begin(connection, conversation)
    first, end = places(connection.execute("SELECT number FROM conversations WHERE id = ?", (conversation.id,)).get)
    last = connection.execute("SELECT max(place) FROM messages WHERE place BETWEEN ? AND ?", (first, end)).get or first
    before = last
    for message in messages:
        if connection.execute("SELECT 1 FROM messages WHERE id = ?", (message.id,)).get:
            continue
        last += 1
        if last > end:
            raise InputInvalid(f"the conversation {conversation.id!r} would hold more than {MOST} messages", hint=HINT)
        connection.execute(INSERT_MESSAGE, row_of(_unasked(connection, message), last))
    return begun, last - before


def _begin(connection: apsw.Connection, conversation: Conversation) -> int:
    before = connection.total_changes()
    values = (
        *(conversation.id, conversation.title, conversation.space, conversation.user),
        *(text(sorted(set(conversation.tags))), conversation.status),
        # The last time comes with the messages.
        *(conversation.made_at, conversation.changed_at, conversation.made_at, text(conversation.metadata)),
    )
    connection.execute(_CONVERSATION, values)
    return connection.total_changes() - before


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

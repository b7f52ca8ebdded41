"""What is kept, in memory: the ports of the store without a file."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import asdict, replace

from voiced.core.errors import InputInvalid, NotFound, SkillFailed
from voiced.core.forgetting import Forget, Forgotten
from voiced.core.history import (
    LONGEST_BATCH,
    Change,
    Conversation,
    Message,
    NewConversation,
    Page,
    Statistics,
    Wanted,
)
from voiced.core.ids import new_id
from voiced.core.ports.memories import Memories
from voiced.core.ports.upkeep import Backup, Checked, Form, Imported, Progress
from voiced.core.promises import Kind, Promise, Schedule

MAGIC = b"voiced "
T = TypeVar("T")


class FakeConversations:
    """Conversations in two dictionaries."""

    def __init__(self, continue_s: float = 300.0) -> None:
        self._continue_s = continue_s
        self._all: dict[str, Conversation] = {}
        self._said: dict[str, list[Message]] = {}

    async def open(self, new: NewConversation) -> Conversation:
        now = time.time()
        values = asdict(_valid(new)) | {"id": new.id or new_id(), "tags": sorted(set(new.tags))}
        made = Conversation(**values, made_at=now, changed_at=now, last_at=now)
        self._said.setdefault(made.id, [])
        return self._all.setdefault(made.id, made)

    async def get(self, conversation: str) -> Conversation:
        if conversation not in self._all:
            raise NotFound(f"there is no conversation {conversation}")
        return self._all[conversation]

    async def find(self, wanted: Wanted) -> Page[Conversation]:
        def fits(each: Conversation) -> bool:
            texts = [each.title, *(message.content for message in self._said[each.id])]
            return (
                wanted.space in (None, each.space)
                and wanted.user in (None, each.user)
                and (wanted.tag is None or wanted.tag in each.tags)
                and (each.status == wanted.status if wanted.status else each.status != "deleted")
                and (not (wanted.text or "").split() or any(_holds(text, wanted.text) for text in texts))
            )

        newest = list(self._all.values())[::-1]
        order = sorted(newest, key=lambda each: each.last_at, reverse=True)
        return _page([each for each in order if fits(each)], wanted.limit, wanted.cursor)

    async def change(self, conversation: str, change: Change) -> Conversation:
        fields = {name: value for name, value in asdict(_valid(change)).items() if value is not None}
        if "tags" in fields:
            fields["tags"] = sorted(set(fields["tags"]))
        self._all[conversation] = replace(await self.get(conversation), **fields, changed_at=time.time())
        return self._all[conversation]

    async def purge(self, conversation: str) -> None:
        await self.get(conversation)
        del self._all[conversation], self._said[conversation]

    async def add(
        self, messages: Sequence[Message], conversation: str | None = None, *, space: str = "home", user: str = ""
    ) -> list[Message]:
        if not messages:
            raise InputInvalid("there is no message", hint="Give one.")
        if len(messages) > LONGEST_BATCH:
            raise InputInvalid(f"{len(messages)} messages", hint="Send fewer.")
        messages = [_valid(message) for message in messages]
        chosen = await (self.get(conversation) if conversation is not None else self._current(messages, space, user))
        return [self._append(chosen.id, message) for message in messages]

    async def messages(self, conversation: str, limit: int = 100, cursor: str | None = None) -> Page[Message]:
        await self.get(conversation)
        return _page(self._said[conversation], limit, cursor)

    async def last(self, conversation: str, count: int) -> list[Message]:
        await self.get(conversation)
        return self._said[conversation][-count:]

    async def recent(
        self,
        limit: int = 20,
        cursor: str | None = None,
        *,
        text: str | None = None,
        space: str | None = None,
        turn: str | None = None,
    ) -> Page[Message]:
        said = [
            message
            for each in reversed(self._all.values())
            if each.status != "deleted" and space in (None, each.space)
            for message in reversed(self._said[each.id])
            if (not (text or "").split() or _holds(message.content, text)) and turn in (None, message.turn)
        ]
        return _page(sorted(said, key=lambda message: message.at, reverse=True), limit, cursor)

    async def statistics(self) -> Statistics:
        said = [message for messages in self._said.values() for message in messages]
        return Statistics(
            conversations=Counter(each.status for each in self._all.values()),
            messages=len(said),
            tokens_in=sum(message.tokens_in or 0 for message in said),
            tokens_out=sum(message.tokens_out or 0 for message in said),
            roles=Counter(message.role for message in said),
            channels=Counter(message.channel for message in said),
            models=Counter(message.model for message in said if message.model),
            tiers=Counter(message.tier for message in said if message.tier),
            days=Counter(time.strftime("%Y-%m-%d", time.localtime(message.at)) for message in said),
        )

    async def _current(self, messages: Sequence[Message], space: str, user: str) -> Conversation:
        for each in (await self.find(Wanted(space=space, user=user, status="active"))).items:
            if abs(messages[0].at - each.last_at) <= self._continue_s:
                return each
        words = " ".join(next((message.content for message in messages if message.role == "user"), "").split())
        new = await self.open(NewConversation(space=space, user=user, title=words))
        self._all[new.id] = replace(new, made_at=messages[0].at, changed_at=messages[0].at, last_at=messages[0].at)
        return self._all[new.id]

    def _append(self, conversation: str, message: Message) -> Message:
        for each in (each for said in self._said.values() for each in said):
            if each.id == message.id or (
                message.request and (each.request, each.role) == (message.request, message.role)
            ):
                return each
        said, whole = self._said[conversation], self._all[conversation]
        kept = replace(message, conversation=conversation, number=len(said) + 1)
        said.append(kept)
        last = max(whole.last_at, message.at)
        self._all[conversation] = replace(whole, messages=len(said), last_at=last)
        return kept


class FakePromises:
    """Promises that never ring: their clock stands still."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self._now = now
        self._all: list[Promise] = []

    async def ready(self) -> None: ...

    def active(self, kind: Kind | None = None) -> Sequence[Promise]:
        return sorted((each for each in self._all if kind in (None, each.kind)), key=lambda each: each.due or 0)

    def remaining(self, promise: Promise) -> float:
        return max(0.0, (promise.due or 0) - self._now)

    async def start_timer(self, seconds: float, name: str = "") -> Promise:
        return self._keep("timer", name, seconds=seconds)

    async def set_alarm(self, schedule: Schedule, name: str = "") -> Promise:
        return self._keep("alarm", name, schedule=schedule)

    async def remind(self, schedule: Schedule, text: str) -> Promise:
        return self._keep("reminder", text, schedule=schedule)

    async def remind_in(self, seconds: float, text: str) -> Promise:
        return self._keep("reminder", text, seconds=seconds)

    async def change(self, promise: Promise, seconds: float) -> Promise:
        self._all.remove(promise)
        self._all.append(replace(promise, due=(promise.due or 0) + seconds))
        return self._all[-1]

    async def cancel(self, promise: Promise) -> None:
        self._all.remove(promise)

    async def snooze(self, seconds: float | None = None) -> Promise | None:  # noqa: ARG002 (nothing rings here)
        return None

    def _keep(
        self, kind: Kind, name: str, *, seconds: float | None = None, schedule: Schedule | None = None
    ) -> Promise:
        if seconds and seconds > 24 * 3600:
            raise SkillFailed("that is too long")
        due = self._now + (seconds or 3600)
        made = {"id": new_id(), "made_at": self._now, "changed_at": self._now, "due": due}
        self._all.append(Promise(**made, kind=kind, name=name, seconds=seconds, schedule=schedule))
        return self._all[-1]


class FakeUpkeep:
    """Files that hold what was put into them. Work waits where the test lets it wait.

    Args:
        folder: where backups lie.
        conversations: what there is to be written.

    Attributes:
        content: what is in "the file".
        passphrase: what the last archive was sealed with.
        hold: called with a step's name in the middle of all work; may wait, or raise.
    """

    def __init__(self, folder: Path, conversations: FakeConversations) -> None:
        self.folder = folder
        self._conversations = conversations
        self.content = MAGIC + b"empty"
        self.problems: list[str] = []
        self.passphrase: bytes | None = None
        self.hold: Callable[[str], None] = lambda _: None
        self.memories: Memories | None = None
        self.forgot: list[Forget] = []

    async def check(self, progress: Progress) -> Checked:
        await self._work("check", progress)
        return Checked(3, len(self.content), {"messages": 2}, self.problems, [])

    async def backup(self, progress: Progress) -> Backup:
        await self._work("backup", progress)
        path = self.folder / f"voiced-{new_id()}.db"
        _write(path, self.content)
        return Backup(str(path), path.stat().st_mtime, len(self.content))

    async def backups(self) -> Sequence[Backup]:
        found = sorted(self.folder.glob("*.db"), reverse=True)
        return [Backup(str(path), path.stat().st_mtime, path.stat().st_size) for path in found]

    async def fetch(self, backup: Backup, target: Path, progress: Progress) -> None:
        await self._work("fetch", progress)
        _write(target, _read(Path(backup.path)))

    async def restore(self, source: Path, progress: Progress) -> Backup:
        await self._work("restore", progress)
        content, before = _read(source), await self.backup(progress)
        self.content = content
        return before

    async def export(
        self,
        target: Path,
        progress: Progress,
        conversations: Sequence[str] | None = None,
        passphrase: bytes | None = None,
    ) -> None:
        self.passphrase = passphrase
        await self._work("export", progress)
        _write(target, self.content + b"".join(b" " + each.encode() for each in conversations or ()))

    async def conversation(self, conversation: str, form: Form) -> AsyncIterator[bytes]:
        yield f"{form}: {(await self._conversations.get(conversation)).title}\n".encode()
        for message in (await self._conversations.messages(conversation)).items:
            yield f"{message.content}\n".encode()

    async def forget(self, what: Forget, progress: Progress) -> Forgotten:
        what.check()
        await self._work("forget", progress)
        self.forgot.append(what)
        if what.ids and self.memories:
            return Forgotten(memories=await self.memories.remove(what.ids))
        if what.conversation is None:
            return Forgotten()
        count = (await self._conversations.get(what.conversation)).messages
        await self._conversations.purge(what.conversation)
        return Forgotten(messages=count, conversations=1)

    async def take_in(self, source: Path, progress: Progress, passphrase: bytes | None = None) -> Imported:
        self.passphrase = passphrase
        await self._work("import", progress)
        known = self.content == (content := _read(source))
        self.content = content
        return Imported(0 if known else 1, 0 if known else 2, 0, 3 if known else 0)

    async def _work(self, name: str, progress: Progress) -> None:
        progress(1, 2)
        await asyncio.to_thread(self.hold, name)


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _read(source: Path) -> bytes:
    content = source.read_bytes()
    if not content.startswith(MAGIC):
        raise InputInvalid("that is no file of ours", code="file-foreign", hint="Choose another one.")
    return content


def _valid(value: T) -> T:
    try:
        return msgspec.json.decode(msgspec.json.encode(value), type=type(value))
    except msgspec.MsgspecError as error:
        raise InputInvalid(str(error)) from error


def _holds(text: str, words: str) -> bool:
    there = text.lower().split()
    return all(word in there for word in words.lower().split())


def _page(items: list, limit: int, cursor: str | None) -> Page:
    if not 1 <= limit <= 1000:
        raise InputInvalid("limit: from 1 to 1000", hint="Ask for less.")
    if cursor and not (cursor.isdigit() and int(cursor) < 2**24):
        raise InputInvalid(f"{cursor!r} is no cursor", hint="Use the one of the page before.")
    first = int(cursor or 0)
    following = first + limit
    return Page(items[first:following], str(following) if following < len(items) else None)


class FakeSettings:
    """Implements `Settings`.

    Attributes:
        kept: all of them, by name.
        failing: raised by everything, if it is set.
    """

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.failing: Exception | None = None

    async def get(self, name: str) -> str | None:
        self._look()
        return self.kept.get(name)

    async def put(self, name: str, value: str | None) -> None:
        self._look()
        if value is None:
            self.kept.pop(name, None)
        else:
            self.kept[name] = value

    def _look(self) -> None:
        if self.failing:
            raise self.failing

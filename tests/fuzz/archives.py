"""What is brought in from elsewhere: archives, conversations as JSON Lines, and whole files of the store."""

import asyncio
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw

from tests.fuzz.parser import Parser, of_file
from tests.store.house import BERLIN, DAILY, house, messages, privacy_of, quiet
from voiced.core.errors import VoicedError
from voiced.core.history import NewConversation
from voiced.core.lists import Entry
from voiced.core.memories import NewMemory
from voiced.core.promises import Promise
from voiced.store import connection as connect
from voiced.store import lines
from voiced.store.imports import Import
from voiced.store.migrations import migrate
from voiced.store.restore import fetch

NOW = 1.8e9


def _whole(folder: Path) -> bytes:
    """An archive with something of everything; beside it lies the store that it is of."""

    async def run() -> None:
        async with house(folder / "good") as home:
            await home.conversations.open(NewConversation(id="a", title="Talk", tags=["x"]))
            await home.conversations.add(messages(3, "a"), "a")
            await home.promises.save([Promise(id="p", kind="alarm", made_at=1, changed_at=1, due=9e9, schedule=DAILY)])
            await home.memories.add([NewMemory(id="n", text="the key hangs by the door", at=1e9)])
            await home.upkeep.export(folder / "good.zip", quiet)

    asyncio.run(run())
    return (folder / "good.zip").read_bytes()


def _members(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return {name: file.read(name) for name in file.namelist()}


def _importing(folder: Path) -> Callable[[Path], object]:
    """Takes a file in, and leaves everything as it was."""
    connection = connect.draft(folder / "into.db")
    migrate(connection)

    def put(job: Callable[[apsw.Connection], Any]) -> Any:
        connection.execute("SAVEPOINT one")
        try:
            return job(connection)
        finally:
            connection.execute("ROLLBACK TO one; RELEASE one")

    def tell(_: int, __: int) -> None:
        """Nobody wants to know."""

    return lambda path: Import(put, tell, NOW, BERLIN, privacy_of).run(path)  # type: ignore[arg-type]


def archive(folder: Path) -> Parser:
    """Archives: bytes of a ZIP file."""
    return of_file(folder / "in.zip", [_whole(folder)], _importing(folder))


def members(folder: Path) -> Parser:
    """Archives whose manifest vouches for what is in them: the first byte says which member is a bad one."""
    whole = _members(_whole(folder))
    names = sorted(name for name in whole if name.endswith((".jsonl", ".json")))
    take_in, path = _importing(folder), folder / "in.zip"

    def read(data: bytes) -> None:
        if not data:
            return
        name = names[data[0] % len(names)]
        texts = whole | {name: data[1:]}
        if name != "manifest.json":
            manifest = json.loads(whole["manifest.json"])
            manifest["members"][name] = hashlib.sha256(data[1:]).hexdigest()
            texts["manifest.json"] = json.dumps(manifest).encode()
        with zipfile.ZipFile(path, "w") as file:
            for each, text in texts.items():
                file.writestr(each, text)
        take_in(path)

    return Parser([bytes([number]) + whole[name] for number, name in enumerate(names)], read)


def conversation(folder: Path) -> Parser:
    """A conversation as JSON Lines."""
    whole = _members(_whole(folder))
    return of_file(folder / "in.jsonl", [whole["conversations/a.jsonl"]], _importing(folder))


def rows(folder: Path) -> Parser:
    """Lines of JSON: conversations, messages, promises, memories, entries of lists."""
    whole = _members(_whole(folder))
    kinds = (lines.conversation, lines.message, lines.promise, lines.memory, lines.entry)
    corpus = [line for name, text in whole.items() if name.endswith(".jsonl") for line in text.splitlines()]
    corpus.append(lines.line(Entry(id="e", list="shopping", text="milk", at=1e9)))

    def read(data: bytes) -> None:
        wrong: list[VoicedError] = []
        for kind in kinds:
            try:
                kind(data)
            except VoicedError as error:
                wrong.append(error)
        if len(wrong) == len(kinds):
            raise wrong[0]

    return Parser(corpus, read)


class _Untold:
    """Nobody wants to know."""

    def __call__(self, _: int, __: int) -> None:
        """It goes on."""

    def watch(self, *_: object) -> None:
        """It goes on."""


def restore(folder: Path) -> Parser:
    """Files of the store that are put in the place of all."""
    _whole(folder)
    (source,) = (folder / "good").glob("*.db")
    part, untold = folder / "part.db", _Untold()

    def check(path: Path) -> None:
        part.write_bytes(b"")
        fetch(path, part, 4096, lambda promise: promise, (), untold)  # type: ignore[arg-type]

    with closing(connect.still(source)) as connection:
        connection.execute(f"VACUUM INTO '{folder / 'small.db'}'")
    return of_file(folder / "in.db", [(folder / "small.db").read_bytes()], check)

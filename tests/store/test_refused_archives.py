"""An archive that is damaged, or made to harm, is refused, and nothing of it comes in."""

import asyncio
import hashlib
import json
import random
import re
import zipfile
from pathlib import Path

import pytest

from tests.store.house import (
    DAILY,
    house,
    messages,
    quiet,
)
from voiced.core.errors import InputInvalid
from voiced.core.history import Change, NewConversation
from voiced.core.memories import NewMemory
from voiced.core.promises import Promise


def a_good_archive(folder: Path) -> Path:
    async def run():
        async with house(folder / "good") as home:
            for name in ("a", "b", "c"):
                await home.conversations.open(NewConversation(id=name, title=f"Talk {name}", tags=["x"]))
                await home.conversations.add(messages(5, name), name)
            await home.conversations.change("b", Change(status="deleted", metadata={"why": ["because"]}))
            await home.promises.save([Promise(id="p", kind="alarm", made_at=1, changed_at=1, due=9e9, schedule=DAILY)])
            await home.memories.add([NewMemory(id="n", text="the key hangs by the door", at=1e9)])
            await home.upkeep.export(folder / "good.zip", quiet)

    asyncio.run(run())
    return folder / "good.zip"


def taken_in(folder: Path, archive_file: Path) -> tuple[list[tuple], InputInvalid | None]:
    """What a store holds after an import, and how the import was refused."""

    async def run():
        async with house(folder) as home:
            try:
                await home.upkeep.take_in(archive_file, quiet)
            except InputInvalid as error:
                return await home.contents(), error
            return await home.contents(), None

    return asyncio.run(run())


def test_a_damaged_archive_is_refused_or_comes_in_whole(tmp_path):
    good = a_good_archive(tmp_path).read_bytes()
    whole, _ = taken_in(tmp_path / "whole", tmp_path / "good.zip")
    chance = random.Random(7)
    refused = 0

    async def run():
        nonlocal refused
        async with house(tmp_path / "fuzz") as home:
            for _ in range(600):
                bad = bytearray(good)
                for _ in range(chance.choice([1, 1, 2, 20])):
                    bad[chance.randrange(len(bad))] = chance.randrange(256)
                if chance.random() < 0.2:
                    del bad[chance.randrange(len(bad)) :]
                (tmp_path / "bad.zip").write_bytes(bad)
                try:
                    await home.upkeep.take_in(tmp_path / "bad.zip", quiet)
                except InputInvalid:
                    refused += 1
                    assert await home.contents() == []
                else:
                    assert await home.contents() == whole
                    await home.database.write(
                        lambda connection: connection.execute(
                            "DELETE FROM conversations; DELETE FROM promises; DELETE FROM memories;"
                            "DELETE FROM sqlite_sequence"
                        )
                    )

    asyncio.run(run())
    assert refused > 400


def repacked(good: Path, target: Path, change) -> Path:
    """The same archive with other members, vouched for by its manifest."""
    with zipfile.ZipFile(good) as file:
        texts = {name: file.read(name) for name in file.namelist()}
    manifest = json.loads(texts.pop("manifest.json"))
    change(texts, manifest)
    with zipfile.ZipFile(target, "w") as file:
        for name, content in texts.items():
            file.writestr(name, content)
            manifest["members"][name] = hashlib.sha256(content).hexdigest()
        file.writestr("manifest.json", json.dumps(manifest))
    return target


def swap(name, old, new):
    def change(texts, _):
        assert old in texts[name]
        texts[name] = texts[name].replace(old, new, 1)

    return change


def add(name, content=b"x"):
    return lambda texts, _: texts.update({name: content})


def manifest_says(**fields):
    return lambda _, manifest: manifest.update(fields)


def drop(name):
    def change(texts, manifest):
        del texts[name], manifest["members"][name]

    return change


def of_the_first_format(texts, manifest):
    """There were no memories."""
    drop("memories.jsonl")(texts, manifest)
    del manifest["memories"]
    manifest["version"] = 1


A = "conversations/a.jsonl"
PLAIN = b'"personal","metadata":{}'


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (swap(A, b'"role":"assistant"', b'"role":"pirate"'), r"a\.jsonl, line 2: .*role"),
        (swap(A, b'"id":"a3"', b'"id":""'), r"a\.jsonl, line 5: .*id"),
        (swap(A, b'"content":"what', b'"content":"\\ud800'), r"a\.jsonl, line 2: "),
        (swap(A, b'"content":"what', b'"content":"\xed\xa0\x80'), r"a\.jsonl, line 2: "),
        (swap(A, b'"at":', b'"when":'), r"a\.jsonl, line 2: "),
        (swap(A, b'"at":', b'"new":1,"at":'), r"unknown field `new`"),
        (swap(A, b'"at":1000000000.0', b'"at":1e999'), r"line 2: "),
        (swap(A, b'"at":1000000000.0', b'"at":-5'), r"line 2: "),
        (swap(A, PLAIN, b'"personal","metadata":' + b'{"a":' * 200 + b"1" + b"}" * 200), r"line 2: .*levels"),
        (swap(A, PLAIN, b'"personal","metadata":' + b'{"a":' * 9000 + b"1" + b"}" * 9000), r"line 2: "),
        (swap(A, b'"conversation":"a"', b'"conversation":"b"'), r"line 2: a message of another conversation"),
        (swap(A, b'"messages":5', b'"messages":6'), r"6 messages are announced, 5 are there"),
        (swap(A, b'"id":"a"', b'"id":"z"'), r"line 1: this is the conversation 'z'"),
        (swap("promises.jsonl", b'"07:00"', b'"27:00"'), r"promises, line 1: .*time"),
        (swap("promises.jsonl", b',"days":[0,1,2]', b""), r"promises, line 1: a time without a day"),
        (swap("promises.jsonl", b'"days"', b'"date":"2026-11-25","days"'), r"promises, line 1: .*a day, or on days"),
        (
            swap("promises.jsonl", b'"days":[0,1,2]', b'"date":"0001-01-01"'),
            r"line 1: '0001-01-01' is no day",
        ),
        (swap("promises.jsonl", b"[0,1,2]", b"[0,2,1]"), r"promises, line 1: .*day of the week"),
        (swap("memories.jsonl", b'"id":"n"', b'"id":""'), r"memories, line 1: a memory without an id"),
        (swap("memories.jsonl", b'"kind":"note"', b'"kind":"message"'), r"memories, line 1: .*kind"),
        (swap("memories.jsonl", b"the key hangs by the door", b""), r"memories, line 1: .*text"),
        (swap("memories.jsonl", b'"at":1000000000.0', b'"at":-1'), r"memories, line 1: .*at"),
        (drop("memories.jsonl"), r"does not hold what its manifest says"),
        (add("../../etc/passwd"), r"none of ours"),
        (add("/etc/passwd"), r"none of ours"),
        (add("conversations/../x.jsonl"), r"none of ours"),
        (add("conversations/empty.jsonl", b""), r"is empty"),
        (add("conversations/x.md"), None),
        (drop(A), r"does not hold what its manifest says"),
        (manifest_says(version=4), r"newer voiced"),
        (manifest_says(format="other"), r"manifest\.json"),
        (manifest_says(messages=16), r"does not hold what its manifest says"),
        (manifest_says(members={}), None),
        (of_the_first_format, None),
    ],
)
def test_what_is_wrong_with_an_archive_is_named_and_nothing_comes_in(tmp_path, change, words):
    bad = repacked(a_good_archive(tmp_path), tmp_path / "bad.zip", change)
    rows, error = taken_in(tmp_path / "other", bad)
    if words is None:
        assert error is None
        return
    assert rows == []
    assert error is not None
    assert re.search(words, error.message), error.message
    assert error.hint


def test_an_archive_that_would_grow_without_bounds_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as file:
        with file.open("conversations/a.jsonl", "w") as member:
            for _ in range(100):
                member.write(b" " * 1024 * 1024)
        file.writestr("manifest.json", "{}")
    rows, error = taken_in(tmp_path / "other", tmp_path / "bomb.zip")
    assert rows == []
    assert error is not None
    assert "would grow" in error.message


@pytest.mark.parametrize("content", [b"", b"hello", b"PK", b"{", b'{"id":"c"}', b"\x00" * 100])
def test_what_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "any").write_bytes(content)
    rows, error = taken_in(tmp_path / "other", tmp_path / "any")
    assert rows == []
    assert error is not None


def test_what_is_no_file_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "nothing", Path("/dev/zero")):
        assert taken_in(tmp_path / "other", path)[1] is not None

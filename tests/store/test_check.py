"""A check of the file: what it finds, and what the next start mends."""

import re
from pathlib import Path

import pytest

from tests.store.house import edit, embed, fill, quiet, run
from voiced.core.history import Source
from voiced.core.memories import NewMemory
from voiced.store.migrations import scripts

pytestmark = pytest.mark.usefixtures("either_way")


def test_a_good_file_has_no_problems(tmp_path):
    async def job(home):
        await fill(home)
        await home.memories.add([NewMemory(text="the key", tags=["a"], source=Source("file", "/x"))])
        await embed(home)
        return await home.upkeep.check(quiet)

    checked = run(job, tmp_path)
    assert checked.problems == []
    assert checked.version == len(scripts())
    assert checked.rows == {
        "conversations": 1,
        "messages": 300,
        "promises": 1,
        "memories": 1,
        "entries": 0,
        "keys": 0,
        "audit": 0,
        "usage": 0,
        "answers": 0,
    }
    assert checked.bytes > 0


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("UPDATE conversations SET messages = 7", "count"),
        ("UPDATE conversations SET last_at = 7", "last time"),
        ("UPDATE conversations SET last_at = 9e9", "last time"),
        ("UPDATE conversations SET metadata = '[]'", "metadata"),
        ("UPDATE messages SET metadata = '7' WHERE id = 'm7'", "metadata.*m7"),
        ("UPDATE conversations SET tags = '{}'", "tags"),
        ("DROP TRIGGER conversation_removed; DELETE FROM conversations", "no conversation"),
        ("UPDATE messages SET sources = '{}' WHERE id = 'm7'", "sources.*m7"),
        ("DELETE FROM words_docsize WHERE id % 100 = 7", "not in the full-text index"),
        ("INSERT INTO words_docsize VALUES (7, x'0001')", "that is not there"),
        (
            "UPDATE words_data SET block = x'00' WHERE id = (SELECT max(id) FROM words_data)",
            "words",
        ),
        ("UPDATE messages SET role = 'pirate' WHERE id = 'm7'", "CHECK"),
        ("UPDATE memories SET tags = '{}'", "memory.*tags"),
        ("UPDATE memories SET source = '[]'", "memory.*source"),
        ("UPDATE memories SET kind = 'rumour'", "CHECK"),
        ("INSERT INTO vectors_1 VALUES (7, x'01')", "vector has no text"),
        ("DELETE FROM vector_bits_1 WHERE rowid = 1", "vector has no bits"),
        ("DROP TRIGGER vectors_1_removed; DELETE FROM vectors_1 WHERE key = 1", "bits have no vector"),
        ("DELETE FROM sqlite_schema WHERE name = 'messages_by_id'", "never used"),
    ],
)
def test_a_check_finds_what_breaks_a_rule_and_the_next_start_mends_it(tmp_path, damage, words):
    async def job(home):
        await fill(home)
        await home.memories.add([NewMemory(text="the key hangs by the door", id="n")])
        await embed(home)
        edit(home.database.path, damage, rules=False)
        found = await home.upkeep.check(quiet)
        return found.problems, home.database.path.with_suffix(".damaged").exists()

    problems, noted = run(job, tmp_path)
    assert problems
    assert any(re.search(words, problem) for problem in problems), problems
    assert noted
    for _ in range(2):
        found = run(lambda home: home.upkeep.check(quiet), tmp_path)
        assert (found.problems, len(found.salvaged)) == ([], 1), "one salvage mends it"


def test_a_check_tells_of_damaged_originals(tmp_path):
    async def job(home):
        for name in ("voiced.db.damaged-1", "voiced.db.damaged-2"):
            (tmp_path / name).touch()
        return await home.upkeep.check(quiet)

    assert [Path(path).name for path in run(job, tmp_path).salvaged] == ["voiced.db.damaged-2", "voiced.db.damaged-1"]

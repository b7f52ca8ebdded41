"""A check of the file: what it finds, and what the next start mends."""

import re
from pathlib import Path

import pytest

from tests.store.house import edit, fill, quiet, run
from voiced.store.migrations import scripts

pytestmark = pytest.mark.usefixtures("either_way")


def test_a_good_file_has_no_problems(tmp_path):
    async def job(home):
        await fill(home)
        return await home.upkeep.check(quiet)

    checked = run(job, tmp_path)
    assert checked.problems == []
    assert checked.version == len(scripts())
    assert checked.rows == {"conversations": 1, "messages": 300, "promises": 1}
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
        ("DELETE FROM messages_text_docsize WHERE id % 100 = 7", "not in the full-text index"),
        ("INSERT INTO messages_text_docsize VALUES (7, x'01')", "that is not there"),
        (
            "UPDATE messages_text_data SET block = x'00' WHERE id = (SELECT max(id) FROM messages_text_data)",
            "messages_text",
        ),
        ("UPDATE messages SET role = 'pirate' WHERE id = 'm7'", "CHECK"),
        ("DELETE FROM sqlite_schema WHERE name = 'messages_by_id'", "never used"),
    ],
)
def test_a_check_finds_what_breaks_a_rule_and_the_next_start_mends_it(tmp_path, damage, words):
    async def job(home):
        await fill(home)
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

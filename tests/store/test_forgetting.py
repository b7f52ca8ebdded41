"""What is forgotten is in no byte of all that is kept: rows, indexes, log, backups, damaged originals, caches."""

import asyncio

import numpy as np
import pytest

from tests.store.house import NOON, StillClock, quiet, run
from voiced.core.config_keeping import KeepConfig, RetentionConfig
from voiced.core.errors import InputInvalid, NotFound, StoreFull
from voiced.core.forgetting import Forget, Forgotten
from voiced.core.history import Message, Source
from voiced.core.lists import Entry
from voiced.core.memories import NewMemory, Scope
from voiced.store.answers import StoredAnswers
from voiced.store.entries import keep
from voiced.store.upkeep import OWED, keep_expiring

CANARY = "walrusword"
AT = NOON.timestamp()


def said(name: str, words: str, **more) -> list[Message]:
    """A question and its answer."""
    more = {"at": AT, "turn": name, **more}
    question = Message(id=f"{name}-q", role="user", content=words, **more)
    return [question, Message(id=f"{name}-a", role="assistant", content=f"You said: {words}.", **more)]


async def talk(home) -> None:
    await home.conversations.add(said("t1", f"the {CANARY} is under the mat", at=AT - 7200), space="hall")
    await home.conversations.add(said("t2", "what time is it", at=AT - 7100), space="hall")
    await home.conversations.add(said("t3", "is it raining"), space="kitchen")
    note = {"text": f"The {CANARY} is under the mat.", "space": "hall", "at": AT - 7200}
    await home.memories.add([NewMemory(**note, id="n", source=Source("message", "t1-q"))])
    await home.memories.add([NewMemory(text="Bins go out on Friday.", id="bins", space="kitchen", at=AT)])
    state = [each.key for each in await home.memories.unembedded("m", 100)]
    await home.memories.embed("m", state, np.eye(len(state), 8, dtype=np.float32))
    answers = StoredAnswers(home.database, 1)
    await answers.put("key", f"{CANARY} answer", seconds=60.0, privacy="personal")
    await home.upkeep.backup(quiet)


def found(folder, word=CANARY) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()}


@pytest.mark.parametrize(
    ("what", "forgotten"),
    [
        (Forget(ids=["t1-q", "t1-a"]), Forgotten(messages=2, memories=1, backups=1)),
        (Forget(turn="t1"), Forgotten(messages=2, memories=1, backups=1)),
        (Forget(until=AT - 7150), Forgotten(messages=2, memories=1, backups=1)),
        (
            Forget(since=AT - 7300, until=AT - 60, space="hall"),
            Forgotten(messages=4, conversations=1, memories=1, backups=1),
        ),
        (Forget(space="hall"), Forgotten(messages=4, conversations=1, memories=1, backups=1)),
        (Forget(kinds=["message"]), Forgotten(messages=6, conversations=2, memories=1, backups=1)),
        (Forget(everything=True), Forgotten(messages=6, conversations=2, memories=2, backups=1)),
    ],
)
def test_what_is_forgotten_is_in_no_byte(tmp_path, what, forgotten):
    async def use(home):
        await talk(home)
        assert found(tmp_path)
        assert await home.upkeep.forget(what, quiet) == forgotten
        assert home.replaced == 1
        assert found(tmp_path) == set()
        assert len(await home.upkeep.backups()) == 1

    run(use, tmp_path)
    assert found(tmp_path) == set()


def test_a_conversation_is_forgotten_whole_and_the_others_stay(tmp_path):
    async def use(home):
        await talk(home)
        (first, second) = (await home.conversations.recent()).items[-1].conversation, "none"
        assert await home.upkeep.forget(Forget(conversation=first), quiet) == Forgotten(4, 1, 1, backups=1)
        with pytest.raises(NotFound):
            await home.upkeep.forget(Forget(conversation=second), quiet)
        assert [each.id for each in (await home.conversations.recent()).items] == ["t3-a", "t3-q"]

    run(use, tmp_path)


def test_a_name_that_somebody_gave_stays_and_one_of_forgotten_words_does_not(tmp_path):
    async def use(home):
        await talk(home)
        await home.upkeep.forget(Forget(turn="t1"), quiet)
        (kitchen, hall) = [each.conversation for each in (await home.conversations.recent()).items[1::2]]
        titles = [(await home.conversations.get(each)).title for each in (kitchen, hall)]
        assert titles == ["is it raining", "what time is it"]

    run(use, tmp_path)


def test_damaged_originals_and_caches_are_forgotten_too(tmp_path):
    async def use(home):
        await talk(home)
        (tmp_path / "voiced.db.damaged-2026-11-25T10-00-00Z").write_text(CANARY)
        (tmp_path / "voiced.db.damaged-2026-11-25T10-00-00Z-wal").write_text(CANARY)
        cache = tmp_path / "cache" / "phrases"
        cache.mkdir(parents=True)
        (cache / "x.phrase").write_text(CANARY)
        assert (await home.upkeep.forget(Forget(turn="t1"), quiet)).backups == 2
        assert found(tmp_path) == set()

    run(use, tmp_path)


def test_what_a_process_that_was_killed_left_unfinished_is_forgotten_too(tmp_path):
    async def use(home):
        await talk(home)
        for name in ("backups/restored.part", "backups/restored.part-journal", "voiced.db.salvaging"):
            (tmp_path / name).write_text(CANARY)
        await home.upkeep.forget(Forget(turn="t1"), quiet)
        assert found(tmp_path) == set()

    run(use, tmp_path)


@pytest.mark.parametrize("what", [Forget(everything=True), Forget(until=AT), Forget(space="home"), Forget(ids=["e"])])
def test_what_is_on_lists_is_forgotten_too(tmp_path, what):
    async def use(home):
        entries = [Entry(id="e", list="shopping", text=CANARY, at=AT - 60), Entry(id="f", list="a", text="b", at=AT)]
        await home.database.write(lambda connection: keep(connection, entries))
        await home.upkeep.backup(quiet)
        assert found(tmp_path)
        assert (await home.upkeep.forget(what, quiet)).entries
        assert found(tmp_path) == set()
        left = {entry.text for name in ("shopping", "a") for entry in await home.lists.entries(name)}
        assert left == (set() if what.everything or what.space else {"b"})
        assert (await home.upkeep.forget(Forget(kinds=["note", "message", "document"]), quiet)).entries == 0

    run(use, tmp_path)


def test_what_is_not_there_changes_nothing(tmp_path):
    async def use(home):
        await talk(home)
        backups = await home.upkeep.backups()
        assert (await home.upkeep.forget(Forget(turn="none"), quiet)).nothing
        assert await home.upkeep.backups() == backups

    run(use, tmp_path)


@pytest.mark.parametrize(
    "what",
    [
        Forget(),
        Forget(ids=["a"], everything=True),
        Forget(turn="t", space="hall"),
        Forget(since=2.0, until=1.0),
    ],
)
def test_what_says_nothing_or_two_things_is_refused(tmp_path, what):
    async def use(home):
        await talk(home)
        with pytest.raises(InputInvalid):
            await home.upkeep.forget(what, quiet)
        assert (await home.conversations.statistics()).messages == 6

    run(use, tmp_path)


class Killed(BaseException):
    """The process ends here, and does nothing of what would follow."""


def dies(*_: object) -> None:
    raise Killed


async def when_the_rows_are_gone(home) -> None:
    home.upkeep._replaced = dies
    await home.upkeep.forget(Forget(turn="t1"), quiet)


async def while_the_file_is_made_anew(home) -> None:
    def full(*_: object) -> None:
        raise StoreFull("there is no room")

    home.upkeep._backups.make = full
    await home.upkeep.forget(Forget(turn="t1"), quiet)


async def before_the_caches_are_empty(home) -> None:
    home.upkeep._clear_caches = dies
    await home.upkeep.forget(Forget(turn="t1"), quiet)


class Busy(StillClock):
    """The clock of a process that is killed before it ever sleeps."""

    async def sleep(self, seconds: float) -> None:
        raise Killed(f"before {seconds} s")


@pytest.mark.parametrize("killed", [when_the_rows_are_gone, while_the_file_is_made_anew, before_the_caches_are_empty])
def test_what_was_cut_short_is_marked_and_finished_at_the_next_start(tmp_path, killed):
    async def begin(home):
        await talk(home)
        (tmp_path / "cache").mkdir()
        (tmp_path / "cache" / "x.phrase").write_text(CANARY)
        with pytest.raises((Killed, StoreFull)):
            await killed(home)

    async def again(home):
        assert (await home.conversations.statistics()).messages == 4
        assert found(tmp_path)
        assert (tmp_path / OWED).exists()
        with pytest.raises(Killed):
            await keep_expiring(home.upkeep, RetentionConfig(), Busy())
        assert found(tmp_path) == set()
        assert not (tmp_path / OWED).exists()
        assert (await home.conversations.statistics()).messages == 4

    run(begin, tmp_path)
    run(again, tmp_path)
    assert found(tmp_path) == set()


def test_who_asks_for_an_unknown_conversation_to_be_forgotten_loses_nothing(tmp_path):
    async def use(home):
        await talk(home)
        await home.upkeep.backup(quiet)
        before = await home.upkeep.backups()
        with pytest.raises(NotFound):
            await home.upkeep.forget(Forget(conversation="nobody"), quiet)
        assert not (tmp_path / OWED).exists()
        await home.upkeep.finish_forgetting()
        assert await home.upkeep.backups() == before

    run(use, tmp_path)


def test_what_has_begun_to_be_forgotten_is_gone_though_nobody_waits_for_it(tmp_path):
    async def use(home):
        await talk(home)
        gone, note = asyncio.Event(), home.upkeep._replaced

        async def replaced() -> None:
            gone.set()
            await note()

        home.upkeep._replaced = replaced
        forgetting = asyncio.create_task(home.upkeep.forget(Forget(turn="t1"), quiet))
        await gone.wait()
        forgetting.cancel()
        await asyncio.wait([forgetting])
        assert forgetting.cancelled()
        await home.upkeep.check(quiet)  # It waits for its turn.
        assert found(tmp_path) == set()
        assert not (tmp_path / OWED).exists()
        assert len(await home.upkeep.backups()) == 1

    run(use, tmp_path)


def test_a_code_that_was_said_is_in_no_byte_whatever_else_was_said_like_it(tmp_path):
    code = "483920"

    async def use(home):
        for number in range(483_900, 483_940):
            await home.conversations.add(said(f"t{number}", f"the code of the gate is {number}", at=AT + number))
        note = NewMemory(text=f"The gate: {code}", id="n", title=f"Code {code}", source=Source("message", f"t{code}-q"))
        await home.memories.add([note])
        await home.upkeep.backup(quiet)
        (tmp_path / "cache").mkdir()
        (tmp_path / "cache" / "x.phrase").write_text(code)
        assert len(found(tmp_path, code)) >= 3
        assert await home.upkeep.forget(Forget(turn=f"t{code}"), quiet) == Forgotten(2, memories=1, backups=1)
        assert found(tmp_path, code) == set()
        assert found(tmp_path, "483921")
        assert [hit.memory.text for hit in await home.memories.search("483921", None, Scope(), 1)]
        assert await home.memories.search(code, None, Scope()) == []

    run(use, tmp_path)
    assert found(tmp_path, code) == set()


def test_what_was_kept_long_enough_is_forgotten_each_space_as_it_likes(tmp_path):
    limits = RetentionConfig(message_days=1.0, spaces={"kitchen": KeepConfig(message_days=30.0), "shed": KeepConfig()})

    async def use(home):
        for space in ("hall", "kitchen", "shed"):
            for days in (40, 2, 0.5):
                await home.conversations.add(
                    said(f"{space}-{days}", "what time is it", at=AT - days * 86_400), space=space
                )
        note = NewMemory(text="Bins go out on Friday.", space="hall", source=Source("message", "hall-40-q"))
        await home.memories.add([note])
        forgotten = await home.upkeep.expire(limits)
        assert (await home.memories.state()).memories["note"] == 1, "it has a time of its own"
        left = (await home.conversations.recent()).items
        assert {each.turn for each in left} == {
            "hall-0.5",
            *(f"kitchen-{days}" for days in (2, 0.5)),
            *(f"shed-{days}" for days in (40, 2, 0.5)),
        }
        assert forgotten == Forgotten(messages=6, conversations=3)
        assert (await home.upkeep.expire(limits)).nothing

    run(use, tmp_path)

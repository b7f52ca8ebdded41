"""Promises from outside: over the socket, and in the file while no daemon runs."""

import asyncio
import gc
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.fakes.agent import ScriptedAgent
from tests.rigs.control import answering
from voiced.control.remote import remote
from voiced.core.errors import InputInvalid, NotFound, SkillFailed, VoicedError
from voiced.core.ports.agenda import NewPromise
from voiced.core.promises import Promise, Schedule
from voiced.kept import FileAgenda


@pytest.fixture
def run(tmp_path: Path) -> Generator:
    """Does something with the agenda of a daemon."""
    with answering(tmp_path / "voiced.sock", ScriptedAgent(folder=tmp_path)):

        def run(work):
            async def alone():
                async with remote(tmp_path / "voiced.sock") as kept:
                    return await work(kept.agenda)

            return asyncio.run(alone())

        yield run
    gc.collect()


GOOD = [
    NewPromise(kind="timer", seconds=300),
    NewPromise(kind="timer", name="egg", seconds=0.5),
    NewPromise(kind="alarm", schedule=Schedule("07:00")),
    NewPromise(kind="alarm", name="work", schedule=Schedule("07:00:30", days=(0, 1, 2, 3, 4))),
    NewPromise(kind="reminder", name="bins", schedule=Schedule("19:00", "2028-02-29")),
    NewPromise(kind="reminder", name="oven", seconds=60),
]


@pytest.mark.parametrize("new", GOOD, ids=str)
def test_what_is_promised_is_as_it_was_asked_for(run, new: NewPromise):
    made = run(lambda agenda: agenda.add(new))
    assert (made.kind, made.name, made.seconds, made.schedule) == (new.kind, new.name, new.seconds, new.schedule)
    assert made.remaining_s > 0
    assert run(lambda agenda: agenda.pending()) == [made]


BAD = [
    NewPromise(kind="timer"),
    NewPromise(kind="timer", schedule=Schedule("07:00")),
    NewPromise(kind="timer", seconds=5, schedule=Schedule("07:00")),
    NewPromise(kind="timer", seconds=-1),
    NewPromise(kind="timer", seconds=float("nan")),
    NewPromise(kind="alarm", seconds=5),
    NewPromise(kind="reminder", seconds=5),
    NewPromise(kind="reminder", name="x"),
    NewPromise(kind="reminder", name="x", seconds=5, schedule=Schedule("07:00")),
    NewPromise(kind="alarm", schedule=Schedule("7:00")),
    NewPromise(kind="alarm", schedule=Schedule("24:00")),
    NewPromise(kind="alarm", schedule=Schedule("07:00", "2027-02-29")),
    NewPromise(kind="alarm", schedule=Schedule("07:00", "27-2-2")),
    NewPromise(kind="alarm", schedule=Schedule("07:00", days=(7,))),
    NewPromise(kind="alarm", schedule=Schedule("07:00", "2028-02-29", (1,))),
    NewPromise(kind="watch", seconds=5),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("new", BAD, ids=str)
def test_what_makes_no_promise_is_told_what_to_correct(run, new: NewPromise):
    with pytest.raises(InputInvalid) as raised:
        run(lambda agenda: agenda.add(new))
    assert raised.value.hint
    assert run(lambda agenda: agenda.pending()) == []


def test_what_the_daemon_refuses_is_told_in_its_words(run):
    with pytest.raises(SkillFailed, match="too long"):
        run(lambda agenda: agenda.add(NewPromise(kind="timer", seconds=1e6)))


def test_what_is_pending_is_told_by_kind_the_next_first(run):
    async def work(agenda):
        for new in GOOD:
            await agenda.add(new)
        return await agenda.pending(), await agenda.pending("timer")

    everything, timers = run(work)
    assert [each.remaining_s for each in everything] == sorted(each.remaining_s for each in everything)
    assert len(everything) == len(GOOD)
    assert [each.name for each in timers] == ["egg", ""]


def test_what_is_called_off_is_gone_and_cannot_be_called_off_again(run):
    made = run(lambda agenda: agenda.add(GOOD[0]))
    run(lambda agenda: agenda.cancel(made.id))
    assert run(lambda agenda: agenda.pending()) == []
    with pytest.raises(NotFound):
        run(lambda agenda: agenda.cancel(made.id))


class OneTimer:
    """A store with a timer in it that was due, and an alarm."""

    async def active(self) -> list[Promise]:
        values = {"made_at": 0.0, "changed_at": 0.0}
        alarm = Promise(id="b", kind="alarm", due=4e9, schedule=Schedule("07:00"), **values)
        return [Promise(id="a", kind="timer", due=1.0, seconds=1.0, **values), alarm]

    async def past(self, limit: int) -> list[Promise]:
        return [][:limit]

    async def save(self, promises) -> None:
        raise AssertionError(promises)


def test_without_a_daemon_promises_can_be_looked_at_and_no_more():
    agenda = FileAgenda(OneTimer())
    (timer,) = asyncio.run(agenda.pending("timer"))
    assert (timer.id, timer.remaining_s) == ("a", 0)
    (alarm,) = asyncio.run(agenda.pending("alarm"))
    assert alarm.schedule == Schedule("07:00")
    assert alarm.remaining_s > 0
    for work in (agenda.add(GOOD[0]), agenda.cancel("a")):
        with pytest.raises(VoicedError) as raised:
            asyncio.run(work)
        assert raised.value.code == "no-daemon"
        assert "voiced run" in raised.value.hint

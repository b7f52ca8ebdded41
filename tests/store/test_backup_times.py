"""Backups are made again and again, without anybody asking."""

import asyncio
import contextlib
from datetime import UTC, datetime

from tests.store.house import StillClock, quiet, run
from voiced.core.errors import StoreFull
from voiced.core.ports.upkeep import Backup
from voiced.store.upkeep import AGAIN_S, FIRST_S, keep_backing_up


class Shelf:
    """Backups that succeed or fail as told."""

    def __init__(self, clock: StillClock, outcomes: list[bool]) -> None:
        self.clock = clock
        self.outcomes = outcomes
        self.made: list[float] = []
        self.held: list[Backup] = []

    async def backups(self):
        return self.held

    async def backup(self, _):
        if not self.outcomes:
            raise asyncio.CancelledError
        self.made.append(self.clock.time)
        if not self.outcomes.pop(0):
            raise StoreFull("there is no room left")
        self.held.insert(0, Backup("", self.clock.time, 0))
        return self.held[0]


def backing_up(outcomes, age=None, hours=24.0):
    """When backups are tried, in seconds after the start."""
    clock = StillClock()
    start = clock.time
    shelf = Shelf(clock, list(outcomes))
    if age is not None:
        shelf.held = [Backup("", start - age, 0)]
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(keep_backing_up(shelf, hours, clock))
    return [at - start for at in shelf.made]


DAY = 24 * 3600


def test_a_backup_is_made_each_day_and_the_first_one_not_at_the_start():
    assert backing_up([True] * 3) == [FIRST_S, FIRST_S + DAY, FIRST_S + 2 * DAY]


def test_a_backup_of_before_the_start_counts():
    assert backing_up([True] * 2, age=DAY / 2) == [DAY / 2, DAY / 2 + DAY]


def test_a_backup_of_the_future_does_not_put_off_the_next_one_for_ever():
    assert backing_up([True], age=-1000 * DAY) == [FIRST_S + DAY]


def test_a_backup_that_fails_is_tried_again_and_told_of_once(caplog):
    times = backing_up([False, False, True, False, True])
    first = FIRST_S + 2 * AGAIN_S
    assert times == [FIRST_S, FIRST_S + AGAIN_S, first, first + DAY, first + DAY + AGAIN_S]
    assert len([record for record in caplog.records if "no backup" in record.message]) == 2


def test_the_time_of_a_backup_is_that_of_its_name(tmp_path):
    async def job(home):
        made = await home.upkeep.backup(quiet)
        return made, await home.upkeep.backups()

    made, listed = run(job, tmp_path)
    assert listed == [made]
    assert datetime.fromtimestamp(made.at, UTC) == datetime(2026, 11, 25, 12, tzinfo=UTC)

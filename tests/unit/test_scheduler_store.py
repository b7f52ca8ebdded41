"""Promises on a store that fails, and what happens to them while they ring."""

import asyncio
import logging

import pytest

from tests.unit.promise_world import moments, play, texts
from voiced.core.events import PromiseChanged, PromiseMade
from voiced.core.promises import Promise, Schedule


def test_a_full_disk_silences_nothing_and_is_told_once(caplog):
    async def story(world):
        timer = await world.scheduler.start_timer(300)
        world.store.full = True
        await world.clock.advance(4000)
        assert moments(world) == [300]
        assert world.store.row(timer.id).state == "active"
        world.store.full = False
        await world.clock.advance(61)
        assert world.store.row(timer.id).state == "done"
        assert not world.clock.sleepers

    with caplog.at_level(logging.INFO):
        play(story)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_a_disk_that_hangs_delays_no_ring_for_long():
    async def story(world):
        await world.scheduler.start_timer(300)
        world.store.hung = asyncio.Event()
        await world.clock.advance(302)
        assert 300 <= moments(world)[0] <= 301
        world.store.hung.set()
        await world.clock.advance(5)
        assert not await world.store.active()

    play(story)


def test_a_disk_that_hangs_and_then_fails_is_tried_again():
    async def story(world):
        await world.scheduler.start_timer(300)
        world.store.hung = asyncio.Event()
        await world.clock.advance(310)
        world.store.full = True
        world.store.hung.set()
        await world.clock.advance(5)
        world.store.full = False
        await world.clock.advance(5)
        assert not await world.store.active()

    assert len(play(story).heard) == 1


def test_a_store_that_cannot_be_read_at_the_start_is_read_later():
    async def story(world):
        await world.scheduler.start_timer(300)
        world.store.full = True
        await world.off(10, reboot=False)
        await world.start()
        await world.clock.advance(100)
        world.store.full = False
        await world.clock.advance(300)

    assert moments(play(story)) == [300]


def test_snooze_rings_again_after_a_while():
    async def story(world):
        world.somebody = False
        alarm = await world.scheduler.set_alarm(Schedule("07:01"), "work")
        await world.clock.advance(70)
        snoozed = await world.scheduler.snooze()
        assert (snoozed.kind, snoozed.name, snoozed.seconds) == ("alarm", "work", 540)
        assert world.hushed == [alarm.id]
        await world.clock.advance(1)
        assert world.store.row(alarm.id).state == "done"
        assert await world.scheduler.snooze() is None
        world.somebody = True
        await world.clock.advance(600)

    world = play(story)
    assert moments(world) == [610]
    assert texts(world) == ["This is your work alarm. It is 7:10 AM."]


def test_what_was_stopped_can_be_snoozed_for_ten_minutes():
    async def story(world):
        await world.scheduler.start_timer(60)
        await world.clock.advance(60 + 599)
        assert (await world.scheduler.snooze(30)).seconds == 30
        await world.clock.advance(60 + 601)
        assert await world.scheduler.snooze() is None

    assert moments(play(story)) == [60, 60 + 599 + 30]


def test_what_is_called_off_while_the_store_is_read_again_stays_called_off():
    async def story(world):
        timer = await world.scheduler.start_timer(60)
        await world.scheduler.set_alarm(Schedule("23:00"))
        reading = world.store.reading = asyncio.Event()
        again = asyncio.create_task(world.scheduler.reload())
        await world.clock.settle()
        off = asyncio.create_task(world.scheduler.cancel(timer))
        await world.clock.settle()
        reading.set()
        await asyncio.gather(again, off)
        assert world.store.row(timer.id).state == "cancelled"
        await world.clock.advance(120)

    assert texts(play(story)) == []


def test_what_rings_while_the_store_is_read_again_is_told_once():
    async def story(world):
        await world.scheduler.start_timer(5)
        world.store.reading = asyncio.Event()
        again = asyncio.create_task(world.scheduler.reload())
        await world.clock.advance(10)
        world.store.reading.set()
        await again
        await world.clock.advance(60)

    assert texts(play(story)) == ["Your timer is done."]


def test_what_was_heard_is_not_told_again_by_a_store_that_does_not_know_it_yet():
    async def story(world):
        world.somebody = False
        await world.scheduler.start_timer(5)
        await world.clock.advance(6)
        world.store.unwritable = True
        await world.stop()
        await world.scheduler.reload()
        world.somebody = True
        await world.clock.advance(30)

    assert texts(play(story)) == ["Your timer is done."]


def test_a_promise_that_is_called_off_while_it_rings_unsaved_stays_called_off_in_the_store():
    async def story(world):
        world.somebody = False
        daily = await world.scheduler.set_alarm(Schedule("07:00:05", days=tuple(range(7))))
        other = await world.scheduler.start_timer(4)
        world.store.hung = asyncio.Event()
        await world.clock.advance(6)
        off = asyncio.create_task(world.scheduler.cancel(daily))
        await world.clock.settle()
        world.store.hung.set()
        await off
        await world.clock.advance(5)
        assert world.store.row(daily.id).state == "cancelled"
        assert world.store.row(other.id).unheard is not None

    play(story)


def test_a_timer_whose_setting_was_interrupted_is_either_set_or_not():
    async def story(world):
        world.store.hung = asyncio.Event()
        setting = asyncio.create_task(world.scheduler.start_timer(5))
        await world.clock.settle()
        setting.cancel()
        await asyncio.wait([setting])
        world.store.hung.set()
        await world.clock.settle()
        assert [each.kind for each in world.scheduler.active()] == ["timer"]
        await world.clock.advance(6)

    assert texts(play(story)) == ["Your timer is done."]


def test_a_timer_that_is_set_before_the_store_could_be_read_rings_on_time():
    async def story(world):
        await world.kill()
        world.store.full = True
        await world.start()
        await world.clock.advance(10)
        world.store.full = False
        await world.scheduler.start_timer(3)
        began = world.clock.true
        await world.clock.advance(30)
        assert [rung.at - began for rung in world.heard] == [pytest.approx(3, abs=0.1)]

    play(story)


def test_a_promise_that_makes_no_sense_is_left_alone_and_the_others_ring(caplog):
    async def story(world):
        await world.scheduler.start_timer(5)
        await world.kill()
        odd = Promise(id="odd", kind="alarm", made_at=0, changed_at=0, schedule=Schedule("07:00"))
        await world.store.save([odd])
        await world.start()
        assert [each.id for each in world.scheduler.active()] != ["odd"]
        await world.clock.advance(10)

    assert texts(play(story)) == ["Your timer is done."]
    assert "odd cannot be kept" in caplog.text


def test_what_is_snoozed_and_what_rang_change_in_one_write():
    async def story(world):
        world.somebody = False
        await world.scheduler.start_timer(5)
        await world.clock.advance(6)
        await world.scheduler.snooze(60)
        assert [row.state for row in world.store.saves[-1]] == ["active", "done"]

    play(story)


def test_of_what_is_told_together_one_may_be_called_off_and_the_rest_is_told():
    async def story(world):
        world.somebody = False
        tea = await world.scheduler.start_timer(60, "tea")
        await world.scheduler.start_timer(61, "egg")
        await world.off(120, reboot=False)
        await world.start()
        assert [len(ring.promises) for ring in world.pending] == [2]
        await world.scheduler.cancel(tea)
        await world.clock.advance(1)
        world.somebody = True
        await world.stop()

    (said,) = texts(play(story))
    assert "egg" in said
    assert "tea" not in said


def test_of_what_is_told_together_one_may_be_snoozed_and_the_rest_is_told():
    async def story(world):
        world.somebody = False
        await world.scheduler.start_timer(60, "tea")
        await world.scheduler.start_timer(61, "egg")
        await world.off(120, reboot=False)
        await world.start()
        snoozed = await world.scheduler.snooze(60)
        world.somebody = True
        await world.clock.advance(100)
        assert snoozed.name == "egg"
        assert not await world.store.active()

    told, rung = texts(play(story))
    assert "tea" in told
    assert "egg" not in told
    assert rung == "Your egg timer is done."


def test_a_change_that_nobody_waits_for_any_more_is_told_all_the_same():
    async def story(world):
        timer = await world.scheduler.start_timer(60)
        world.store.hung = asyncio.Event()
        changing = asyncio.create_task(world.scheduler.change(timer, 5))
        await world.clock.settle()
        changing.cancel()
        await asyncio.wait([changing])
        world.store.hung.set()
        await world.clock.settle()

    assert [type(event) for event in play(story).events] == [PromiseMade, PromiseChanged]

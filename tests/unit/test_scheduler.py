"""Promises on a clock that jumps."""

import asyncio
import logging
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.promise_world import World, looking_every
from voiced.core.errors import InputInvalid, SkillFailed, StoreFailed
from voiced.core.events import PromiseCancelled, PromiseChanged, PromiseMade, PromiseMissed, PromiseRang
from voiced.core.promises import Promise, Schedule
from voiced.turn.limits import PROMISES, TIMERS

SEVEN = datetime(2026, 11, 25, 7, 0, tzinfo=UTC).timestamp()
"""Seven on a Wednesday morning."""
BERLIN = ZoneInfo("Europe/Berlin")


def play(story, true=SEVEN, zone=UTC):
    """Lets a story happen in a world whose daemon runs; returns the world."""

    async def run():
        world = World(true, zone)
        await world.start()
        await story(world)
        await world.kill()
        return world

    return asyncio.run(asyncio.wait_for(run(), 60))


def texts(world):
    return [rung.text for rung in world.heard]


def moments(world):
    return [rung.at - SEVEN for rung in world.heard]


def test_a_timer_rings_when_it_is_due_and_is_over_when_it_was_stopped():
    async def story(world):
        await world.clock.advance(1)
        timer = await world.scheduler.start_timer(5)
        await world.clock.advance(10)
        assert world.store.row(timer.id).state == "done"
        assert not world.scheduler.active()

    world = play(story)
    assert list(zip(moments(world), texts(world), strict=True)) == [(6, "Your timer is done.")]
    assert [type(event) for event in world.events] == [PromiseMade, PromiseRang]


def test_timers_ring_in_their_order():
    async def story(world):
        await world.scheduler.start_timer(50, "tea")
        await world.scheduler.start_timer(5, "egg")
        await world.clock.advance(60)

    world = play(story)
    assert texts(world) == ["Your egg timer is done.", "Your tea timer is done."]
    assert moments(world) == [5, 50]


@given(st.lists(st.integers(1, 600), max_size=TIMERS))
@settings(max_examples=20, deadline=None)
def test_every_timer_rings_once(lengths):
    async def story(world):
        for seconds in lengths:
            await world.scheduler.start_timer(seconds)
        await world.clock.advance(700)

    assert moments(play(story)) == sorted(lengths)


def test_it_is_kept_before_it_is_confirmed_and_kept_as_unheard_before_it_rings():
    async def story(world):
        world.somebody = False
        timer = await world.scheduler.start_timer(5)
        assert world.store.row(timer.id).due == SEVEN + 5
        await world.clock.advance(6)
        assert world.pending
        row = world.store.row(timer.id)
        assert (row.unheard, row.due, row.state) == (SEVEN + 5, None, "active")

    play(story)


def test_what_cannot_be_kept_does_not_run():
    async def story(world):
        world.store.full = True
        with pytest.raises(StoreFailed):
            await world.scheduler.start_timer(5)
        with pytest.raises(StoreFailed):
            await world.scheduler.set_alarm(Schedule("07:01"))
        assert not world.scheduler.active()
        world.store.full = False
        await world.clock.advance(100)

    assert not play(story).heard


def test_a_cancelled_timer_does_not_ring():
    async def story(world):
        timer = await world.scheduler.start_timer(5)
        await world.scheduler.cancel(timer)
        assert world.store.row(timer.id).state == "cancelled"
        await world.clock.advance(10)

    world = play(story)
    assert not world.heard
    assert [type(event) for event in world.events] == [PromiseMade, PromiseCancelled]


def test_what_rings_is_silent_when_it_is_called_off():
    async def story(world):
        world.somebody = False
        timer = await world.scheduler.start_timer(5)
        await world.clock.advance(6)
        await world.scheduler.cancel(timer)
        assert world.hushed == [timer.id]
        assert not world.pending

    play(story)


@pytest.mark.parametrize(("seconds", "rings"), [(10, 15), (-60, 1)])
def test_a_changed_timer_rings_later_or_at_once(seconds, rings):
    async def story(world):
        timer = await world.scheduler.start_timer(5)
        await world.clock.advance(1)
        changed = await world.scheduler.change(timer, seconds)
        assert world.store.row(timer.id).due == changed.due == SEVEN + rings
        await world.clock.advance(30)

    world = play(story)
    assert moments(world) == [rings]
    assert any(isinstance(event, PromiseChanged) for event in world.events)


def test_what_has_rung_or_has_a_schedule_cannot_be_changed():
    async def story(world):
        alarm = await world.scheduler.set_alarm(Schedule("07:01"))
        timer = await world.scheduler.start_timer(5)
        await world.clock.advance(10)
        for promise in (alarm, timer):
            with pytest.raises(SkillFailed):
                await world.scheduler.change(promise, 60)

    play(story)


@pytest.mark.parametrize("seconds", [0, -1, 0.5, 8 * 24 * 3600, float("nan")])
def test_impossible_lengths_are_refused(seconds):
    async def story(world):
        with pytest.raises(SkillFailed):
            await world.scheduler.start_timer(seconds)

    play(story)


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule("25:00"),
        Schedule("seven"),
        Schedule("07:00+01:00"),
        Schedule("07:00", "2026-02-30"),
        Schedule("07:00", days=(7,)),
        Schedule("07:00", days=(1, 0)),
        Schedule("07:00", "2026-12-01", (1,)),
    ],
)
def test_impossible_moments_are_refused(schedule):
    async def story(world):
        with pytest.raises(InputInvalid):
            await world.scheduler.set_alarm(schedule)

    play(story)


def test_a_moment_that_is_over_and_an_endless_text_are_refused():
    async def story(world):
        with pytest.raises(SkillFailed, match="over"):
            await world.scheduler.set_alarm(Schedule("06:59", "2026-11-25"))
        for text in ("", "x" * 501):
            with pytest.raises(SkillFailed):
                await world.scheduler.remind(Schedule("08:00"), text)

    play(story)


def test_too_many_are_refused():
    async def story(world):
        for _ in range(TIMERS):
            await world.scheduler.start_timer(5)
        with pytest.raises(SkillFailed, match="already"):
            await world.scheduler.start_timer(5)
        for _ in range(PROMISES - TIMERS):
            await world.scheduler.set_alarm(Schedule("08:00"))
        with pytest.raises(SkillFailed, match="already"):
            await world.scheduler.set_alarm(Schedule("08:00"))

    play(story)


@pytest.mark.parametrize("step", [-86_400, -3600, 3600, 7 * 86_400])
def test_a_timer_rings_on_time_whatever_the_wall_clock_does(step):
    async def story(world):
        timer = await world.scheduler.start_timer(300)
        await world.clock.advance(100)
        world.clock.error += step
        await world.clock.advance(2)
        assert world.store.row(timer.id).due == pytest.approx(SEVEN + 300 + step)
        await world.clock.advance(300)

    assert moments(play(story)) == [300]


def test_a_step_over_an_alarm_rings_it_once_within_a_second():
    async def story(world):
        await world.scheduler.set_alarm(Schedule("07:30"))
        await world.clock.advance(10.5)
        world.clock.error += 3600
        await world.clock.advance(2)
        world.clock.error -= 3600
        await world.clock.advance(4000)

    world = play(story)
    assert len(world.heard) == 1
    assert 10.5 <= moments(world)[0] <= 11.5
    assert world.heard[0].rings
    assert texts(world) == ["Your alarm rang at 7:30."]


def test_a_step_back_does_not_ring_a_daily_alarm_twice():
    async def story(world):
        await world.scheduler.set_alarm(Schedule("07:30", days=tuple(range(7))))
        await world.clock.advance(1801)
        world.clock.error -= 60
        await world.clock.advance(3600)

    assert moments(play(story)) == [1800]


def test_a_clock_that_was_years_ahead_does_not_silence_an_alarm():
    async def story(world):
        await world.scheduler.set_alarm(Schedule("07:30", days=tuple(range(7))))
        world.clock.error += 1000 * 86_400
        await world.clock.advance(10)
        assert len(world.heard) == 1
        world.clock.error = 0
        await world.clock.advance(2000)

    assert moments(play(story))[-1] == 1800


def test_an_alarm_follows_the_zone_of_the_machine():
    async def story(world):
        alarm = await world.scheduler.set_alarm(Schedule("09:00", days=tuple(range(7))))
        world.clock.local = BERLIN
        await world.clock.advance(2)
        assert world.store.row(alarm.id).due == SEVEN + 3600
        await world.clock.advance(3600)

    assert moments(play(story)) == [3600]


def test_an_alarm_rings_on_the_days_it_is_set_for():
    async def story(world):
        await world.scheduler.set_alarm(Schedule("08:00", days=(0, 1, 2, 3, 4)))
        await world.clock.advance(1.25 * 86_400)

    with looking_every(600):
        world = play(story)
    assert moments(world) == [3600, 3600 + 86_400]
    assert texts(world) == ["This is your alarm. It is 8 AM."] * 2


def test_nothing_wakes_up_where_nothing_is_promised():
    async def story(world):
        assert not world.clock.sleepers
        timer = await world.scheduler.start_timer(5)
        await world.clock.advance(0.1)
        assert world.clock.sleepers
        await world.scheduler.cancel(timer)
        await world.clock.settle()
        assert not world.clock.sleepers

    play(story)


def test_after_a_restart_in_the_same_boot_the_monotonic_clock_counts():
    async def story(world):
        await world.scheduler.start_timer(300)
        await world.clock.advance(10)
        await world.off(20, reboot=False)
        world.clock.error += 10_000
        await world.start()
        await world.clock.advance(400)

    world = play(story)
    assert moments(world) == [300]
    assert texts(world) == ["Your timer is done."]


def test_after_another_boot_the_wall_clock_counts():
    async def story(world):
        await world.scheduler.start_timer(300)
        await world.clock.advance(10)
        await world.off(20, reboot=True)
        await world.start()
        await world.clock.advance(400)

    assert moments(play(story)) == [300]


def test_a_box_without_a_clock_that_boots_in_the_past_rings_in_no_more_than_the_whole_time():
    async def story(world):
        await world.scheduler.start_timer(300)
        await world.clock.advance(10)
        await world.off(20, reboot=True)
        world.clock.error = -50 * 365 * 86_400
        await world.start()
        await world.clock.advance(400)

    assert moments(play(story)) == [330]


def test_what_was_taken_in_on_a_box_that_is_up_for_days_rings_by_the_wall_clock():
    async def story(world):
        await world.clock.advance(3 * 86_400)
        due = world.clock.wall() + 300
        foreign = Promise(id="p", kind="timer", made_at=due - 600, changed_at=due - 600, due=due, seconds=600)
        await world.store.save([foreign])
        await world.scheduler.reload()
        await world.clock.advance(400)

    assert moments(play(story)) == [3 * 86_400 + 300]


def test_a_box_without_a_clock_that_learns_the_time_tells_what_it_missed():
    async def story(world):
        await world.scheduler.start_timer(300)
        await world.scheduler.set_alarm(Schedule("07:10"))
        await world.clock.advance(10)
        await world.off(20_000, reboot=True)
        world.clock.error = -50 * 365 * 86_400
        await world.start()
        await world.clock.advance(30)
        assert not world.heard
        world.clock.error = 0
        await world.clock.advance(2)

    assert texts(play(story)) == ["Your five-minute timer rang at 7:05. Your alarm rang at 7:10."]


@pytest.mark.parametrize(
    ("name", "off", "said"),
    [
        ("", 3600, "Your five-minute timer rang at 7:05."),
        ("pizza", 3600, "Your pizza timer rang at 7:05."),
        ("", 13 * 3600, "Your five-minute timer rang at 7:05 AM."),
        ("", 24 * 3600, "Your five-minute timer rang yesterday at 7:05 AM."),
        ("", 5 * 86_400, "Your five-minute timer rang on Wednesday at 7:05 AM."),
        ("", 20 * 86_400, "Your five-minute timer rang on November 25th at 7:05 AM."),
    ],
)
@pytest.mark.parametrize("reboot", [False, True])
def test_what_was_missed_is_told_once_with_its_time(name, off, said, reboot):
    async def story(world):
        await world.scheduler.start_timer(300, name)
        await world.off(off, reboot=reboot)
        await world.start()
        await world.clock.advance(10)
        await world.off(10, reboot=reboot)
        await world.start()
        await world.clock.advance(10)

    world = play(story)
    assert texts(world) == [said]
    assert not world.heard[0].rings
    assert [type(event) for event in world.events] == [PromiseMade, PromiseMissed]


def test_all_that_was_missed_is_told_at_once():
    async def story(world):
        await world.scheduler.start_timer(300)
        await world.scheduler.remind_in(420, "call my mum")
        await world.scheduler.remind(Schedule("07:06", days=(2, 3)), "water the plants")
        await world.off(26 * 3600, reboot=True)
        await world.start()
        await world.clock.advance(10)

    assert " ".join(texts(play(story))) == (
        "Your five-minute timer rang yesterday at 7:05 AM. "
        "You wanted to be reminded to call your mum yesterday at 7:07 AM. "
        "You wanted to be reminded to water the plants at 7:06."
    )


@pytest.mark.parametrize(("off", "rings"), [(9 * 60, True), (12 * 60, False)])
def test_a_freshly_missed_alarm_rings(off, rings):
    async def story(world):
        await world.scheduler.set_alarm(Schedule("07:01"))
        await world.off(60 + off, reboot=True)
        await world.start()
        await world.clock.advance(10)

    world = play(story)
    assert [rung.rings for rung in world.heard] == [rings]
    assert texts(world) == ["Your alarm rang at 7:01."]


def test_what_was_killed_while_it_rang_is_told_once():
    async def story(world):
        world.somebody = False
        await world.scheduler.start_timer(300)
        await world.clock.advance(310)
        await world.off(600, reboot=False)
        world.somebody = True
        await world.start()
        await world.clock.advance(10)

    assert texts(play(story)) == ["Your five-minute timer rang at 7:05."]


def test_one_announcement_stands_for_what_it_tells_and_not_for_what_is_due_meanwhile():
    async def story(world):
        reminder = await world.scheduler.remind(Schedule("07:05", days=tuple(range(7))), "breathe")
        await world.scheduler.start_timer(300)
        await world.off(86_400 + 60, reboot=True)
        world.somebody = False
        await world.start()
        (both,) = world.pending
        await world.clock.advance(300)
        assert both not in world.pending
        both.told("heard")
        await world.clock.advance(1)
        assert world.store.row(reminder.id).unheard == SEVEN + 86_400 + 300

    play(story)


def test_what_nobody_could_hear_is_told_later_and_not_too_often():
    async def story(world):
        world.works = False
        await world.scheduler.start_timer(300)
        await world.clock.advance(3000)
        assert not world.heard
        tries = len([event for event in world.events if isinstance(event, PromiseMissed)])
        assert 3 <= tries <= 20
        world.works = True
        await world.clock.advance(400)

    assert texts(play(story)) == ["Your five-minute timer rang at 7:05."]


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

"""Promises on a clock that jumps."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.promise_world import BERLIN, SEVEN, looking_every, moments, play, texts
from voiced.core.errors import InputInvalid, SkillFailed, StoreFailed
from voiced.core.events import PromiseCancelled, PromiseChanged, PromiseMade, PromiseRang
from voiced.core.promises import Schedule
from voiced.turn.limits import PROMISES, TIMERS


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
@settings(max_examples=20)
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

"""Promises over restarts of the daemon and of the machine: what was missed is told once, with its time."""

import pytest

from tests.unit.promise_world import SEVEN, moments, play, texts
from voiced.core.events import PromiseMade, PromiseMissed
from voiced.core.promises import Promise, Schedule


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

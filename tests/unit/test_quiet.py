"""Quiet hours, do not disturb, and how loud and how fast it is then."""

import asyncio
from datetime import datetime
from math import inf
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tests.fakes.clock import JumpingClock
from tests.fakes.kept import FakeSettings
from voiced.core.announcing import DoNotDisturb
from voiced.core.config_mind import QuietConfig
from voiced.core.errors import StoreFull
from voiced.turn.manner import FASTEST, SLOWEST, Manner
from voiced.turn.quiet import DISTURB, Quiet

BERLIN = ZoneInfo("Europe/Berlin")


def local(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


def quiet(now: str, **config: object) -> Quiet:
    return Quiet(QuietConfig(**config), JumpingClock(local(now), BERLIN), FakeSettings())


@pytest.mark.parametrize(
    ("hours", "now", "expected"),
    [
        ("", "2026-03-01T03:00", False),
        ("22:00-07:00", "2026-03-01T21:59:59", False),
        ("22:00-07:00", "2026-03-01T22:00", True),
        ("22:00-07:00", "2026-03-01T00:00", True),
        ("22:00-07:00", "2026-03-01T06:59:59", True),
        ("22:00-07:00", "2026-03-01T07:00", False),
        ("13:00-15:00", "2026-03-01T14:00", True),
        ("13:00-15:00", "2026-03-01T12:59", False),
        ("13:00-15:00", "2026-03-01T15:00", False),
    ],
)
def test_quiet_hours(hours, now, expected):
    assert quiet(now, hours=hours).hours() == expected


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-01T23:00", "2026-03-02T07:00"),
        ("2026-03-02T03:00", "2026-03-02T07:00"),
        ("2026-03-28T23:00", "2026-03-29T07:00"),
        ("2026-10-24T23:00", "2026-10-25T07:00"),
    ],
)
def test_do_not_disturb_ends_with_the_quiet_hours_also_in_the_night_of_a_change(now, until):
    found = quiet(now, hours="22:00-07:00", do_not_disturb=True)
    assert found.do_not_disturb == DoNotDisturb(on=True, until=local(until))


@pytest.mark.parametrize("fold", [0, 1])
def test_do_not_disturb_ends_later_in_an_hour_that_comes_twice(fold):
    now = datetime(2026, 10, 25, 2, 10, tzinfo=BERLIN, fold=fold).timestamp()
    config = QuietConfig(hours="22:00-02:30", do_not_disturb=True)
    found = Quiet(config, JumpingClock(now, BERLIN), FakeSettings()).do_not_disturb
    assert found == DoNotDisturb(on=True, until=now + 20 * 60)


def test_quiet_hours_alone_do_not_keep_announcements_waiting():
    assert quiet("2026-03-01T23:00", hours="22:00-07:00").do_not_disturb == DoNotDisturb(on=False)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (None, DoNotDisturb(on=False)),
        (inf, DoNotDisturb(on=True)),
        (local("2026-03-01T13:00"), DoNotDisturb(on=True, until=local("2026-03-01T13:00"))),
        (local("2026-03-01T11:00"), DoNotDisturb(on=False)),
    ],
)
def test_what_somebody_said_holds_until_its_time_is_over(said, state):
    found = quiet("2026-03-01T12:00")
    asyncio.run(found.set(said))
    assert found.do_not_disturb == state
    assert [found.holds(priority) for priority in ("low", "normal", "high")] == [state.on, state.on, False]


def test_what_was_said_and_the_hours_end_with_the_later_of_them():
    found = quiet("2026-03-01T23:00", hours="22:00-07:00", do_not_disturb=True)
    asyncio.run(found.set(local("2026-03-02T09:00")))
    assert found.do_not_disturb.until == local("2026-03-02T09:00")
    asyncio.run(found.set(local("2026-03-02T01:00")))
    assert found.do_not_disturb.until == local("2026-03-02T07:00")
    asyncio.run(found.set(inf))
    assert found.do_not_disturb == DoNotDisturb(on=True)


@pytest.mark.parametrize("said", [None, inf, local("2026-03-01T13:00"), local("2026-03-01T11:00")])
def test_what_somebody_said_outlives_a_restart(said):
    async def run():
        settings, clock = FakeSettings(), JumpingClock(local("2026-03-01T12:00"), BERLIN)
        before, after = (Quiet(QuietConfig(), clock, settings) for _ in range(2))
        await before.set(inf)
        await before.set(said)
        await after.load()
        assert after.do_not_disturb == before.do_not_disturb
        return after.do_not_disturb.on

    assert asyncio.run(run()) == (said is not None and said > local("2026-03-01T12:00"))


def test_a_file_that_cannot_be_used_changes_nothing_and_says_so():
    async def run():
        settings = FakeSettings()
        found = Quiet(QuietConfig(), JumpingClock(), settings)
        await found.set(inf)
        settings.failing = StoreFull("the disk is full")
        with pytest.raises(StoreFull):
            await found.set(None)
        await found.load()
        settings.failing, settings.kept[DISTURB] = None, "soon"
        await found.load()
        assert found.do_not_disturb == DoNotDisturb(on=True)

    asyncio.run(run())


@pytest.mark.parametrize("hours", ["7-22", "25:00-07:00", "22:00", "22:60-07:00", "22:00-07:00 "])
def test_hours_that_are_none_are_refused(hours):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"hours": hours}, QuietConfig)


NIGHT, DAY = "2026-03-01T23:00", "2026-03-01T12:00"


def manner(now: str, owners: int = 60, **config: object) -> tuple[Manner, list[int]]:
    played: list[int] = []
    return Manner(quiet(now, hours="22:00-07:00", **config), owners, played.append), played


@pytest.mark.parametrize(
    ("now", "rings", "whispers", "config", "volume"),
    [
        (DAY, False, False, {}, 60),
        (NIGHT, False, False, {}, 30),
        (NIGHT, True, False, {}, 48),
        (DAY, True, False, {"ring_volume": 20}, 60),
        (DAY, False, True, {}, 18),
        (NIGHT, False, True, {}, 9),
        (NIGHT, True, True, {}, 48),
        (NIGHT, False, False, {"volume": 0}, 0),
        (NIGHT, True, False, {"volume": 0}, 48),
        (NIGHT, False, True, {"volume": 1, "whisper": 1}, 1),
    ],
)
def test_factors_make_the_volume(now, rings, whispers, config, volume):
    made, played = manner(now, **config)
    made.whisper(on=whispers)
    made.begin(rings=rings)
    assert played[-1] == volume
    assert made.volume == 60, "the owner's own is not touched"


def test_a_volume_that_is_set_meanwhile_is_not_lost():
    made, played = manner(NIGHT)
    made.whisper(on=True)
    made.begin(rings=False)
    made.set_volume(100)
    assert played[-1] == 15
    made.whisper(on=False)
    assert played[-1] == 50
    made.begin(rings=True)
    assert (played[-1], made.volume) == (80, 100)


def test_silence_stays_silent():
    made, played = manner(NIGHT, owners=0)
    made.begin(rings=True)
    assert played[-1] == 0


def test_the_speed_has_bounds_and_a_way_back():
    made, played = manner(DAY)
    speeds = []
    while made.slower():
        speeds.append(made.speed)
    assert speeds == sorted(speeds, reverse=True)
    assert made.speed >= SLOWEST
    made.whisper(on=True)
    made.normal()
    assert (made.speed, played[-1]) == (1.0, 60)
    while made.faster():
        pass
    assert 1.0 < made.speed <= FASTEST

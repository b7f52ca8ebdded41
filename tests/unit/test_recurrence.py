"""When schedules are due, in all zones and on all days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.promises import Schedule, check_schedule
from voiced.core.recurrence import dated, latest_due, moment, next_due

DAY_S = 86_400
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc", "SystemV")))

FAMILIAR = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]
zones = (st.sampled_from(ZONES) | st.sampled_from(FAMILIAR)).map(ZoneInfo)
moments = st.integers(datetime(1975, 1, 1, tzinfo=UTC).timestamp(), datetime(2037, 1, 1, tzinfo=UTC).timestamp())
clocks = st.times().map(lambda clock: clock.replace(microsecond=0)) | st.builds(
    time, st.integers(0, 3), st.sampled_from([0, 15, 30, 59])
)
weeks = st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days)))


def local(at, zone):
    return datetime.fromtimestamp(at, zone).replace(tzinfo=None)


def berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


def iso(at):
    return datetime.fromtimestamp(at, BERLIN).isoformat()


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        (Schedule("07:30", "2026-11-25"), "2026-11-20T12:00", "2026-11-25T07:30:00+01:00"),
        (Schedule("07:30", days=(0, 1, 2, 3, 4)), "2026-11-25T07:29", "2026-11-25T07:30:00+01:00"),
        (Schedule("07:30", days=(0, 1, 2, 3, 4)), "2026-11-25T07:30", "2026-11-26T07:30:00+01:00"),
        (Schedule("07:30", days=(0, 1, 2, 3, 4)), "2026-11-27T08:00", "2026-11-30T07:30:00+01:00"),
        (Schedule("07:30", days=(2,)), "2026-11-25T08:00", "2026-12-02T07:30:00+01:00"),
        (Schedule("07:30:15", days=(2,)), "2026-11-25T07:30", "2026-11-25T07:30:15+01:00"),
        # The clocks go from 2 to 3 on 29 March, and from 3 back to 2 on 25 October.
        (Schedule("07:30", days=(6,)), "2026-03-28T12:00", "2026-03-29T07:30:00+02:00"),
        (Schedule("02:30", "2026-03-29"), "2026-03-28T12:00", "2026-03-29T03:00:00+02:00"),
        (Schedule("02:30", "2026-10-25"), "2026-10-24T12:00", "2026-10-25T02:30:00+02:00"),
        (Schedule("02:30", days=(6, 0)), "2026-10-25T02:30", "2026-10-26T02:30:00+01:00"),
    ],
)
def test_the_next_moment(schedule, after, due):
    assert iso(next_due(schedule, berlin(after), BERLIN)) == due


def test_what_is_over_is_never_due_again():
    schedule = Schedule("07:30", "2026-11-25")
    assert next_due(schedule, berlin("2026-11-25T07:30"), BERLIN) is None
    assert latest_due(schedule, berlin("2026-11-25T07:29"), BERLIN) is None


@pytest.mark.parametrize(("now", "day"), [("2026-11-25T06:00", "2026-11-25"), ("2026-11-25T07:00", "2026-11-26")])
def test_a_bare_time_is_the_next_one(now, day):
    assert dated(Schedule("07:00"), berlin(now), BERLIN) == Schedule("07:00", day)


@given(zones, moments, clocks, weeks)
def test_it_is_strictly_later_on_a_wished_day_at_the_wished_time_and_soon(zone, after, clock, days):
    due = next_due(Schedule(clock.isoformat(), days=days), after, zone)
    assert due is not None
    assert after < due <= after + 8 * DAY_S + 2 * 3600
    shown = local(due, zone)
    if shown.time() == clock:
        assert shown.weekday() in days
        assert local(due - 3600, zone) < shown, "of a time that is shown twice, the first"
    else:
        wished = min(
            datetime.combine(shown.date() - timedelta(back), clock)
            for back in (0, 1)
            if datetime.combine(shown.date() - timedelta(back), clock) <= shown
            and (shown.date() - timedelta(back)).weekday() in days
        )
        assert local(due - 1, zone) < wished < shown, "the first moment after what the clocks left out"


@given(zones, moments, clocks, weeks)
def test_no_time_of_a_day_comes_twice(zone, after, clock, days):
    schedule = Schedule(clock.isoformat(), days=days)
    row = [after]
    for _ in range(20):
        row.append(next_due(schedule, row[-1], zone))
    shown = [local(at, zone).date() for at in row[1:]]
    assert len(set(shown)) == len(shown) or zone.key in SKIPPED_DAYS


SKIPPED_DAYS = {f"Pacific/{place}" for place in ("Apia", "Fakaofo", "Kwajalein", "Enderbury", "Kiritimati", "Kanton")}
"""Zones that left a whole day out: what was due on it is due as the next begins."""


@given(zones, moments, clocks, weeks)
def test_the_latest_is_the_one_before_the_next(zone, at, clock, days):
    schedule = Schedule(clock.isoformat(), days=days)
    latest = latest_due(schedule, at, zone)
    assert latest is not None
    assert latest <= at
    following = next_due(schedule, latest, zone)
    assert following is not None
    assert following > at
    assert next_due(schedule, latest - 1, zone) == latest


@given(zones, moments, clocks)
def test_a_date_is_due_when_its_clocks_show_it_first(zone, around, clock):
    day = local(around, zone).date()
    due = moment(day, clock, zone)
    assert local(due, zone) >= datetime.combine(day, clock) > local(due - 1, zone)


def test_a_day_that_was_left_out_is_due_as_the_next_begins():
    apia = ZoneInfo("Pacific/Apia")
    assert local(moment(date(2011, 12, 30), time(7), apia), apia) == datetime(2011, 12, 31)  # noqa: DTZ001 (local)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"])
@pytest.mark.parametrize("around", [0.0, 253_402_000_000.0])
def test_calendars_may_end(zone, around):
    for schedule in (Schedule("00:00", "1971-01-01"), Schedule("23:59", "9998-12-31"), Schedule("07:00", days=(0, 6))):
        check_schedule(schedule, kept=True)
        next_due(schedule, around, ZoneInfo(zone))
        latest_due(schedule, around, ZoneInfo(zone))

"""What day and what time it is, through the templates like a turn."""

import asyncio
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.home.households import INTENTS
from tests.sentences import rules
from voiced.core.errors import SkillFailed
from voiced.skills.clock import ClockSkill
from voiced.skills.dates import MOVING, easter, later, named_day
from voiced.skills.microphone import MicrophoneSkill
from voiced.skills.places import zones_of

RULES = rules()
NOW = datetime(2026, 11, 29, 15, 30, tzinfo=ZoneInfo("Europe/Berlin"))
SKILL = ClockSkill(lambda: NOW)


def answer(said: str, skill=SKILL) -> str:
    understood = RULES.understand(said)
    assert understood
    assert understood.intent in skill.intents, understood
    return asyncio.run(skill.answer(understood)).text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("what day is Christmas", "That is Friday, December 25th, 2026."),
        ("when is easter", "That is Sunday, March 28th, 2027."),
        ("when is Thanksgiving", "That is Thursday, November 25th, 2027."),
        ("what day is the 24th of December", "That is Thursday, December 24th, 2026."),
        ("what day is December twenty fourth 2027", "That is Friday, December 24th, 2027."),
        ("when is February 29", "That is Tuesday, February 29th, 2028."),
        ("what's the date tomorrow", "Tomorrow is Monday, November 30th, 2026."),
        ("what day was the day before yesterday", "That was Friday, November 27th, 2026."),
        ("what is yesterday's date", "Yesterday was Saturday, November 28th, 2026."),
        ("what's the date on Friday", "That is Friday, December 4th, 2026."),
        ("what's the date next Sunday", "That is Sunday, December 6th, 2026."),
        ("what's the date in two weeks", "That is Sunday, December 13th, 2026."),
        ("what day is it in a month", "That is Tuesday, December 29th, 2026."),
        ("what date was it three weeks ago", "That was Sunday, November 8th, 2026."),
        ("how many days until Christmas", "In 26 days: Friday, December 25th, 2026."),
        ("how many days are left until the 24th of December", "In 25 days: Thursday, December 24th, 2026."),
        ("how many days until tomorrow", "In 1 day: Monday, November 30th, 2026."),
        ("how many weeks until new year's day", "In 4 weeks and 5 days: Friday, January 1st, 2027."),
        ("how many days until November 29", "That is today."),
        ("what time is it in Tokyo", "There it is 11:30 PM."),
        ("what time is it in Honolulu", "There it is 4:30 AM."),
        ("what's the time in San Francisco", "There it is 6:30 AM."),
        ("what time is it in Auckland", "There it is 3:30 AM tomorrow."),
        ("time in the United Kingdom", "There it is 2:30 PM."),
        ("what time is it in the United States", "They have 6 different times there: name a city."),
        ("what time is it in Narnia", "Sorry, I do not know that place: name a large city near it."),
    ],
)
def test_what_is_asked_is_told(said: str, told: str):
    assert answer(said) == told


def test_what_is_no_day_is_told_as_such():
    for said in ("when is February 30", "what day is November 31 2026"):
        with pytest.raises(SkillFailed, match="no such day"):
            answer(said)


def test_every_place_and_every_feast_of_the_templates_is_known():
    lists = yaml.safe_load((INTENTS / "en" / "clock.yaml").read_text())["lists"]
    for value in lists["clock_place"]["values"]:
        assert zones_of(value["out"]), value
        ZoneInfo(value["out"])
    for value in lists["calendar_feast"]["values"]:
        assert named_day({"feast": value["out"]}, NOW.date()) >= NOW.date()


def test_every_city_of_the_zone_database_is_in_one_zone():
    assert zones_of("New York") == zones_of("new-york") == {"America/New_York"}
    assert zones_of("Ho Chi Minh") == {"Asia/Ho_Chi_Minh"}
    assert zones_of("the Netherlands") == {"Europe/Amsterdam"}
    assert zones_of("") == frozenset()


@pytest.mark.parametrize(
    ("year", "day"),
    [(1818, "03-22"), (1943, "04-25"), (2000, "04-23"), (2024, "03-31"), (2025, "04-20"), (2038, "04-25")],
)
def test_easter(year: int, day: str):
    assert easter(year).isoformat() == f"{year}-{day}"


@given(st.integers(1600, 4000))
def test_feasts_fall_on_their_days_of_the_week(year: int):
    days = {name: MOVING[name](year) for name in MOVING}
    sundays = [days[name] for name in ("easter", "whit sunday", "advent")]
    assert all(each.weekday() == 6 for each in sundays)
    assert (days["good friday"].weekday(), days["easter monday"].weekday(), days["thanksgiving"].weekday()) == (4, 0, 3)
    assert date(year, 3, 22) <= days["easter"] <= date(year, 4, 25)
    assert date(year, 11, 27) <= days["advent"] <= date(year, 12, 3)
    assert 22 <= days["thanksgiving"].day <= 28


DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))


@given(DAYS, st.integers(-100_000, 100_000), st.sampled_from(["day", "week", "month", "year"]))
def test_what_is_later_is_later_by_so_much(day: date, count: int, unit: str):
    try:
        then = later(day, count, unit)
    except SkillFailed:
        return
    if unit in ("day", "week"):
        assert then - day == timedelta(count * (7 if unit == "week" else 1))
    else:
        months = (then.year - day.year) * 12 + then.month - day.month
        assert months == count * (12 if unit == "year" else 1)
        assert then.day == day.day or (then.day < day.day and (then + timedelta(1)).day == 1)


class Microphone:
    muted = False

    def set(self, muted: bool) -> None:  # noqa: FBT001 (it is the value set)
        self.muted = muted


def test_whoever_mutes_the_microphone_is_told_how_it_is_opened_again():
    microphone = Microphone()
    skill = MicrophoneSkill(microphone.set)
    assert "voiced unmute" in answer("mute the microphone", skill)
    assert microphone.muted
    assert answer("turn the microphone back on", skill) == "The microphone is on."
    assert not microphone.muted

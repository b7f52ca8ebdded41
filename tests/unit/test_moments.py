"""Durations, times and days as people type them; and how they are told."""

import re
from contextlib import suppress
from datetime import UTC, date

import pytest
from cyclopts import App, CycloptsError
from hypothesis import given
from hypothesis import strategies as st

from voiced.cli.chosen import matching
from voiced.cli.daemon import rings
from voiced.cli.main import misused
from voiced.cli.moments import DAYS, LONGEST_S, Days, day, days_of_week, duration, time_of_day
from voiced.cli.output import WrongCall
from voiced.cli.promises import left, schedule, when
from voiced.cli.verbs import app
from voiced.core.errors import NotFound
from voiced.core.ports.agenda import Pending
from voiced.core.promises import Schedule
from voiced.core.status import PromiseStatus


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5m", 300),
        ("1h30m", 5400),
        ("90s", 90),
        ("1.5h", 5400),
        ("1H 30Min 5sec", 5405),
        ("2d", 172_800),
        (" 0.5s ", 0.5),
        ("90m", 5400),
        ("5 minutes", 300),
        ("1 hour 30 mins", 5400),
        ("2 days 1 second", 172_801),
    ],
)
def test_a_duration_is_its_seconds(text: str, seconds: float):
    assert duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", " ", "m", "5 5m", "5x", "-5m", "0s", "0h0m", "1m1h", "5m?", "٣m", "9" * 400 + "s", "367d"]
)
def test_what_is_no_duration_is_refused(text: str):
    with pytest.raises(ValueError, match="no duration"):
        duration(text)


def test_a_bare_number_is_asked_for_its_unit():
    with pytest.raises(ValueError, match=re.escape("90s, or 90m?")):
        duration("90")


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_a_duration_of_parts_is_their_sum(hours: int, minutes: int, seconds: int):
    text = f"{hours}h{minutes}m{seconds}s"
    total = hours * 3600 + minutes * 60 + seconds
    if total:
        assert duration(text) == total
    else:
        with pytest.raises(ValueError, match="no duration"):
            duration(text)


@given(st.text(max_size=20))
def test_any_text_is_a_duration_within_bounds_or_refused_in_words(text: str):
    with suppress(ValueError):
        assert 0 < duration(text) <= LONGEST_S


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("7:00", "07:00"),
        ("07:30", "07:30"),
        ("7pm", "19:00"),
        ("7 AM", "07:00"),
        ("12am", "00:00"),
        ("12:30pm", "12:30"),
        ("23:59:59", "23:59:59"),
        ("7:05:09pm", "19:05:09"),
        ("0:00", "00:00"),
        ("noon", "12:00"),
        ("Midnight", "00:00"),
    ],
)
def test_a_time_of_day_is_written_in_one_way(text: str, time: str):
    assert time_of_day(text) == time


@pytest.mark.parametrize(
    "text", ["", "7", "24:00", "7:60", "7:5", "13pm", "0am", "seven", "7:00:60", "-7:00", "7:00pmx"]
)
def test_what_is_no_time_of_day_is_refused(text: str):
    with pytest.raises(ValueError, match="no time of day"):
        time_of_day(text)


@given(st.times())
def test_every_time_of_day_is_read_as_it_is(time):
    assert time_of_day(f"{time:%H:%M:%S}") == f"{time:%H:%M:%S}"
    assert time_of_day(f"{time:%I:%M%p}") == f"{time:%H:%M}"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon,tue", (0, 1)),
        ("Sunday mon", (0, 6)),
        ("weekday", (0, 1, 2, 3, 4)),
        ("weekdays", (0, 1, 2, 3, 4)),
        ("Mondays", (0,)),
        ("weekend,wed", (2, 5, 6)),
        ("daily", (0, 1, 2, 3, 4, 5, 6)),
        ("fri,fri", (4,)),
    ],
)
def test_days_are_numbers_sorted(text: str, days: tuple[int, ...]):
    assert days_of_week(text) == days


@pytest.mark.parametrize("text", ["", ",", "today", "mon;tue", "m", "s"])
def test_what_is_no_day_of_the_week_is_refused(text: str):
    with pytest.raises(ValueError, match="mon, tue"):
        days_of_week(text)


@given(st.sets(st.integers(0, 6), min_size=1))
def test_every_set_of_days_is_read_as_it_is(days: set[int]):
    assert days_of_week(",".join(DAYS[each] for each in days)) == tuple(sorted(days))


def test_a_day_is_one_of_the_calendar():
    assert day("2028-02-29") == "2028-02-29"
    assert day(" Tomorrow") == "tomorrow"
    for text in ("2027-02-29", "29.2.2028", "yesterday", ""):
        with pytest.raises(ValueError, match="no day"):
            day(text)


def test_a_schedule_is_on_a_day_or_on_days_of_the_week():
    today = date(2026, 12, 31)
    assert schedule("07:00", None, None, None, today) == Schedule("07:00")
    assert schedule("07:00", "2026-11-25", None, None, today) == Schedule("07:00", "2026-11-25")
    assert schedule("07:00", "today", None, None, today) == Schedule("07:00", "2026-12-31")
    assert schedule("07:00", "tomorrow", None, None, today) == Schedule("07:00", "2027-01-01")
    assert schedule("07:00", None, None, (5, 6), today) == Schedule("07:00", days=(5, 6))
    with pytest.raises(WrongCall):
        schedule("07:00", "2026-11-25", (0,), None, today)
    with pytest.raises(WrongCall):
        schedule("07:00", None, (0,), (1,), today)


def pending(name: str, id_: str, days: tuple[int, ...] = ()) -> Pending:
    at = Schedule("07:00", days=days)
    return Pending(id=id_, kind="alarm", name=name, made_at=0, changed_at=0, remaining_s=1, schedule=at)


def test_what_repeats_is_told_in_words():
    assert when(pending("", "1")) == ""
    assert when(pending("", "1", (0, 1, 2, 3, 4))) == "every weekday at 07:00"
    assert when(pending("", "1", (0, 2))) == "every mon, wed at 07:00"
    assert when(pending("", "1", tuple(range(7)))) == "every day at 07:00"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "now"),
        (0.1, "1 s"),
        (58.9, "59 s"),
        (299.99, "5 min"),
        (3661, "1 h 1 min"),
        (90_000, "1 d 1 h"),
        (86_405, "1 d 5 s"),
    ],
)
def test_what_is_left_is_told_by_its_two_largest_parts(seconds: float, words: str):
    assert left(seconds) == words


def test_the_daemon_tells_when_something_rings():
    every, once = Schedule("07:00", days=(0, 1, 2, 3, 4)), Schedule("07:00", "1970-01-02")
    told = [
        rings(PromiseStatus("1", "alarm", "work", 111_600, 68_400, every), UTC),
        rings(PromiseStatus("1", "alarm", "", 111_600, 68_400, once), UTC),
        rings(PromiseStatus("1", "timer", "\x1b[31m", 300, 60), UTC),
        rings(PromiseStatus("1", "timer", "", None, 0), UTC),
        rings(PromiseStatus("1", "timer", "egg", None, 0, unheard=3_600), UTC),
        rings(PromiseStatus("1", "alarm", "", 111_600, 68_400, every, unheard=25_200), UTC),
    ]
    assert told == [
        "work: every weekday at 07:00, in 19 h",
        "1970-01-02 07:00:00, in 19 h",
        "�[31m: in 1 min",
        "rings now",
        "egg: was due 1970-01-01 01:00:00, not heard yet",
        "was due 1970-01-01 07:00:00, not heard yet",
    ]


def test_one_is_found_by_its_id_or_by_a_name_that_is_its_own():
    some = [pending("Egg", "a"), pending("tea", "b"), pending("TEA", "c"), pending("a", "d")]
    assert matching(some, "egg").id == "a"
    assert matching(some, "a").id == "a"
    assert matching(some, "c").name == "TEA"
    with pytest.raises(WrongCall, match="there are 2") as raised:
        matching(some, "tea")
    assert "b, c" in raised.value.hint
    with pytest.raises(NotFound):
        matching(some, "coffee")


def test_one_is_found_by_its_time_or_the_beginning_of_its_id_or_a_name_with_an_article():
    some = [pending("the Roast", "1a2bcd"), pending("", "1a2b3c", (0,))]
    assert matching(some, "roast").id == matching(some, "The roast").id == "1a2bcd"
    assert matching(some[1:], "7am").id == "1a2b3c"
    assert matching(some, "1a2b3").id == "1a2b3c"
    with pytest.raises(WrongCall, match="there are 2") as raised:
        matching(some, "1a2b")
    assert "1a2bcd, 1a2b3c" in raised.value.hint
    with pytest.raises(WrongCall, match="empty"):
        matching(some, " ")
    with pytest.raises(NotFound):
        matching(some[:1], "1")


def test_a_verb_that_there_is_not_is_told_with_the_one_it_looks_like(capsys: pytest.CaptureFixture[str]):
    for as_json in (False, True):
        with pytest.raises(CycloptsError) as raised:
            app(["timer", "lsit"], exit_on_error=False, print_error=False)
        assert misused(raised.value, as_json=as_json) == 2
        told = capsys.readouterr()
        assert "Did you mean" in told.out + told.err
        assert told.out.startswith('{"event":"error","code":"wrong-call"') == as_json


@pytest.mark.parametrize("option", ["--every", "--days"])
@pytest.mark.parametrize("verb", [["alarm", "add", "7:00"], ["reminder", "add", "bins", "--at", "7:00"]])
def test_days_that_are_given_one_by_one_all_count(verb: list[str], option: str):
    found = app.parse_args([*verb, option, "mon", option, "tue,thu"], exit_on_error=False)[1].arguments
    assert found[option.removeprefix("--")] == (0, 1, 3)


def test_days_that_are_named_one_after_the_other_count_all():
    given: list[tuple[int, ...]] = []
    app = App()

    @app.default
    def _(*, every: Days = ()) -> None:
        given.append(every)

    for words in (["--every", "mon", "--every", "tue"], ["--every", "mon,tue"], []):
        app(words, exit_on_error=False, result_action="return_value")
    assert given == [(0, 1), (0, 1), ()]


def test_one_is_found_by_its_time_the_beginning_of_its_id_and_its_name_without_the_article():
    found = [pending("the roast", "1a2b3c4d"), pending("", "1a9999")]
    assert matching(found, "ROAST").id == "1a2b3c4d"
    assert matching(found, "1a99").id == "1a9999"
    assert matching(found[:1], "7:00").id == "1a2b3c4d"
    for nothing in ("", " "):
        with pytest.raises(WrongCall):
            matching(found, nothing)

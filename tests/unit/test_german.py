"""What skills understand and answer in German, through the templates like a turn."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
import yaml
from hassil.numbers import get_rbnf_engine
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.lists import FakeLists
from tests.home.households import INTENTS
from tests.sentences import rules
from tests.unit.test_skills import NOW, Kept, Volume, kept
from voiced.core.answers import load_speech
from voiced.core.errors import SearchFailed, SkillFailed
from voiced.core.numbers import load_numbers, number
from voiced.core.ports.skill import Reply
from voiced.core.promises import Promise, Schedule
from voiced.core.speech_de import German
from voiced.core.types import Understanding
from voiced.core.weather import Forecast
from voiced.core.words import load_words
from voiced.skills.alarms import AlarmsSkill
from voiced.skills.calculator import CalculatorSkill
from voiced.skills.clock import ClockSkill
from voiced.skills.lists import ListsSkill
from voiced.skills.reminders import RemindersSkill
from voiced.skills.skillwords import SkillWords
from voiced.skills.snooze import SnoozeSkill
from voiced.skills.talk import HelpSkill, RepeatSkill, StopSkill
from voiced.skills.timers import TimersSkill
from voiced.skills.volume import VolumeSkill
from voiced.skills.weather import WeatherSkill
from voiced.skills.when import clock_times, seconds
from voiced.turn.announcements import missed_text, ring_text

RULES = rules("de")
SPEECH = load_speech(INTENTS, "de")
GERMAN = load_numbers(INTENTS, "de")
WORDS = load_words(INTENTS, "de", "skills", SkillWords)
NOON = datetime(2026, 11, 29, 15, 30, tzinfo=ZoneInfo("Europe/Berlin"))


class House:
    """All skills that need no network, and what they act on."""

    def __init__(self, promises: Kept | None = None, **lists: list[str]) -> None:
        self.promises = promises or Kept()
        self.volume = Volume(50)
        self.lists = FakeLists(**lists)
        self.skills = [
            TimersSkill(self.promises, SPEECH),
            AlarmsSkill(self.promises, lambda: NOW, SPEECH),
            RemindersSkill(self.promises, lambda: NOW, SPEECH, GERMAN),
            SnoozeSkill(self.promises, SPEECH),
            ClockSkill(lambda: NOON, SPEECH),
            VolumeSkill(lambda: self.volume.volume, self.volume.set, SPEECH),
            ListsSkill(self.lists, SPEECH, WORDS),
            CalculatorSkill(GERMAN, SPEECH),
            HelpSkill(SPEECH),
            RepeatSkill(lambda: Reply(""), SPEECH),
            StopSkill(),
        ]

    def asked(self, *sentences: str) -> str:
        """Says sentences, one after the other; returns the last answer."""
        told = ""
        for sentence in sentences:
            understood = RULES.understand(sentence)
            assert understood, sentence
            skill = next(skill for skill in self.skills if understood.intent in skill.intents)
            told = asyncio.run(skill.answer(understood)).text
        return told


@pytest.mark.parametrize(
    ("running", "said", "told"),
    [
        ([], "stell einen Timer auf fünf Minuten", "Timer gestellt auf 5 Minuten."),
        ([], "Timer für eine Stunde und zehn Minuten", "Timer gestellt auf eine Stunde und 10 Minuten."),
        ([], "Timer auf anderthalb Stunden", "Timer gestellt auf eine Stunde und 30 Minuten."),
        ([], "stell bitte einen Timer auf eine Viertelstunde", "Timer gestellt auf 15 Minuten."),
        ([], "10-Minuten-Timer", "Timer gestellt auf 10 Minuten."),
        ([], "weck mich in einer halben Stunde", "Timer gestellt auf 30 Minuten."),
        ([], "Pizza-Timer für zwölf Minuten", "Pizza-Timer gestellt auf 12 Minuten."),
        ([], "starte einen Timer für den Tee auf 3 Minuten", "Tee-Timer gestellt auf 3 Minuten."),
        ([], "wie lange noch", "Es läuft kein Timer."),
        ([("", 300)], "wie lange läuft der Timer noch", "Noch 5 Minuten beim Fünf-Minuten-Timer."),
        ([("Tee", 60), ("Eier", 90)], "wie lange brauchen die Eier noch", "Noch eine Minute und 30 Sekunden beim"),
        ([("Tee", 60)], "was macht der Pizza-Timer", "Einen Pizza-Timer gibt es nicht. Es bleiben noch eine Minute"),
        ([("Tee", 60)], "stopp den Timer", "Tee-Timer gelöscht."),
        ([("Tee", 60), ("Eier", 90)], "lösche den Timer", "Welcher? Es bleiben noch eine Minute beim Tee-Timer und"),
        ([("Tee", 60), ("", 300)], "brich den Fünf-Minuten-Timer ab", "Fünf-Minuten-Timer gelöscht."),
        ([("Tee", 60), ("Eier", 90)], "lösch alle Timer", "2 Timer gelöscht."),
        ([("", 60)], "zwei Minuten mehr", "Drei-Minuten-Timer: noch 3 Minuten."),
        ([("Tee", 60)], "verlängere den Tee-Timer um eine Minute", "Tee-Timer: noch 2 Minuten."),
        ([("Tee", 180)], "verkürze den Timer um zwei Minuten", "Tee-Timer: noch eine Minute."),
    ],
)
def test_timers(running, said, told):
    assert House(kept(*running)).asked(said).startswith(told)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("stell den Wecker auf sieben", "Wecker gestellt: morgen um 7 Uhr."),
        ("stell den Wecker auf neun", "Wecker gestellt: heute um 21 Uhr."),
        ("weck mich um halb sieben", "Wecker gestellt: morgen um 6:30 Uhr."),
        ("weck mich um halb sieben abends", "Wecker gestellt: morgen um 18:30 Uhr."),
        ("weck mich um Viertel nach sieben", "Wecker gestellt: morgen um 7:15 Uhr."),
        ("weck mich um dreiviertel acht", "Wecker gestellt: morgen um 7:45 Uhr."),
        ("weck mich um viertel acht", "Wecker gestellt: morgen um 7:15 Uhr."),
        ("weck mich um fünf vor halb acht", "Wecker gestellt: morgen um 7:25 Uhr."),
        ("weck mich um zwanzig vor acht", "Wecker gestellt: morgen um 7:40 Uhr."),
        ("stell den Wecker auf 19 Uhr 30", "Wecker gestellt: morgen um 19:30 Uhr."),
        ("stell den Wecker auf 21:30", "Wecker gestellt: heute um 21:30 Uhr."),
        ("stell den Wecker auf Mitternacht", "Wecker gestellt: morgen um 0 Uhr."),
        ("weck mich morgen Abend um acht", "Wecker gestellt: morgen um 20 Uhr."),
        ("weck mich übermorgen um sechs", "Wecker gestellt: übermorgen um 6 Uhr."),
        ("weck mich am Freitag um fünf", "Wecker gestellt: übermorgen um 5 Uhr."),
        ("weck mich am Samstag um fünf", "Wecker gestellt: am Samstag um 5 Uhr."),
        ("weck mich jeden Werktag um 6 Uhr 30", "Wecker gestellt: an jedem Werktag um 6:30 Uhr."),
        ("weck mich jeden Montag und Freitag um sechs", "Wecker gestellt: jeden Montag und Freitag um 6 Uhr."),
        ("stell einen Wecker namens Arbeit auf sechs", "Wecker Arbeit gestellt: morgen um 6 Uhr."),
        ("erinnere mich in zehn Minuten an die Wäsche", "Ich erinnere dich in 10 Minuten an die Wäsche."),
        ("erinnere mich in einer Stunde an meine Tabletten", "Ich erinnere dich in einer Stunde an deine Tabletten."),
        (
            "erinnere mich um 18 Uhr daran, meine Blumen zu gießen",
            "Ich erinnere dich morgen um 18 Uhr daran, deine Blumen zu gießen.",
        ),
        (
            "erinnere mich morgen um zehn, dass ich Oma anrufen muss",
            "Ich erinnere dich morgen um 10 Uhr daran, dass du Oma anrufen musst.",
        ),
        ("weck mich um sieben dreißig", "Wecker gestellt: morgen um 7:30 Uhr."),
        ("stell den Wecker auf zwanzig fünfzehn", "Wecker gestellt: heute um 20:15 Uhr."),
        ("erinnere mich um sieben dreißig an den Tee", "Ich erinnere dich morgen um 7:30 Uhr an den Tee."),
        ("erinnere mich morgen um 7 30 an den Tee", "Ich erinnere dich morgen um 7:30 Uhr an den Tee."),
        ("erinnere mich um sieben dreißig Uhr an den Tee", "Ich erinnere dich morgen um 7:30 Uhr an den Tee."),
        ("erinnere mich um 7 Uhr 30 Minuten an den Tee", "Ich erinnere dich morgen um 7:30 Uhr an den Tee."),
        ("welche Wecker sind gestellt", "Es ist kein Wecker gestellt."),
        ("welche Erinnerungen gibt es", "Es gibt keine Erinnerungen."),
        ("schlummern", "Es hat nichts geklingelt."),
    ],
)
def test_alarms_and_reminders_say_the_moment(said, told):
    assert House().asked(said) == told


@pytest.mark.parametrize(
    ("sentences", "told", "left"),
    [
        (["weck mich um sieben", "wann klingelt mein Wecker"], "Dein nächster Wecker klingelt morgen um 7 Uhr.", 1),
        (["weck mich um sieben", "lösch den Wecker"], "Wecker gelöscht: morgen um 7 Uhr.", 0),
        (["weck mich um sieben", "weck mich um neun", "lösch den Wecker"], "Welcher? Gestellt: ein Wecker heute", 2),
        (["weck mich um sieben", "weck mich um neun", "lösch den Wecker um sieben"], "Wecker gelöscht: morgen", 1),
        (["weck mich um sieben", "weck mich um neun", "schalte alle Wecker aus"], "2 Wecker gelöscht.", 0),
        (["erinnere mich um neun an den Müll", "lösch die Erinnerung"], "Gelöscht: die Erinnerung an den Müll.", 0),
        (["erinnere mich um neun an den Müll", "woran erinnerst du mich"], "Ich erinnere dich heute um 21 Uhr an", 1),
    ],
)
def test_alarms_and_reminders_are_listed_and_called_off(sentences, told, left):
    promises = Kept()
    assert House(promises).asked(*sentences).startswith(told)
    assert len(promises.promises) == left


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("wie spät ist es", "Es ist 15:30 Uhr."),
        ("welcher Tag ist heute", "Heute ist Sonntag, der 29. November 2026."),
        ("wie spät ist es in Tokio", "Dort ist es 23:30 Uhr."),
        ("wie viel Uhr ist es in New York", "Dort ist es 9:30 Uhr."),
        ("wie spät ist es in Neuseeland", "Dort ist es 3:30 Uhr morgen."),
        ("wie spät ist es in Auckland", "Dort ist es 3:30 Uhr morgen."),
        ("wann ist Ostern", "Das ist Sonntag, der 28. März 2027."),
        ("auf welchen Wochentag fällt Heiligabend", "Das ist Donnerstag, der 24. Dezember 2026."),
        ("welcher Tag war vorgestern", "Das war Freitag, der 27. November 2026."),
        ("welches Datum ist in zwei Wochen", "Das ist Sonntag, der 13. Dezember 2026."),
        ("wie viele Tage sind es bis Weihnachten", "In 26 Tagen: Freitag, der 25. Dezember 2026."),
        ("wie viele Tage noch bis morgen", "In einem Tag: Montag, der 30. November 2026."),
        ("wie viele Wochen sind es bis Neujahr", "In 4 Wochen und 5 Tagen: Freitag, der 1. Januar 2027."),
        ("wie lange ist es noch bis zum 24. Dezember", "In 25 Tagen: Donnerstag, der 24. Dezember 2026."),
        ("lauter", "Lautstärke 65 Prozent."),
        ("mach mal ein bisschen leiser", "Lautstärke 35 Prozent."),
        ("stell die Lautstärke auf 40 Prozent", "Lautstärke 40 Prozent."),
        ("Lautstärke auf fünfzig", "Die Lautstärke ist schon bei 50 Prozent."),
        ("was hast du gesagt", "Ich habe noch nichts gesagt."),
        ("sei still", ""),
    ],
)
def test_what_is_told(said, told):
    assert House().asked(said) == told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("wie viel ist 17 mal 24", "Das ist 408."),
        ("was macht zwei Komma fünf mal vier", "Das ist 10."),
        ("wie viel ist 1.500,5 plus 2,25", "Das ist 1.502,75."),
        ("rechne mal 15 Prozent von 80 aus", "Das ist 12."),
        ("was ist dreiundzwanzig plus hundertfünf", "Das ist 128."),
        ("was ist zweitausenddreihundert geteilt durch sieben", "Das ist etwa 328,6."),
        ("was ist die Wurzel aus 2", "Das ist etwa 1,414."),
        ("wie viel ist die Hälfte von 30", "Das ist 15."),
        ("was ist fünf hoch drei", "Das ist 125."),
        ("wie viele Zentimeter sind drei Zoll", "3 Zoll sind 7,62 Zentimeter."),
        ("wie viel Gramm sind 3 Unzen", "3 Unzen sind etwa 85,05 Gramm."),
        ("rechne zwanzig Grad Celsius in Fahrenheit um", "20 Grad Celsius sind 68 Grad Fahrenheit."),
        ("wie viele Meter hat eine Meile", "eine Meile sind 1.609,344 Meter."),
        ("wie viel Milliliter sind anderthalb Liter", "1,5 Liter sind 1.500 Milliliter."),
        ("was sind 10kg in Gramm", "10 Kilogramm sind 10.000 Gramm."),
        ("wie viele Esslöffel sind eine halbe Tasse", "0,5 Tassen sind 8 Esslöffel."),
    ],
)
def test_what_is_worked_out(said, told):
    assert House().asked(said) == told


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("rechne 5 Meter in Kilogramm um", "In Meter misst man eine Länge, in Kilogramm ein Gewicht."),
        ("was ist 7 durch 0", "Durch null kann man nicht teilen."),
        ("wie viel Gramm sind eine Tasse", "Wie viele Gramm das in Tassen sind, hängt davon ab, was es ist"),
    ],
)
def test_why_something_cannot_be_is_said_in_german(said, why):
    with pytest.raises(SkillFailed) as failed:
        House().asked(said)
    assert SPEECH.excuse(failed.value).startswith(why)


@given(st.integers(0, 10**12) | st.integers(0, 3000))
def test_every_number_that_german_can_spell_is_read(value: int):
    words = get_rbnf_engine("de").format_number(value).text.replace("\u00ad", "")
    assert number(words, GERMAN) == value
    assert number(f"minus {words}", GERMAN) == -value
    assert number(f"{value:,}".replace(",", "."), GERMAN) == value


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("zwei Komma fünf", Fraction("2.5")),
        ("null Komma null fünf", Fraction("0.05")),
        ("2,50", Fraction("2.5")),
        ("zwei und ein halb", Fraction("2.5")),
        ("zweieinhalb", Fraction("2.5")),
        ("anderthalb", Fraction("1.5")),
        ("drei Viertel", Fraction(3, 4)),
        ("ein Drittel", Fraction(1, 3)),
        ("hundert", 100),
        ("tausendeins", 1001),
        ("hundertundeins", 101),
        ("3 Millionen", 3_000_000),
        ("zwei tausend", 2000),
        ("zwei hundert", 200),
        ("eine halbe", Fraction(1, 2)),
        ("zwo", 2),
        ("fünf sechs", None),
        ("hundert Eier", None),
        ("Tausendfüßler", None),
    ],
)
def test_german_numbers_as_people_say_them(said: str, value: Fraction | None):
    assert number(said, GERMAN) == value


@pytest.mark.parametrize(
    ("sentences", "told"),
    [
        (["setz Milch und Eier auf die Einkaufsliste"], "Ich habe Milch und Eier auf deine Einkaufsliste gesetzt."),
        (
            ["schreib ein Zelt, einen Kocher und etwas Seil auf die Packliste"],
            "Ich habe Zelt, Kocher und Seil auf deine",
        ),
        (["setz Gin und Tonic und Eis auf die Liste"], "Ich habe Gin und Tonic und Eis auf deine Einkaufsliste"),
        (["setz Fish und Chips auf die Liste", "setz Fish und Chips auf die Liste"], "Fish und Chips steht schon auf"),
        (["füge Brot zur Einkaufsliste hinzu"], "Ich habe Brot auf deine Einkaufsliste gesetzt."),
        (["wir brauchen noch Zahnpasta"], "Ich habe Zahnpasta auf deine Einkaufsliste gesetzt."),
        (["setz Milch auf die Liste", "setz Milch auf die Liste"], "Milch steht schon auf deiner Einkaufsliste."),
        (["was steht auf meiner Einkaufsliste"], "Auf deiner Einkaufsliste steht nichts."),
        (["setz Milch und Brot auf die Liste", "was steht auf der Liste"], "Auf deiner Einkaufsliste: Milch und Brot."),
        (["setz ein Ei auf die Liste", "steht Eier schon auf der Liste"], "Ja, Ei steht auf deiner Einkaufsliste."),
        (["setz Milch auf die Liste", "streich die Milch von der Liste"], "Ich habe Milch von deiner Einkaufsliste"),
        (["setz Milch auf die Liste", "leere die Einkaufsliste"], "Auf deiner Einkaufsliste steht ein Eintrag. Soll"),
        (["setz ein Zelt auf die Packliste", "welche Listen gibt es"], "Es gibt deine Packliste mit einem Eintrag."),
    ],
)
def test_lists(sentences, told):
    assert House().asked(*sentences).startswith(told)


class NoWeather:
    """Implements `Weather`: it never knows."""

    async def forecast(self, day: date) -> Forecast:
        raise SearchFailed("there is no forecast for {day}", day=day)

    async def close(self) -> None:
        """Nothing is open."""


def test_why_there_is_no_weather_is_told_in_german_and_logged_in_english():
    told = asyncio.run(WeatherSkill(NoWeather(), lambda: NOON, SPEECH).answer(Understanding("VoicedWeather"))).text
    assert told == "Das Wetter weiß ich leider nicht: für diesen Tag gibt es keine Vorhersage: 2026-11-29."
    with pytest.raises(SearchFailed, match="no forecast for 2026-11-29"):
        asyncio.run(NoWeather().forecast(NOON.date()))


HELD_OUT = yaml.safe_load((INTENTS.parents[1] / "tests" / "intents" / "german" / "heldout.yaml").read_text("utf-8"))
MISSED = ("Die Nudeln brauchen neun Minuten", "Ich muss am Samstag um dreiviertel acht raus, weck mich da")
"""What no template says yet."""


@pytest.mark.parametrize("case", [case for cases in HELD_OUT.values() for case in cases], ids=lambda case: case["said"])
def test_what_people_say_is_understood(case):
    understood = RULES.understand(case["said"])
    if case["said"] in MISSED:
        assert understood is None
        return
    assert understood
    slots = understood.slots
    assert understood.intent == case["intent"]
    assert {name: slots.get(name) for name in case.get("slots", {})} == case.get("slots", {})
    assert "length" not in case or seconds(slots) == case["length"]
    if "at" in case:
        part = str(slots.get("day", "")).partition(" ")[2]
        assert {time.isoformat("minutes") for time in clock_times(slots, part)} == {*case["at"]}


@pytest.mark.parametrize(
    "said", ["mach mal das Licht an", "mach die Rollläden hoch bitte", "mal sehen", "durch und durch"]
)
def test_small_words_are_no_sums(said):
    assert RULES.understand(said) is None


def promise(kind: str, name: str, due: datetime, **fields: object) -> Promise:
    return Promise(id="1", kind=kind, made_at=0, changed_at=0, name=name, unheard=due.timestamp(), **fields)


@pytest.mark.parametrize(
    ("kind", "name", "told"),
    [
        ("timer", "Pizza", "Dein Pizza-Timer ist abgelaufen."),
        ("timer", "", "Dein Timer ist abgelaufen."),
        ("alarm", "", "Hier ist dein Wecker. Es ist 20 Uhr."),
        ("reminder", "meine Blumen zu gießen", "Ich erinnere dich daran, deine Blumen zu gießen."),
        ("reminder", "an die Wäsche", "Ich erinnere dich an die Wäsche."),
    ],
)
def test_what_rings_says_what_it_is(kind, name, told):
    assert ring_text(SPEECH, promise(kind, name, NOW), NOW.timestamp(), UTC) == told


def test_what_was_missed_says_when_it_was():
    due = NOW - timedelta(days=1, minutes=55)
    missed = [
        promise("timer", "", due, seconds=300),
        promise("alarm", "Arbeit", due, schedule=Schedule("19:05")),
        promise("reminder", "Oma anzurufen", due),
    ]
    assert missed_text(SPEECH, missed, NOW.timestamp(), UTC) == (
        "Dein Fünf-Minuten-Timer hat gestern um 19:05 Uhr geklingelt. "
        "Dein Wecker Arbeit hat gestern um 19:05 Uhr geklingelt. "
        "Du hattest gestern um 19:05 Uhr eine Erinnerung daran, Oma anzurufen."
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("mein Auto steht im zweiten Stock", "dein Auto steht im zweiten Stock"),
        ("Meine Schwester heißt Anna", "Deine Schwester heißt Anna"),
        ("ich den Schlüssel bei Anna gelassen habe", "du den Schlüssel bei Anna gelassen hast"),
        ("ich bin gegen Nüsse allergisch", "du bist gegen Nüsse allergisch"),
        ("ich schwimme gern", "ich schwimme gern"),
        ("wir haben unsere Räder im Keller", "wir haben unsere Räder im Keller"),
    ],
)
def test_what_is_mine_is_yours_when_it_is_said_back(said, told):
    assert SPEECH.turned(said) == told


@given(st.floats(0.5, 700_000))
def test_a_length_says_all_its_units(seconds):
    told = German().duration(seconds)
    assert told
    assert German().ahead(seconds).startswith("in ")
    assert not any(word.isdigit() and word == "1" for word in told.split())

"""What is said about what was looked up, and about the weather."""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.fakes.search import FakeSearch, FakeWeather, page
from tests.home.households import INTENTS, speech
from tests.sentences import rules
from voiced.core.chat import ToolCall
from voiced.core.history import Source
from voiced.core.numbers import load_numbers
from voiced.core.search import Findings, Result
from voiced.core.types import Understanding
from voiced.core.weather import Forecast
from voiced.core.words import load_words
from voiced.mind import taken
from voiced.skills.calculator import CalculatorSkill
from voiced.skills.search import SearchSkill
from voiced.skills.skillwords import SkillWords
from voiced.skills.weather import WeatherSkill
from voiced.turn.rules import Rules

NOW = datetime(2026, 11, 29, 15, 30, tzinfo=ZoneInfo("Europe/Berlin"))
DAYS = {
    NOW.date(): Forecast(3, 1.2, 5.8, 0, 4.6),
    NOW.replace(day=30).date(): Forecast(61, 3.4, 7.1, 80),
    datetime(2026, 12, 4).date(): Forecast(71, -3.0, -1.0, 30),  # noqa: DTZ001 (a day)
}
RULES = {
    language: [rules(language).understand, Rules(INTENTS / language / "open", language).understand]
    for language in ("en", "de")
}


def ask(said: str, search: FakeSearch, language: str = "en"):
    said_in, words = speech(language), load_words(INTENTS, language, "skills", SkillWords)
    skills = [
        CalculatorSkill(load_numbers(INTENTS, language), said_in),
        SearchSkill(search, said_in, words),
        WeatherSkill(FakeWeather(DAYS), lambda: NOW, said_in),
    ]
    by_intent = {intent: skill for skill in skills for intent in skill.intents}
    understood = taken(RULES[language], by_intent)(said)
    return asyncio.run(by_intent[understood.intent].answer(understood)) if understood else None


@pytest.mark.parametrize(
    ("said", "words", "where"),
    [
        ("Search for black holes", "black holes", "everywhere"),
        ("look up the Eiffel Tower", "the Eiffel Tower", "everywhere"),
        ("search the web for cheap flights", "cheap flights", "everywhere"),
        ("what is a black hole?", "a black hole", "web"),
        ("Who is Ada Lovelace?", "Ada Lovelace", "web"),
        ("what is the capital of France", "the capital of France", "web"),
        ("tell me about C-3PO", "C-3PO", "web"),
    ],
)
def test_what_is_looked_up_is_what_was_asked(said: str, words: str, where: str):
    search = FakeSearch()
    reply = ask(said, search)
    assert search.asked == [(words, where)]
    assert reply
    assert reply.text == "example.org says: It is so."
    assert reply.sources == (Source("web", "https://example.org/a", "example.org/a"),)


def test_what_was_found_is_as_private_as_it_was_kept():
    found = [page("example.org/a"), Result("Tulip.", Source("note", "n", "Tulip."), "memory", "sensitive")]
    assert ask("search for black holes", FakeSearch(Findings(found, {}))).privacy == "sensitive"
    assert ask("search for black holes", FakeSearch()).privacy == "public"


@pytest.mark.parametrize(
    ("said", "words", "where"),
    [
        ("Such nach schwarzen Löchern", "schwarzen Löchern", "everywhere"),
        ("schlag den Eiffelturm nach", "den Eiffelturm", "everywhere"),
        ("suche im Internet nach billigen Flügen", "billigen Flügen", "everywhere"),
        ("was ist ein schwarzes Loch?", "ein schwarzes Loch", "web"),
        ("Was ist das Oktoberfest?", "das Oktoberfest", "web"),
        ("wer ist Leonardo da Vinci", "Leonardo da Vinci", "web"),
        ("erzähl mir etwas über C-3PO", "C-3PO", "web"),
    ],
)
def test_what_is_looked_up_in_german(said: str, words: str, where: str):
    search = FakeSearch()
    reply = ask(said, search, "de")
    assert search.asked == [(words, where)]
    assert reply
    assert reply.text == "example.org sagt: It is so."


@pytest.mark.parametrize(
    ("language", "said"),
    [
        *[("en", said) for said in ("what is my name", "who are you", "what is that", "what's up", "what is wrong")],
        *[("de", said) for said in ("was ist meine Adresse", "wer ist dein Chef", "was ist das", "was ist los")],
        *[("de", said) for said in ("wer sind wir", "was war das", "wer ist da", "was ist passiert")],
    ],
)
def test_what_is_about_those_who_talk_is_not_looked_up(language: str, said: str):
    search = FakeSearch()
    assert ask(said, search, language) is None
    assert search.asked == []


def test_without_words_of_a_language_no_question_is_looked_up():
    understood = Understanding("VoicedLookUp", {"topic": "black holes"}, "what are black holes")
    assert not SearchSkill(FakeSearch()).takes(understood)


def test_other_rules_go_first_and_without_a_web_there_is_nothing_to_look_up():
    search = FakeSearch()
    assert ask("what is 15 percent of 80", search).text == "It is 12."
    assert ask("what is a black hole", FakeSearch(web=False)) is None
    assert ask("search for black holes", FakeSearch(web=False))
    assert search.asked == []


LONG = "One sentence that says something. " * 20


@pytest.mark.parametrize(
    ("findings", "told"),
    [
        (Findings([], {}), "I found nothing about black holes."),
        (Findings([], {"wikipedia": "x"}), "I found nothing about black holes: wikipedia did not answer."),
        (
            Findings([], {}, "too private"),
            "That is too private to be looked up on the web, and I remember nothing about it.",
        ),
        (
            Findings([Result("they are dark", Source("note", "n", "x"), "memory")], {}, "too private"),
            "I did not ask the web: that is too private. I remember: they are dark.",
        ),
        (
            Findings([Result("They suck.", Source("file", "/m.pdf", "m.pdf, page 3"), "memory")], {}),
            "In m.pdf, page 3: They suck.",
        ),
    ],
)
def test_what_was_found_is_told_with_its_source_and_what_was_not_is_told_too(findings: Findings, told: str):
    assert ask("search for black holes", FakeSearch(findings)).text == told


def test_nobody_listens_to_a_whole_page():
    reply = ask("search for tea", FakeSearch(Findings([page("a.org", LONG)], {})))
    assert reply
    assert 200 < len(reply.text) < 320
    assert reply.text.endswith("something.")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("what's the weather like", "It is 5 degrees now. Today cloudy, 1 to 6 degrees."),
        (
            "what will the weather be like tomorrow",
            "Tomorrow rainy, 3 to 7 degrees, with a 80 percent chance of rain.",
        ),
        ("weather on Friday", "On Friday snowy, -3 to -1 degree, with a 30 percent chance of rain."),
        ("will it rain tomorrow", "Yes, most likely: the chance of rain is 80 percent tomorrow."),
        ("do I need an umbrella", "No: the chance of rain is 0 percent today."),
        ("will it rain on Friday", "Rather not: the chance of rain is 30 percent on Friday."),
        ("what's the weather on Thursday", "Sorry, there is no forecast for 2026-12-03."),
    ],
)
def test_the_weather_is_told(said: str, told: str):
    reply = ask(said, FakeSearch())
    assert reply
    assert reply.text == told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("wie ist das Wetter", "Es sind gerade 5 Grad. Heute bewölkt, 1 bis 6 Grad."),
        ("wie wird das Wetter morgen", "Morgen Regen, 3 bis 7 Grad, Regenwahrscheinlichkeit 80 Prozent."),
        ("wie wird morgen das Wetter?", "Morgen Regen, 3 bis 7 Grad, Regenwahrscheinlichkeit 80 Prozent."),
        ("Wetter am Freitag", "Am Freitag Schnee, -3 bis -1 Grad, Regenwahrscheinlichkeit 30 Prozent."),
        ("wie warm wird es morgen", "Morgen Regen, 3 bis 7 Grad, Regenwahrscheinlichkeit 80 Prozent."),
        ("regnet es morgen", "Ja, wahrscheinlich: die Regenwahrscheinlichkeit liegt morgen bei 80 Prozent."),
        ("brauche ich einen Schirm", "Nein: die Regenwahrscheinlichkeit liegt heute bei 0 Prozent."),
        ("wird es am Freitag schneien", "Eher nicht: die Regenwahrscheinlichkeit liegt am Freitag bei 30 Prozent."),
        (
            "wie wird das Wetter am Donnerstag",
            "Das Wetter weiß ich leider nicht: für diesen Tag gibt es keine Vorhersage: 2026-12-03.",
        ),
    ],
)
def test_the_weather_is_told_in_german(said: str, told: str):
    reply = ask(said, FakeSearch(), "de")
    assert reply
    assert reply.text == told


@pytest.mark.parametrize(
    ("words", "said", "asked"),
    [
        ("Eiffel Tower height", "how high is the eiffel tower", "eiffel tower"),
        ("the PIN of Paris is 1234", "what is Paris", "Paris is"),
        ("anna's diagnosis", "how high is the eiffel tower", "how high is the eiffel tower"),
        (None, "how high is the eiffel tower", "how high is the eiffel tower"),
    ],
)
def test_a_model_searches_in_words_that_the_user_said(words: object, said: str, asked: str):
    search = FakeSearch()
    skill = SearchSkill(search)
    wish = skill.wish(ToolCall("search", {"words": words}), said)
    assert wish
    asyncio.run(skill.answer(wish.understood))
    assert search.asked == [(asked, "everywhere")]


def test_what_answers_a_question_of_ours_is_understood_though_no_skill_is_for_it():
    understand = taken(RULES["en"], {})
    assert [found and found.intent for found in map(understand, ("yes", "no", "make it ten minutes"))] == [
        "VoicedYes",
        "VoicedNo",
        "VoicedFollowUp",
    ]
    assert understand("what's the weather like") is None

"""What a sentence means after what was said before it."""

import pytest

from tests.home.households import INTENTS
from tests.sentences import rules
from voiced.core.config import Config
from voiced.core.config_mind import DialogueConfig
from voiced.core.ports.skill import Asks
from voiced.core.types import Understanding
from voiced.core.words import load_words
from voiced.turn.dialogue import TALKS, Dialogue
from voiced.turn.dialoguewords import DialogueWords

UNLOCK = Understanding("HassUnlock", {"name": "front door"}, "unlock the front door")
CHOICES = {
    name: Understanding("HassTurnOn", {"name": name}, "turn on the lamp")
    for name in ("kitchen lamp", "lamp", "floor lamp", "bedroom")
}
LIGHTS = {
    f"{verb} the {thing} in the {area}": Understanding(intent, {"area": area, "domain": thing})
    for verb, intent in (("turn on", "HassTurnOn"), ("is", "HassGetState"))
    for thing in ("light", "fan")
    for area in ("kitchen", "bedroom")
} | {
    "what is the weather": Understanding("Weather"),
    "what is the weather in the kitchen": Understanding("Weather", {"area": "kitchen"}),
    "what is the weather tomorrow": Understanding("Weather", {"day": "tomorrow"}),
    "stop": Understanding("VoicedStop"),
}
"""What is understood exactly; "remind me to …" is, too, whatever follows."""


def dialogue(language: str = "en") -> Dialogue:
    return Dialogue(rules(language).understand, load_words(INTENTS, language, "dialogue", DialogueWords))


def home(text: str) -> Understanding | None:
    """A home with two rooms, and some weather."""
    if text.startswith("remind me to "):
        return Understanding("Remind", {"name": text.removeprefix("remind me to ")}, text)
    found = LIGHTS.get(text)
    return found and Understanding(found.intent, found.slots, text)


def asked(asks: Asks, language: str = "en") -> Dialogue:
    made = dialogue(language)
    made.ask(asks, "voice")
    made.said("voice", 100.0)
    return made


YES = ["yes", "Yes, please!", "yeah do it", "sure", "go ahead", "okay", "that's right"]
NO = ["no", "No, thanks.", "don't", "nope", "not now", "no never mind"]
GERMAN_YES, GERMAN_NO = ["ja", "Ja, bitte!", "genau", "mach das"], ["nein", "Nein danke.", "lieber nicht", "lass es"]


@pytest.mark.parametrize(
    ("language", "text"), [*(("en", text) for text in YES), *(("de", text) for text in GERMAN_YES)]
)
def test_yes_means_what_was_asked_and_confirms_it(language, text):
    meaning = asked(Asks(yes=UNLOCK), language).mean(text, "voice", 105.0)
    assert meaning.understood == Understanding(UNLOCK.intent, UNLOCK.slots, UNLOCK.text, confirmed=True)
    assert meaning.why == "yes to what was asked"


@pytest.mark.parametrize(("language", "text"), [*(("en", text) for text in NO), *(("de", text) for text in GERMAN_NO)])
def test_no_means_that_nothing_is_done(language, text):
    understood = asked(Asks(yes=UNLOCK, choices=CHOICES), language).mean(text, "voice", 105.0).understood
    assert understood.intent == "HassNevermind"


@pytest.mark.parametrize("text", [*YES, *NO])
def test_without_a_question_yes_and_no_do_nothing(text):
    assert dialogue().mean(text, "voice", 105.0).understood.intent in ("VoicedYes", "VoicedNo")


@pytest.mark.parametrize(
    ("text", "talk", "at"),
    [
        ("yes", "text", 105.0),
        ("yes", "voice k", 105.0),
        ("yes", "voice", 110.1),
        ("what time is it", "voice", 105.0),
        ("yes what time is it", "voice", 105.0),
        ("never mind", "voice", 105.0),
        ("stop", "voice", 105.0),
        ("", "voice", 105.0),
        ("unlock the front door", "voice", 105.0),
        ("confirmed", "voice", 105.0),
    ],
)
def test_nothing_but_a_yes_in_time_and_in_the_same_talk_confirms(text, talk, at):
    understood = asked(Asks(yes=UNLOCK, choices={"door": UNLOCK})).mean(text, talk, at).understood
    assert understood is None or not understood.confirmed


def test_a_yes_confirms_nothing_where_only_a_choice_was_asked():
    assert asked(Asks(choices=CHOICES)).mean("yes", "voice", 105.0).understood.intent == "VoicedYes"


def test_what_was_asked_is_over_when_it_is_dropped_and_when_something_else_is_asked():
    made = asked(Asks(yes=UNLOCK))
    made.drop("voice")
    assert not made.mean("yes", "voice", 105.0).understood.confirmed
    made = asked(Asks(yes=UNLOCK))
    made.ask(None, "voice")
    assert not made.mean("yes", "voice", 105.0).understood.confirmed


def test_while_it_is_being_asked_it_can_be_answered_already():
    made = dialogue()
    made.ask(Asks(yes=UNLOCK), "voice")
    assert made.mean("yes", "voice", 1e6).understood.confirmed


def test_what_is_written_may_take_longer():
    made = dialogue()
    made.ask(Asks(yes=UNLOCK), "text key")
    made.said("text key", 100.0)
    assert made.mean("yes", "text key", 219.0).understood.confirmed
    assert not made.mean("yes", "text", 219.0).understood.confirmed
    assert not made.mean("yes", "text key", 221.0).understood.confirmed


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("bedroom", "bedroom"),
        ("Bedroom.", "bedroom"),
        ("the one in the bedroom please", "bedroom"),
        ("no, I meant the floor lamp", "floor lamp"),
        ("lamp", "lamp"),
        ("the lamp", "lamp"),
        ("turn on the bedroom lamp", None),
        ("the bedroom or the kitchen lamp", None),
        ("not the bedroom", None),
        ("is the bedroom on", None),
        ("bedroom off", None),
        ("how far is the bedroom", None),
        ("what time is it", None),
        ("the attic", None),
    ],
)
def test_a_choice_is_made_by_naming_one_of_them_and_nothing_else(text, name):
    understood = asked(Asks(choices=CHOICES)).mean(text, "voice", 105.0).understood
    assert (understood and understood.slots.get("name")) == name


def test_a_choice_confirms_nothing():
    sure = Understanding("HassUnlock", {}, "", confirmed=True)
    assert not asked(Asks(choices={"door": sure})).mean("the door", "voice", 105.0).understood.confirmed


def test_what_is_risky_asks_again_after_a_choice_and_after_a_change():
    made = Dialogue(home, load_words(INTENTS, "en", "dialogue", DialogueWords))
    made.acted(
        Understanding(
            "HassTurnOn", {"area": "kitchen", "domain": "light"}, "turn on the light in the kitchen", confirmed=True
        ),
        "voice",
        0.0,
    )
    assert not made.mean("and in the bedroom", "voice", 1.0).understood.confirmed


@pytest.mark.parametrize(
    ("before", "text", "sentence"),
    [
        ("turn on the light in the kitchen", "and in the bedroom?", "turn on the light in the bedroom"),
        ("turn on the light in the kitchen", "and the bedroom", "turn on the light in the bedroom"),
        ("is the light in the kitchen", "what about the bedroom", "is the light in the bedroom"),
        ("what is the weather", "and tomorrow?", "what is the weather tomorrow"),
        ("what is the weather", "and in the kitchen", "what is the weather in the kitchen"),
        ("turn on the light in the kitchen", "and in the kitchen", None),
        ("turn on the light in the kitchen", "and in the attic", None),
        ("turn on the light in the kitchen", "in the bedroom", None),
        ("turn on the light in the kitchen", "and", None),
        ("turn on the light in the kitchen", "and is the fan in the bedroom", None),
        ("is the light in the kitchen", "and turn on the light in the bedroom", None),
        ("stop", "and in the bedroom", None),
        ("remind me to call", "and is the light in the kitchen", None),
        ("remind me to call", "and is it far", None),
        ("remind me to call", "and mother", None),
    ],
)
def test_a_sentence_changes_the_last_one(before, text, sentence):
    made = Dialogue(home, load_words(INTENTS, "en", "dialogue", DialogueWords))
    made.acted(home(before), "voice", 100.0)
    meaning = made.mean(text, "voice", 150.0)
    assert meaning.understood == (home(sentence) if sentence else None)
    assert bool(meaning.why) == bool(sentence)


def test_a_change_never_makes_an_action_of_a_question():
    made = Dialogue(home, load_words(INTENTS, "en", "dialogue", DialogueWords))
    made.acted(home("is the light in the kitchen"), "voice", 100.0)
    assert made.mean("and in the bedroom", "voice", 101.0).understood.intent == "HassGetState"


@pytest.mark.parametrize(
    ("talk", "at", "known"), [("voice", 190.0, True), ("voice", 190.1, False), ("text", 101.0, False)]
)
def test_what_was_said_long_ago_or_in_another_talk_is_not_changed(talk, at, known):
    made = Dialogue(home, load_words(INTENTS, "en", "dialogue", DialogueWords))
    made.acted(home("turn on the light in the kitchen"), "voice", 100.0)
    assert bool(made.mean("and in the bedroom", talk, at).understood) == known


TIMER = {"en": "set a timer for five minutes", "de": "stell einen Timer auf fünf Minuten"}
ALARM = {"en": "set an alarm for seven tomorrow", "de": "weck mich morgen um sieben"}
WEATHER = {"en": "what's the weather like", "de": "wie ist das Wetter"}


@pytest.mark.parametrize(
    ("language", "text", "slots"),
    [
        ("en", "make it ten minutes", {"minutes": 10, "start_minutes": 5}),
        ("en", "make it an hour", {"hours": 1, "start_minutes": 5}),
        ("en", "no ten minutes instead", {"minutes": 10, "start_minutes": 5}),
        ("de", "mach zehn Minuten daraus", {"minutes": 10, "start_minutes": 5}),
        ("de", "mach lieber zehn Minuten", {"minutes": 10, "start_minutes": 5}),
        ("de", "stell ihn bitte auf eine Stunde", {"hours": 1, "start_minutes": 5}),
        ("de", "nein, lieber zehn Minuten", {"minutes": 10, "start_minutes": 5}),
    ],
)
def test_another_length_is_one_of_the_same_timer(language, text, slots):
    made = dialogue(language)
    made.acted(rules(language).understand(TIMER[language]), "voice", 100.0)
    understood = made.mean(text, "voice", 101.0).understood
    assert (understood.intent, understood.slots) == ("HassStartTimer", slots)


def test_a_timer_is_changed_again_by_what_it_was_changed_to():
    made = dialogue()
    made.acted(rules().understand("set a pizza timer for five minutes"), "voice", 100.0)
    made.acted(made.mean("make it an hour", "voice", 101.0).understood, "voice", 102.0)
    understood = made.mean("make it ten minutes", "voice", 103.0).understood
    assert understood.slots == {"name": "pizza", "minutes": 10, "start_hours": 1}


@pytest.mark.parametrize(
    ("language", "text"), [("en", "and what about on friday"), ("de", "und am Freitag?"), ("de", "was ist mit Freitag")]
)
def test_another_day_is_one_of_the_same_alarm(language, text):
    made = dialogue(language)
    made.acted(rules(language).understand(ALARM[language]), "voice", 100.0)
    understood = made.mean(text, "voice", 101.0).understood
    assert (understood.intent, understood.slots) == ("VoicedSetAlarm", {"hour": 7, "day": "4"})


@pytest.mark.parametrize(
    ("language", "text"), [("en", "and tomorrow?"), ("de", "und morgen?"), ("de", "und wie ist es morgen")]
)
def test_another_day_is_one_of_the_same_weather(language, text):
    made = dialogue(language)
    made.acted(rules(language).understand(WEATHER[language]), "voice", 100.0)
    understood = made.mean(text, "voice", 101.0).understood
    assert (understood.intent, understood.slots) == ("VoicedWeather", {"offset": 1})


def test_a_length_changes_nothing_that_has_none():
    made = dialogue()
    made.acted(rules().understand("what time is it"), "voice", 100.0)
    assert made.mean("make it ten minutes", "voice", 101.0).understood.intent == "VoicedFollowUp"


SAID = "Do you mean the kitchen lamp or the bedroom?"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("do you mean the kitchen lamp or the bedroom", True),
        ("kitchen lamp or the bedroom", True),
        ("mean the kitchen lap or the bedroom", True),
        ("bedroom", False),
        ("the bedroom", False),
        ("the kitchen lamp", False),
        ("stop", False),
        ("never mind", False),
        ("what time is it", False),
        ("how far is the moon", False),
        ("", False),
    ],
)
def test_what_voiced_says_itself_is_no_answer(text, own):
    assert asked(Asks(choices=CHOICES)).is_own(text, SAID, "voice", 105.0) == own


def test_the_words_of_stopping_are_the_user_s_though_voiced_said_them():
    assert not dialogue().is_own("never mind", "Say stop or never mind.", "voice", 1.0)
    assert not dialogue().is_own("stop", "You can say stop.", "voice", 1.0)


def test_a_file_of_words_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "dialogue.yaml").write_text("dialogue: {leads: 3}")
    with pytest.raises(Exception, match=r"dialogue\.yaml"):
        load_words(tmp_path, "en", "dialogue", DialogueWords)
    assert load_words(tmp_path / "none", "en", "dialogue", DialogueWords) == DialogueWords()


def test_a_question_is_waited_for_longer_than_the_microphone_is_open():
    config = Config().dialogue
    assert config == DialogueConfig()
    assert config.answer_s > config.follow_up_s


def test_of_too_many_talks_the_oldest_are_forgotten():
    made = Dialogue(lambda text: Understanding(text) if text in {"VoicedYes", "light"} else None)
    for talk in range(TALKS + 1):
        made.ask(Asks(yes=Understanding("unlock")), f"text {talk}")
        made.acted(Understanding("light"), f"text {talk}", 0.0)
    assert made.mean("VoicedYes", f"text {TALKS}", 0.0).understood == Understanding("unlock", confirmed=True)
    assert made.mean("VoicedYes", "text 0", 0.0).understood == Understanding("VoicedYes")

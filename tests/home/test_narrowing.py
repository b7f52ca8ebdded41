"""Narrowed templates understand what hassil understands with all of them, and nothing else."""

import random
from dataclasses import replace

import pytest
from hassil import RecognizeResult, recognize_best
from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk
from hassil.intents import Intents, RangeSlotList, TextSlotList
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.home.households import INTENTS, household, read
from voiced.core.intents import blocks, load_intents, scope
from voiced.turn.home_sentences import EMPTY, LISTS, Places, _lists, _theirs
from voiced.turn.narrowing import LONGEST_WORD, Index, Narrowed

NAMES = {(name, each.domain) for each in household() for name in (each.name, *each.aliases)}
GERMAN = {(name, each.domain) for each in household("home_de") for name in (each.name, *each.aliases)}
EXTRA = {
    ("Wi-Fi Lamp", "light"),
    ("Straße", "light"),
    ("50% Light", "light"),
    ("Mum's Lamp", "light"),
    ("Hut 7", "switch"),
}


def _filled(intents: Intents, names: set[tuple[str, str]], areas: list[str], floors: list[str]) -> Narrowed:
    return Narrowed(
        Index(replace(intents, skip_words=[]), (*LISTS, *EMPTY)), _lists(names | EXTRA, Places(areas, floors))
    )


ALL = {
    "ours": _filled(load_intents(INTENTS / "en" / "home", "en"), NAMES, ["Kitchen", "Living Room"], ["Upstairs"]),
    "en": _filled(_theirs("en")[0], NAMES, ["Kitchen", "Living Room"], ["Upstairs"]),
    "de": _filled(_theirs("de")[0], GERMAN, ["Küche", "Wohnzimmer"], ["Obergeschoss"]),
    "timers": Narrowed(Index(replace(load_intents(INTENTS, "en"), skip_words=[]))),
}


def _meaning(result: RecognizeResult | None) -> object:
    return result and (
        result.intent.name,
        [(each.name, each.value, each.text) for each in result.entities_list],
        result.intent_sentence and result.intent_sentence.text,
        result.context,
        result.response,
    )


def _compare(narrowed: Narrowed, text: str) -> RecognizeResult | None:
    intents = narrowed.intents
    plain = recognize_best(text, intents, language=intents.language, best_slot_name="name")
    found = narrowed.recognize(text, "name")
    assert _meaning(found) == _meaning(plain), text
    return found


class _Speaker:
    """Says a random sentence of a template."""

    def __init__(self, intents: Intents, seed: random.Random) -> None:
        self._intents, self._random = intents, seed
        _, data = seed.choice([block for block in blocks(intents) if block[1].sentences])
        self._lists, self._rules = scope(intents, data)
        self.text = self._say(seed.choice(data.sentences).expression)

    def _say(self, expression: Expression) -> str:
        match expression:
            case TextChunk(text=text):
                return text
            case Permutation(items=items):
                return " ".join(map(self._say, self._random.sample(items, len(items))))
            case Alternative(items=items):
                return self._say(self._random.choice(items))
            case Group(items=items):
                return "".join(map(self._say, items))
            case RuleReference(rule_name=name):
                return self._say(self._rules[name])
            case ListReference(list_name=name):
                return self._value(self._lists.get(name))
            case _:
                raise TypeError(expression)

    def _value(self, values: object) -> str:
        match values:
            case TextSlotList(values=items) if items:
                return self._say(self._random.choice(items).text_in)
            case RangeSlotList(start=start, stop=stop, step=step):
                return str(self._random.randrange(start, stop + 1, step))
            case _:
                return "some where"


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=150)
@given(seed=st.integers(0, 2**32))
def test_says_what_templates_say(name: str, seed: int) -> None:
    _compare(ALL[name], _Speaker(ALL[name].intents, random.Random(seed)).text)


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=100)
@given(seed=st.integers(0, 2**32))
def test_says_what_is_nearly_a_template(name: str, seed: int) -> None:
    chance = random.Random(seed)
    words = _Speaker(ALL[name].intents, chance).text.split()
    for _ in range(chance.randint(1, 2)):
        place = chance.randrange(len(words) + 1)
        match chance.randrange(4):
            case 0:
                words[place : place + 1] = []
            case 1:
                words.insert(place, chance.choice(["the", "please", "on", "licht", "Wi-Fi", "wi", "50%", "mum's", "7"]))
            case 2:
                words[place : place + 2] = ["".join(words[place : place + 2])]
            case _:
                chance.shuffle(words)
    _compare(ALL[name], " ".join(words))


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=50)
@given(text=st.text(max_size=40))
@example("turn on the wi fi lamp")
@example("turn on the Wi-Fi_lamp")
@example("TURN ON THE STRASSE")
@example("turn on mum’s lamp!")
@example("set the 50% light to 30%")
@example("kitchen light 50percent")
@example("stelle das küchenlicht auf fünfzig prozent")
@example("set a timer for twenty-five minutes")
def test_free_text(name: str, text: str) -> None:
    _compare(ALL[name], text)


@pytest.mark.parametrize(("name", "file"), [("ours", "en"), ("en", "en"), ("de", "de")])
def test_what_people_say(name: str, file: str) -> None:
    found = [_compare(ALL[name], text) for text in read(file)]
    assert any(found)


def test_sampled_sentences_are_mostly_understood() -> None:
    # Else the comparison above would compare nothing with nothing.
    for narrowed in ALL.values():
        said = [_Speaker(narrowed.intents, random.Random(seed)).text for seed in range(60)]
        assert sum(narrowed.recognize(text) is not None for text in said) > 15, narrowed.intents.language


class _Counted(dict[str, int]):
    """Counts how often it is asked."""

    asked = 0

    def get(self, key: str, default: int = 0) -> int:
        self.asked += 1
        return super().get(key, default)


@given(st.sampled_from(sorted(ALL)), st.integers(1, 5_000), st.sampled_from(["a", "light", "kitchenlight", "zx"]))
def test_however_long_a_word_is_it_is_looked_at_in_as_many_ways_only(name, length, letters):
    narrowed = Narrowed(ALL[name]._index)
    narrowed._words = counted = _Counted(narrowed._words)
    narrowed._sayers((letters * length)[:length])
    assert counted.asked <= LONGEST_WORD * (LONGEST_WORD + 1) // 2
    assert length <= LONGEST_WORD or counted.asked == 1


def test_a_name_is_understood_however_long_it_is():
    long = "Lamp" * 30
    narrowed = _filled(_theirs("en")[0], NAMES | {(long, "light")}, ["Kitchen"], [])
    assert _compare(narrowed, f"turn on the {long.lower()}")

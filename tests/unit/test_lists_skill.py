"""What is said to lists, and what they answer: through the templates, like a turn."""

import asyncio
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.lists import FakeLists
from tests.home.households import INTENTS
from tests.sentences import rules
from voiced.core.chat import ToolCall
from voiced.core.errors import SkillFailed, StoreBusy
from voiced.core.ports.skill import Reply
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding
from voiced.core.words import load_words
from voiced.skills.lists import ListsSkill, things
from voiced.skills.skillwords import SkillWords

RULES = rules()
WORDS = load_words(INTENTS, "en", "skills", SkillWords)


class Person:
    """Somebody with lists."""

    def __init__(self, **lists: list[str]) -> None:
        self.lists = FakeLists(**lists)
        self.skill = ListsSkill(self.lists, words=WORDS)

    def asks(self, text: str) -> Reply:
        understood = RULES.understand(text)
        assert understood
        return self.does(understood)

    def does(self, understood: Understanding) -> Reply:
        assert understood.intent in self.skill.intents, understood
        return asyncio.run(self.skill.answer(understood))

    def has(self, name: str) -> list[str]:
        return [entry.text for entry in asyncio.run(self.lists.entries(name))]


@pytest.mark.parametrize(
    ("said", "name", "there"),
    [
        ("Add milk, eggs and bread to the shopping list.", "shopping", ["milk", "eggs", "bread"]),
        ("add milk eggs and bread to my grocery list", "shopping", ["milk eggs", "bread"]),
        ("put some butter, and a lemon on the list please", "shopping", ["butter", "lemon"]),
        ("add mac and cheese and tea to the groceries", "shopping", ["mac and cheese", "tea"]),
        ("add Anna's cake to the shopping list", "shopping", ["Anna's cake"]),
        ("add call mum to my to do list", "to-do", ["call mum"]),
        ("add tickets to Paris to the to-do list", "to-do", ["tickets to Paris"]),
        ("add a tent to the camping list", "camping", ["tent"]),
        ("we need oat milk from the shopping list", "shopping", ["oat milk"]),
        ("add M&Ms to the shopping list", "shopping", ["M&Ms"]),
        ("add R&B, mac and cheese and Mike & Ike to the list", "shopping", ["R&B", "mac and cheese", "Mike & Ike"]),
    ],
)
def test_what_is_added_is_on_its_list(said: str, name: str, there: list[str]):
    person = Person()
    reply = person.asks(said)
    assert person.has(name) == there
    assert reply.text.startswith("I put ")
    assert reply.text.endswith(f"on your {name} list.")


@pytest.mark.parametrize(
    ("said", "answer", "left"),
    [
        ("what's on the shopping list", "On your shopping list: milk, brown eggs and tea.", 3),
        ("what do we need to buy?", "On your shopping list: milk, brown eggs and tea.", 3),
        ("read me my camping list", "There is nothing on your camping list.", 3),
        ("is milk on the shopping list", "Yes, milk is on your shopping list.", 3),
        ("are milk and rice on my list", "Yes, milk is on your shopping list. Rice is not on your shopping list.", 3),
        ("remove milk and tea from the shopping list", "I took milk and tea off your shopping list.", 1),
        ("take the Brown Egg off the list", "I took brown eggs off your shopping list.", 2),
        ("cross off rice from the list", "Rice is not on your shopping list.", 3),
        ("add Milk to the list", "Milk is on your shopping list already.", 3),
        ("what lists are there", "There is your shopping list with 3 entries and your to-do list with 1 entry.", 3),
        ("what do I have to do", "On your to-do list: call your mum.", 3),
    ],
)
def test_what_is_asked_is_answered(said: str, answer: str, left: int):
    person = Person(shopping=["milk", "brown eggs", "tea"], to_do=["call my mum"])
    assert person.asks(said).text == answer
    assert len(person.has("shopping")) == left


def test_a_list_is_cleared_only_after_a_yes():
    person = Person(shopping=["milk", "eggs"], to_do=["call mum"])
    reply = person.asks("clear the shopping list")
    assert reply.text == "There are 2 entries on your shopping list. Remove all of it?"
    assert person.has("shopping") == ["milk", "eggs"]
    assert reply.asks
    assert reply.asks.yes
    assert not reply.asks.yes.confirmed, "the dialogue confirms, nobody else"
    confirmed = Understanding(reply.asks.yes.intent, reply.asks.yes.slots, confirmed=True)
    assert person.does(confirmed).text == "Your shopping list is empty now."
    assert person.has("shopping") == []
    assert person.has("to-do") == ["call mum"]


def test_a_model_means_the_list_by_all_of_its_names():
    call = ToolCall("add_to_list", {"items": "tea", "list": "groceries"})
    assert Person().skill.wish(call, "").understood.slots["list"] == "shopping"
    wish = Person().skill.wish(ToolCall("add_to_list", {"items": "tea", "list": "tasks"}), "")
    assert wish.understood.slots["list"] == "to-do"
    assert {"to-do", "task", "task list"} <= {*wish.named[-1].names}


def test_nobody_listens_to_a_long_list():
    person = Person(shopping=[f"thing {number}" for number in range(15)])
    assert person.asks("what's on my list").text.endswith("thing 9 and 5 more.")


def test_lists_that_cannot_be_reached_are_told_as_such():
    person = Person()
    person.lists.failing = StoreBusy("busy")
    with pytest.raises(SkillFailed, match="lists"):
        person.asks("add milk to the list")


WORD = st.text("bcdfghjklmpqtvwxz", min_size=1, max_size=8)


@given(st.lists(WORD, min_size=1, max_size=8, unique=True), st.sampled_from([", ", " and ", ", and ", "; "]))
def test_things_are_taken_apart_as_they_were_put_together(words: list[str], between: str):
    assert things(between.join(words)) == words


ONE_AND_SEVERAL = """
    shoe shoes, toe toes, berry berries, cookie cookies, pie pies, tie ties, potato potatoes, tomato tomatoes,
    box boxes, glass glasses, peach peaches, radish radishes, bus buses, knife knives, loaf loaves, leaf leaves,
    olive olives, glove gloves, egg eggs, kiwi kiwis, avocado avocados, cheese cheeses, grape grapes, quiche quiches,
    gas gases, mouse mice, tooth teeth, child children, chef chefs, horse horses, hose hoses, prize prizes,
    day days, key keys
"""


@pytest.mark.parametrize("pair", ONE_AND_SEVERAL.split(","))
def test_one_and_several_of_a_thing_are_the_same(pair: str):
    one, several = pair.split()
    assert ENGLISH.same_thing(f"a small {one}", f"small {several}")
    for said, there in ((one, several), (several, one)):
        person = Person(shopping=[there])
        assert person.asks(f"is {said} on the shopping list").text.startswith("Yes, ")


def test_things_of_different_names_stay_apart():
    ones = [pair.split()[0] for pair in ONE_AND_SEVERAL.split(",")]
    names = [*ones, "show", "bean", "beet", "pea", "pear", "peanut", "rice", "ice"]
    assert [pair for pair in combinations(names, 2) if ENGLISH.same_thing(*pair)] == []

"""What belongs to a question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from voiced.core.commonwords import content_words
from voiced.core.memories import Memory, Recalled
from voiced.recall.relevance import MOST, chosen, excerpt


def hit(text: str, similarity: float | None = None, title: str = "") -> Recalled:
    memory = Memory(id=text[:50], kind="note", text=text, at=0.0, title=title)
    return Recalled(memory, 1.0, ["words"], similarity)


def texts(question: str, *found: Recalled, characters: int = 1000) -> list[str]:
    return [each.memory.text for each in chosen(found, question, 0.5, characters)]


def test_what_has_nothing_to_do_with_a_question_is_left_out():
    assert texts("what is the wifi password", hit("the wifi password is tulip"), hit("what is the time")) == [
        "the wifi password is tulip"
    ]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("when do I water the plants", "plants need watering on Monday"),
        ("wann hat meine Mutter Geburtstag", "Mutters Geburtstag ist im Mai"),
        ("what is the door code", "door code: 5"),
    ],
)
def test_half_of_the_words_are_enough_in_any_form(question: str, text: str):
    assert texts(question, hit(text))


def test_what_means_the_same_needs_no_word_in_common():
    assert texts("who looks after the dog", hit("Ann walks Bello", 0.6), hit("Bob reads", 0.4)) == ["Ann walks Bello"]


def test_a_question_tells_nothing_about_itself():
    question = "what did I say about the wifi"
    assert texts(question, hit("What did I say about the wifi?", 1.0), hit("do you know the wifi", 0.9)) == []


def test_a_question_that_was_asked_tells_nothing_about_another():
    asked = hit("Has the bike in the shed a new bell?", 0.9)
    said = replace(asked, memory=replace(asked.memory, kind="message", role="user"))
    assert texts("where is the bike", said) == []
    assert texts("where is the bike", asked), "a note or a document may well put it so"


def test_the_same_is_quoted_once():
    told = "At 7:05 you said: my bike is in the shed."
    again = ["my bike is in the shed", "remember that my bike is in the shed", "I will remember: your bike: shed", told]
    assert len(texts("where is my bike", hit("My bike is in the shed."), *map(hit, again))) == 1
    assert len(texts("where is my bike", hit("My bike is in the shed."), hit("my bike has a new bell"))) == 2
    assert texts("where is my bike", hit("bike"), hit("!"), hit("My bike is here")) == ["My bike is here"]


def test_a_title_tells_what_a_text_is_about():
    assert texts("how do I clean the oven", hit("Heat it to 500 degrees.", title="Cleaning / Oven"))


def test_no_more_is_quoted_than_there_is_room_for():
    long = [hit(f"bike {number} " + "and more about it " * 50) for number in range(9)]
    found = texts("bike", *long, characters=300)
    assert 1 < len(found) <= MOST
    assert sum(map(len, found)) <= 300


@given(text=st.text(), words=st.frozensets(st.text(max_size=5)), length=st.integers(1, 50))
def test_an_excerpt_is_on_one_line_and_short(text: str, words: frozenset[str], length: int):
    found = excerpt(text, words, length)
    assert len(found) <= length
    assert "\n" not in found


def test_an_excerpt_is_where_the_words_are():
    text = "The pump is red. " * 20 + "The filter is changed in May. " + "The hose is green. " * 20
    found = excerpt(text, content_words("when is the filter changed"), 60)
    assert found.startswith("…The filter is changed in May.")
    assert found.endswith("…")

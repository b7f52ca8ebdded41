"""What is a question, with and without its mark."""

import pytest

from voiced.core.questions import asks


@pytest.mark.parametrize(
    "text",
    [
        "where is my bike",
        "My bike, where is it?",
        "And to whom did we lend the ladder",
        "did Leo call today",
        "can you see it",
        "wo ist mein Rad",
        "Und mit wem spielt Leo?",
        "hat jemand angerufen",
        "am I late",
        "bin ich zu spät",
        "war das gestern",
        "habe ich den Schlüssel mit",
        "müssen wir noch einkaufen",
        "Shall I note it?",
    ],
)
def test_it_is_a_question(text: str):
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "My bike is in the shed",
        "When I was ten I lived in Leeds.",
        "Can openers are in the drawer",
        "Will Smith lives next door",
        "remember where the key is: under the mat",
        "Islands are nice",
        "Wohnung 3 gehört Frau Weber",
        "Am Montag kommt Oma",
        "am Samstag ist Flohmarkt",
        "Bin day is Tuesday",
        "War and Peace is on the shelf",
        "In the cellar is the wine",
    ],
)
def test_it_tells_something(text: str):
    assert not asks(text)

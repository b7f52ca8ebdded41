"""What is one thing on a German list, and what is another."""

import asyncio
from itertools import combinations

import pytest

from tests.unit.test_german import SPEECH, House

ONE_AND_SEVERAL = """
    Ei Eier, Keks Kekse, Apfel Äpfel, Nuss Nüsse, Glas Gläser, Tomate Tomaten, Zwiebel Zwiebeln, Avocado Avocados,
    Brot Brote, Pizza Pizzen, Kürbis Kürbisse, Kühlschrank Kühlschränke, Tee Tees, Leber Lebern, Frau Frauen
"""


@pytest.mark.parametrize("pair", ONE_AND_SEVERAL.split(","))
def test_one_and_several_of_a_thing_are_the_same(pair: str):
    one, several = pair.split()
    assert SPEECH.same_thing(f"eine Packung {one}", f"Packung {several.upper()}")
    for said, there in ((one, several), (several, one)):
        assert House(shopping=[there]).asked(f"steht {said} auf der Einkaufsliste").startswith("Ja, ")


def test_things_of_different_names_stay_apart():
    ones = [pair.split()[0] for pair in ONE_AND_SEVERAL.split(",")]
    names = [*ones, "Eis", "Reis", "Leben", "Teer", "Butter", "Kuchen", "Kuh", "Zucker", "Zeh", "Käse", "Öl", "Sahne"]
    assert [pair for pair in combinations(names, 2) if SPEECH.same_thing(*pair)] == []


@pytest.mark.parametrize(
    ("there", "said", "left"),
    [
        (["Eis", "Eier"], "Eis", ["Eier"]),
        (["Eier"], "Eis", ["Eier"]),
        (["Ei", "Eier"], "Eier", ["Ei"]),
        (["Apfel", "Äpfel"], "äpfel", ["Apfel"]),
        (["Äpfel", "Milch"], "Apfel", ["Milch"]),
        (["Leber", "Teer"], "Leben und Tee", ["Leber", "Teer"]),
    ],
)
def test_what_has_the_very_same_words_is_taken_off_a_list_and_nothing_else(there, said, left):
    house = House(shopping=there)
    house.asked(f"streich {said} von der Einkaufsliste")
    assert [entry.text for entry in asyncio.run(house.lists.entries("shopping"))] == left

"""What a home answers in German, from the sentence to the state that was seen."""

import asyncio

import pytest
from msgspec.structs import replace

from tests.fakes.home import FakeHome
from tests.home.households import INTENTS, household
from tests.home.saying import Household
from voiced.core.answers import load_speech
from voiced.core.home import Action, Receipt
from voiced.skills.home import HomeSkill


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("mach das Küchenlicht an", "Küchenlicht ist an."),
        ("schalte die Stehlampe auf 40 Prozent", "Stehlampe ist auf 40 Prozent."),
        ("mach die Stehlampe rot", "Stehlampe ist rot."),
        ("schalte das Licht in der Küche ein", "Küchenlicht und Thekenlicht sind an."),
        ("mach alle Lichter aus", "5 Lichter waren schon aus."),
        ("fahr den Rollladen hoch", "Rollladen ist offen."),
        ("stell die Heizung auf 22 Grad", "Heizung ist auf 22 Grad gestellt."),
        ("ist das Küchenlicht an", "Nein, Küchenlicht ist aus."),
        ("ist die Haustür abgeschlossen", "Ja, Haustür ist abgeschlossen."),
        ("sind Lichter an", "Nein, nichts davon ist an."),
        ("wie viele Lichter sind an", "Nichts davon ist an."),
        ("welche Lichter sind an", "Nichts davon ist an."),
        ("wie warm ist es im Wohnzimmer", "Wohnzimmer: 20,5 Grad. Heizung ist auf 21 Grad gestellt."),
        ("schließ die Haustür auf", "Soll ich Haustür aufschließen?"),
        ("öffne das Garagentor", "Soll ich Garagentor öffnen?"),
    ],
)
def test_what_was_observed_is_said(said: str, told: str) -> None:
    reply = Household(household("home_de"), "de").say(said).reply
    assert reply
    assert reply.text == told


def test_a_yes_is_done_and_told_in_german() -> None:
    home = Household(household("home_de"), "de")
    asked = home.say("schließ die Haustür auf").reply
    assert asked
    assert asked.asks
    assert asked.asks.yes
    assert asyncio.run(home.skill.answer(replace(asked.asks.yes, confirmed=True))).text == "Haustür ist aufgeschlossen."


def test_what_is_on_its_way_is_told_so_in_german() -> None:
    entity = next(each for each in household("home_de") if each.domain == "cover")
    receipt = Receipt(Action(entity.id, "open_cover"), "moving", replace(entity, state="opening"))
    told = HomeSkill(FakeHome(entity), load_speech(INTENTS, "de"))._told([receipt], [entity])
    assert told == f"{entity.name} ist am Öffnen."

"""What a home answers in German, from the sentence to the state that was seen."""

import asyncio
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from tests.fakes.home import FakeHome
from tests.home.households import INTENTS, household
from tests.home.saying import Household
from voiced.core.answers import load_speech
from voiced.core.errors import HomeFailed
from voiced.core.home import Action, Entity, Receipt, failed
from voiced.home.bounds import out_of_bounds
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


class Refusing(FakeHome):
    """A home that refuses, for a reason."""

    def __init__(self, reason: HomeFailed) -> None:
        super().__init__(*household("home_de"))
        self._reason = reason

    async def act(self, actions: Sequence[Action]) -> Sequence[Receipt]:
        return [failed(each, self.entity(each.entity), self._reason) for each in actions]


HEATING = Entity("climate.heizung", "Heizung", attributes={"min_temp": 7, "max_temp": 25.5})


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (
            out_of_bounds(Action(HEATING.id, "set_temperature", {"temperature": 40}), HEATING),
            "Heizung: abgelehnt: Temperatur geht von 7 bis 25,5.",
        ),
        (
            HomeFailed("{thing} needs a {value}", thing="Heizung", value="code"),
            "Heizung: abgelehnt: Heizung braucht: Code.",
        ),
        (HomeFailed("zu {heiß}"), "Heizung: abgelehnt: zu {heiß}."),
    ],
)
def test_why_something_was_refused_is_told_in_german(reason: HomeFailed, told: str) -> None:
    understood = Household(household("home_de"), "de").say("stell die Heizung auf 22 Grad").understood
    assert understood
    reply = asyncio.run(HomeSkill(Refusing(reason), load_speech(INTENTS, "de")).answer(understood))
    assert reply.text == told
    assert reply.notes["receipts"][0]["problem"] == reason.message


def test_what_is_on_its_way_is_told_so_in_german() -> None:
    entity = next(each for each in household("home_de") if each.domain == "cover")
    receipt = Receipt(Action(entity.id, "open_cover"), "moving", replace(entity, state="opening"))
    told = HomeSkill(FakeHome(entity), load_speech(INTENTS, "de"))._told([receipt], [entity])
    assert told == f"{entity.name} ist am Öffnen."

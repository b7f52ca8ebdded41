"""Several homes as one, what is risky, and how long to wait before another attempt."""

import asyncio

import pytest

from tests.fakes.home import FakeHome
from voiced.core.config_home import HomeConfig
from voiced.core.home import Action, Entity
from voiced.home.homes import Homes
from voiced.home.pauses import Pauses
from voiced.home.risk import is_risky


def test_each_thing_is_asked_of_its_own_home_and_receipts_keep_their_order():
    first = FakeHome(Entity("light.a", "a", state="off"), Entity("light.b", "mine", state="off"))
    second = FakeHome(Entity("light.b", "theirs", state="off"), Entity("light.c", "c", state="off"))
    homes = Homes([first, second])
    assert {entity.id: entity.name for entity in homes.entities()} == {
        "light.a": "a",
        "light.b": "mine",
        "light.c": "c",
    }
    second.behaves["light.c"] = "refuses"
    ids = ["light.c", "light.none", "light.b", "light.a"]
    receipts = asyncio.run(homes.act([Action(id_, "turn_on") for id_ in ids]))
    assert [each.action.entity for each in receipts] == ids
    assert [each.outcome for each in receipts] == ["refused", "refused", "done", "done"]
    assert [each.entity for each in second.asked] == ["light.c"]


def test_a_home_without_anything():
    assert list(Homes([]).entities()) == []
    assert [each.outcome for each in asyncio.run(Homes([]).act([Action("light.a", "turn_on")]))] == ["refused"]


@pytest.mark.parametrize(
    ("id_", "kind", "names", "risky"),
    [
        ("lock.front", "", (), True),
        ("cover.drive", "garage", (), True),
        ("cover.garage_left", "", (), True),
        ("cover.blind", "blind", (), False),
        ("alarm_control_panel.house", "", (), True),
        ("switch.oven", "", (), True),
        ("valve.water", "", (), True),
        ("siren.roof", "", (), True),
        ("script.unlock_all", "", (), True),
        ("light.kitchen", "", (), False),
        ("switch.clock", "", (), False),
        ("light.lock", "lock", (), False),
        ("switch.relay_3", "", ("Garage door",), True),
        ("switch.relay_3", "", ("Relay 3", "Front Door"), True),
        ("switch.plug", "", ("Oven",), True),
        ("switch.plug", "", ("Haustür",), True),
        ("switch.plug", "", ("Haustu\N{COMBINING DIAERESIS}r",), True),
        ("switch.haustuer", "", (), True),
        ("switch.plug", "", ("HERD",), True),
        ("switch.plug", "", ("Der Gasherd in der Küche",), True),
        ("switch.plug", "", ("Backofen",), True),
        ("switch.plug", "", ("Garagentor",), True),
        ("button.x", "", ("Tor",), True),
        ("cover.x", "", ("Hoftor",), True),
        ("script.x", "", ("Unlock everything",), True),
        ("switch.plug", "", ("Ventilator",), False),
        ("switch.plug", "", ("Rotor", "Doorbell chime", "Coffee maker", "Shepherd's lamp"), False),
        ("light.x", "", ("Garage door light", "Licht Haustür", "Oven"), False),
        ("binary_sensor.x", "door", ("Front door",), False),
    ],
)
def test_what_is_risky_by_default(id_, kind, names, risky):
    assert is_risky(id_, kind, names, HomeConfig().risky) == risky


def test_what_is_risky_is_a_matter_of_the_configuration():
    assert is_risky("switch.heat_1", "", (), ["switch.heat_*"])
    assert is_risky("switch.x", "", ("Heat pump",), ["switch.heat*"])
    assert is_risky("switch.x", "", ("my PUMP",), ["Pump"])
    assert not is_risky("switch.x", "", ("Pumpkin",), ["pump"])
    assert not is_risky("lock.front", "", ("Door",), [])


def test_pauses_grow_to_a_minute_and_no_more_than_half_of_them_is_chance():
    longest, shortest = Pauses(lambda: 0.0), Pauses(lambda: 1.0)
    assert [longest.next() for _ in range(4)] == [1, 1.5, 2.25, 3.375]
    assert [shortest.next() for _ in range(4)] == [0.5, 0.75, 1.125, 1.6875]
    assert [max(pauses.next() for _ in range(10)) for pauses in (longest, shortest)] == [60, 30]
    longest.reset()
    assert longest.next() == 1

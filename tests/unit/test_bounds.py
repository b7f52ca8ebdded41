"""Values that no thing takes: refused before anything is sent."""

import asyncio

import pytest

from tests.fakes.clock import JumpingClock
from voiced.core.home import Action, Entity
from voiced.home.bounds import out_of_bounds
from voiced.home.observed import Observed, act

LAMP = Entity("light.x", "Lamp", state="off", attributes={"min_color_temp_kelvin": 2200, "max_color_temp_kelvin": None})
HEATING = Entity("climate.x", "Heating", attributes={"min_temp": 7, "max_temp": 35})
FAN, COVER, PLAYER = Entity("fan.x", "Fan"), Entity("cover.x", "Blind"), Entity("media_player.x", "Radio")
NUMBER, WORD = Entity("number.x", "Number", attributes={"min": 1, "max": 5}), Entity("text.x", "Word")


@pytest.mark.parametrize(
    ("entity", "name", "value", "wrong"),
    [
        (LAMP, "brightness_pct", 400, "brightness is from 0 to 100"),
        (LAMP, "brightness_pct", -1, "brightness is from 0 to 100"),
        (LAMP, "brightness_pct", 100, ""),
        (LAMP, "brightness_pct", "bright", "brightness is a number"),
        (LAMP, "brightness_pct", True, "brightness is a number"),
        (LAMP, "brightness_pct", float("nan"), "brightness is from 0 to 100"),
        (LAMP, "brightness", 10**400, "brightness is from 0 to 255"),
        (LAMP, "color_temp_kelvin", 2000, "color temp kelvin is from 2200 to 20000"),
        (LAMP, "color_temp_kelvin", 2700, ""),
        (LAMP, "color_name", "red", ""),
        (LAMP, "transition", 10**400, "transition is from -1e+09 to 1e+09"),
        (HEATING, "temperature", 36, "temperature is from 7 to 35"),
        (HEATING, "temperature", 21.5, ""),
        (FAN, "percentage", 101, "percentage is from 0 to 100"),
        (COVER, "position", -5, "position is from 0 to 100"),
        (PLAYER, "volume_level", 1.5, "volume level is from 0 to 1"),
        (PLAYER, "is_volume_muted", True, ""),
        (NUMBER, "value", 6, "value is from 1 to 5"),
        (NUMBER, "value", "six", "value is a number"),
        (WORD, "value", "six", ""),
    ],
)
def test_bounds(entity, name, value, wrong):
    error = out_of_bounds(Action(entity.id, "x", {name: value}), entity)
    assert (error.message if error else "") == wrong


def test_only_what_is_out_of_bounds_is_refused_and_not_sent():
    sent, observed = [], Observed()
    for entity in (LAMP, FAN):
        observed.put(entity)

    async def send(action):
        sent.append(action)
        observed.put(Entity("fan.x", "Fan", state="on", attributes={"percentage": 40}))

    wanted = [
        Action("light.x", "turn_on", {"brightness_pct": 400}),
        Action("fan.x", "set_percentage", {"percentage": 40}),
    ]
    receipts = asyncio.run(act(wanted, observed, send, JumpingClock(), 3.0))
    assert [(each.outcome, each.problem) for each in receipts] == [
        ("refused", "brightness is from 0 to 100"),
        ("done", ""),
    ]
    assert sent == wanted[1:]

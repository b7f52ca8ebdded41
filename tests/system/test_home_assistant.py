"""Against the real Home Assistant, with its demo devices."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from tests.rigs.awaiting import until
from tests.rigs.real_home_assistant import running
from voiced.core.config_home import HomeAssistantConfig, HomeConfig
from voiced.core.home import Action
from voiced.core.ports.clock import SystemClock
from voiced.core.zone import LocalZone
from voiced.home.assist import HomeAssist
from voiced.home.assistant import HomeAssistant

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    with running(tmp_path_factory.mktemp("home_assistant")) as found:
        until_demo = ["light.kitchen_lights", "lock.front_door", "input_boolean.hall"]
        found.ask("homeassistant/expose_entity", assistants=["conversation"], entity_ids=until_demo, should_expose=True)
        found.ask("config/entity_registry/update", entity_id="light.kitchen_lights", area_id="kitchen", aliases=["sun"])
        yield found


@asynccontextmanager
async def connected(real, folder):
    (folder / "token").write_text(real.token)
    config = HomeConfig(assistant=HomeAssistantConfig(url=real.url, token_file=str(folder / "token")))
    clock = SystemClock(LocalZone())
    home = HomeAssistant(config, clock)
    task = asyncio.create_task(home.run())
    try:
        await until(lambda: "light.kitchen_lights" in {each.id for each in home.entities()}, "states are told")
        yield home, HomeAssist(home, "en", clock, config.deadline_s)
    finally:
        task.cancel()
        await asyncio.wait({task})


def known(home):
    return {entity.id: entity for entity in home.entities()}


def test_what_is_exposed_is_known_by_its_names(real, tmp_path):
    async def run():
        async with connected(real, tmp_path) as (home, _):
            light, door = known(home)["light.kitchen_lights"], known(home)["lock.front_door"]
            assert (light.name, light.area, light.aliases) == ("Kitchen Lights", "Kitchen", ("sun",))
            assert (door.state, door.risky) == ("locked", True)
            assert known(home)["cover.garage_door"].risky
            assert not known(home)["cover.hall_window"].risky
            assert "lock.kitchen_door" not in known(home)
            await asyncio.to_thread(
                real.ask, "config/entity_registry/update", entity_id="light.kitchen_lights", aliases=["moon"]
            )
            await until(lambda: known(home)["light.kitchen_lights"].aliases == ("moon",), "changes are followed")

    asyncio.run(run())


@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        (Action("light.kitchen_lights", "turn_off"), "done"),
        (Action("light.kitchen_lights", "turn_off"), "unchanged"),
        (Action("light.kitchen_lights", "turn_on", {"brightness_pct": 37}), "done"),
        (Action("light.kitchen_lights", "turn_on", {"color_name": "blue"}), "done"),
        (Action("light.kitchen_lights", "turn_on", {"color_temp_kelvin": 2700}), "done"),
        (Action("light.kitchen_lights", "turn_on", {"brightness_pct": 300}), "refused"),
        (Action("light.kitchen_lights", "explode"), "refused"),
        (Action("input_boolean.hall", "turn_on"), "done"),
        (Action("lock.front_door", "unlock"), "done"),
        (Action("fan.living_room_fan", "set_percentage", {"percentage": 66}), "done"),
        (Action("climate.hvac", "set_temperature", {"temperature": 22}), "done"),
        (Action("media_player.walkman", "volume_set", {"volume_level": 0.3}), "done"),
        # It takes longer to move than anybody waits.
        (Action("cover.living_room_window", "close_cover"), "moving"),
    ],
)
def test_receipts(real, tmp_path, action, outcome):
    async def run():
        async with connected(real, tmp_path) as (home, _):
            [receipt] = await home.act([action])
            assert receipt.outcome == outcome, receipt

    asyncio.run(run())


def test_assist(real, tmp_path):
    async def run():
        async with connected(real, tmp_path) as (home, assist):
            await home.act([Action("light.kitchen_lights", "turn_on"), Action("lock.front_door", "lock")])
            assert await assist.ask("turn off the kitchen lights") == "Turned off the light"
            assert known(home)["light.kitchen_lights"].state == "off"
            assert await assist.ask("do a barrel roll") is None
            assert await assist.ask("turn on the flux capacitor") is None
            for sentence in ("unlock the front door", "open the garage door"):
                assert await assist.ask(sentence) is None
            assert known(home)["lock.front_door"].state == "locked"
            assert await assist.ask("is the front door locked?") == "Yes"
            answer = await assist.ask("set the kitchen lights to 40 percent")
            assert answer == "Brightness set"
            assert known(home)["light.kitchen_lights"].attributes["brightness"] == 102

    asyncio.run(run())

"""What every home promises: "done" is what was seen. Real broker, scripted things; a scripted Home Assistant."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest

from tests.fakes.clock import JumpingClock
from tests.fakes.home import FakeHome
from tests.rigs.awaiting import until
from tests.rigs.home_assistant import TOKEN, ScriptedHomeAssistant, answering, plain
from tests.rigs.mosquitto import Mosquitto, described, things
from voiced.core.config_home import HomeAssistantConfig, HomeConfig, MqttConfig
from voiced.core.home import Action, Entity
from voiced.core.ports.home import Home
from voiced.home.assistant import HomeAssistant
from voiced.home.broker import MqttBroker
from voiced.home.devices import MqttDevices
from voiced.home.homes import Homes

KITCHEN = Entity("light.kitchen", "Kitchen light", "Kitchen", ("big light",), state="off", attributes={"brightness": 0})
LAMP = Entity("light.lamp", "Lamp", "Bedroom", state="on", attributes={"brightness": 255})
DOOR = Entity("lock.door", "Front door", "Hall", state="locked", risky=True)
GARAGE = Entity("cover.drive", "Drive", "Garage", kind="garage", state="closed", risky=True)
ON, OFF = Action("light.kitchen", "turn_on"), Action("light.kitchen", "turn_off")


class Rig(NamedTuple):
    """A home under test.

    Attributes:
        home: it.
        truth: what its things really do and are.
        clock: its deadlines pass on it.
        received: how many commands came to the broker, or to Home Assistant, whatever became of them.
        away: makes it unreachable.
    """

    home: Home
    truth: FakeHome
    clock: JumpingClock
    received: Callable[[], int]
    away: Callable[[], object]

    def states(self) -> dict[str, str]:
        return {entity.id: entity.state for entity in self.home.entities()}

    async def same(self) -> None:
        """Waits until the home knows what is true."""
        true = {entity.id: plain(entity) for entity in self.truth.entities()}
        await until(lambda: {each.id: plain(each) for each in self.home.entities()} == true, "the home knows")


@asynccontextmanager
async def fake(_, truth: FakeHome) -> AsyncGenerator[Rig]:
    def away() -> None:
        truth.behaves = dict.fromkeys((entity.id for entity in truth.entities()), "unreachable")

    yield Rig(truth, truth, JumpingClock(), lambda: len(truth.asked), away)


@asynccontextmanager
async def mqtt(folder, truth: FakeHome) -> AsyncGenerator[Rig]:
    clock = JumpingClock()
    devices = {entity.id.partition(".")[2]: described(entity) for entity in truth.entities()}
    with Mosquitto(folder) as server:
        async with things(server.port, truth) as rig:
            broker = MqttBroker(MqttConfig(host="127.0.0.1", port=server.port, client_id="tested"), clock)
            home = MqttDevices(HomeConfig(devices=devices), broker, clock)
            running = asyncio.create_task(broker.run())

            async def away() -> None:
                server.stop()
                await until(lambda: not broker.status.connected, "the broker is gone")

            yield Rig(home, truth, clock, lambda: rig.received, away)
            running.cancel()
            await asyncio.wait({running})


@asynccontextmanager
async def home_assistant(folder, truth: FakeHome) -> AsyncGenerator[Rig]:
    clock, rig = JumpingClock(), ScriptedHomeAssistant(truth)
    (folder / "token").write_text(TOKEN)
    async with answering(rig) as url:
        home = HomeAssistant(HomeConfig(assistant=HomeAssistantConfig(url=url, token_file=f"{folder}/token")), clock)
        running = asyncio.create_task(home.run())

        async def away() -> None:
            for connection in list(rig.connections):
                await connection.close()
            await until(lambda: not home.status.connected, "Home Assistant is gone")

        yield Rig(home, truth, clock, lambda: rig.received, away)
        running.cancel()
        await asyncio.wait({running})


@asynccontextmanager
async def several(folder, truth: FakeHome) -> AsyncGenerator[Rig]:
    async with home_assistant(folder, truth) as rig:
        yield rig._replace(home=Homes([FakeHome(), rig.home]))


@pytest.fixture(params=[fake, mqtt, home_assistant, several])
def using(request, tmp_path):
    """Runs a test in an event loop, with a home that knows what is true."""

    def run(test):
        async def whole():
            async with request.param(tmp_path, FakeHome(KITCHEN, LAMP, DOOR, GARAGE)) as rig:
                await rig.same()
                await test(rig)

        asyncio.run(whole())

    return run


async def acted(rig: Rig, *actions, behaviour="works"):
    """Does things; lets time pass only when all is told that will be told."""
    before = rig.received()
    acting = asyncio.create_task(rig.home.act(actions))
    await until(lambda: acting.done() or rig.received() >= before + len(actions), "the command arrives")
    if behaviour != "works":
        await rig.same()
        await rig.clock.advance(3.0)
    return await asyncio.wait_for(acting, 30)


def test_what_is_there(using):
    async def test(rig):
        known = {entity.id: plain(entity) for entity in rig.home.entities()}
        assert known == {entity.id: entity for entity in (KITCHEN, LAMP, DOOR, GARAGE)}

    using(test)


@pytest.mark.parametrize(
    ("behaviour", "outcome", "kitchen", "lamp"),
    [
        ("works", "done", "on", "on"),
        ("ignores", "unobserved", "off", "on"),
        ("drops", "unobserved", "off", "on"),
        ("late", "unobserved", "off", "on"),
        ("contradicts", "unobserved", "off", "on"),
        ("mistaken", "unobserved", "off", "on"),
    ],
)
def test_done_is_what_was_seen(using, behaviour, outcome, kitchen, lamp):
    async def test(rig):
        rig.truth.behaves["light.kitchen"] = behaviour
        [receipt] = await acted(rig, ON, behaviour=behaviour)
        assert receipt.outcome == outcome
        assert receipt.entity is not None
        assert receipt.entity.state == kitchen
        assert (rig.states()["light.kitchen"], rig.states()["light.lamp"]) == (kitchen, lamp)
        if behaviour == "late":
            rig.truth.later()
            await rig.same()
            assert rig.states()["light.kitchen"] == "on"

    using(test)


def test_what_was_so_before_is_unchanged(using):
    async def test(rig):
        assert [each.outcome for each in await acted(rig, OFF)] == ["unchanged"]

    using(test)


def test_values_are_done_when_they_are_seen(using):
    async def test(rig):
        [receipt] = await acted(rig, Action("light.kitchen", "turn_on", {"brightness_pct": 40}))
        assert receipt.outcome == "done"
        assert receipt.entity.attributes["brightness"] == pytest.approx(102, abs=1)

    using(test)


def test_several_at_once_have_a_receipt_each_in_their_order(using):
    async def test(rig):
        rig.truth.behaves["light.lamp"] = "ignores"
        actions = [Action("lock.door", "unlock"), Action("light.lamp", "turn_off"), ON]
        receipts = await acted(rig, *actions, behaviour="ignores")
        assert [each.action for each in receipts] == actions
        assert [each.outcome for each in receipts] == ["done", "unobserved", "done"]

    using(test)


def test_what_is_not_there_is_refused(using):
    async def test(rig):
        [receipt] = await rig.home.act([Action("light.none", "turn_on")])
        assert (receipt.outcome, receipt.entity) == ("refused", None)
        assert "light.none" in receipt.problem

    using(test)


def test_away_is_told_at_once_and_not_done_later(using):
    async def test(rig):
        if gone := rig.away():
            await gone
        [receipt] = await asyncio.wait_for(rig.home.act([ON]), 10)
        assert receipt.outcome == "unreachable"
        assert receipt.problem
        assert rig.truth.arrived == []

    using(test)

"""Home Assistant as it comes, goes, changes its mind, says no and talks nonsense; and its Assist."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from tests.fakes.clock import JumpingClock
from tests.fakes.home import FakeHome
from tests.rigs.awaiting import until
from tests.rigs.home_assistant import TOKEN, Refusal, ScriptedHomeAssistant, answering
from tests.rigs.mosquitto import free_port
from voiced.core.config_home import HomeAssistantConfig, HomeConfig
from voiced.core.errors import HomeFailed, HomeUnreachable
from voiced.core.home import Action, Entity
from voiced.home.assist import HomeAssist
from voiced.home.assistant import HomeAssistant

LIGHT = Entity("light.kitchen", "Kitchen light", "Kitchen", state="off")
DOOR = Entity("lock.door", "Front door", "Hall", state="locked")
TURN_ON = Action("light.kitchen", "turn_on")
SENTENCES = {
    "light please": ("HassTurnOn", {"name": "kitchen light"}, [TURN_ON]),
    "open up": ("HassTurnOff", {"name": "front door"}, [Action("lock.door", "unlock")]),
    "is it locked": ("HassGetState", {"name": "front door"}, [Action("lock.door", "lock")]),
    "open the secret door": ("HassTurnOn", {}, [Action("cover.secret", "open_cover")]),
    "is it my turn": ("HassGetState", {"name": "kitchen light"}, []),
    "party": ("Party", {}, [TURN_ON]),
    "party light": ("HassTurnOn", {"name": "kitchen light"}, [TURN_ON]),
    "good night": ("", {}, [TURN_ON]),
    "do something new": ("HassSomethingNew", {"name": "kitchen light"}, [TURN_ON]),
    "warm light": ("HassLightSet", {"name": "kitchen light", "temperature": [1]}, [TURN_ON]),
    "open everything": ("HassTurnOn", {}, []),
}
SOURCES = {"party": "custom", "party light": "custom", "good night": "trigger", "is it my turn": "custom"}


class HastyClock(JumpingClock):
    """Pauses end at once."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.02 if seconds < 3 else 0.2)


class World:
    """A scripted Home Assistant, and voiced's side of it."""

    def __init__(self, folder, *entities: Entity) -> None:
        self.truth = FakeHome(*(entities or (LIGHT, DOOR)))
        self.rig = ScriptedHomeAssistant(self.truth)
        self.rig.sentences, self.rig.sources = dict(SENTENCES), dict(SOURCES)
        self.port = free_port()
        self.token = folder / "token"
        self.token.write_text(TOKEN + "\n")
        url = f"http://127.0.0.1:{self.port}/"
        config = HomeConfig(assistant=HomeAssistantConfig(url=url, token_file=str(self.token)))
        clock = HastyClock()
        self.home = HomeAssistant(config, clock)
        self.assist = HomeAssist(self.home, "en", clock, 3.0)

    def states(self):
        return {entity.id: entity.state for entity in self.home.entities()}

    @asynccontextmanager
    async def running(self):
        task = asyncio.create_task(self.home.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})
            assert task.cancelled(), "only whoever started it ends it"

    @asynccontextmanager
    async def known(self):
        """All is connected, and known."""
        async with answering(self.rig, self.port), self.running():
            await until(lambda: "locked" in self.states().values(), "states are told")
            yield


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_it_comes_late_goes_and_comes_back(world):
    async def run():
        async with world.running():
            await until(lambda: "not reached:" in world.home.status.problem, "it says why it is not connected")
            with pytest.raises(HomeUnreachable):
                await world.assist.ask("light please")
            async with answering(world.rig, world.port):
                await until(lambda: world.states().get("light.kitchen") == "off", "states are told")
            await until(lambda: not world.home.status.connected, "it is gone")
            assert set(world.states().values()) == {"unavailable"}
            world.truth.set("light.kitchen", "on")
            async with answering(world.rig, world.port):
                await until(lambda: world.states().get("light.kitchen") == "on", "states are told again")
                assert world.home.status.connects == 2
                world.truth.set("light.kitchen", "off")
                await until(lambda: world.states().get("light.kitchen") == "off", "changes are told")

    asyncio.run(run())


def test_a_token_that_is_wrong_or_no_administrators_is_told_and_another_one_is_read(world):
    async def run():
        world.rig.administrator = False
        world.token.write_text("wrong")
        async with answering(world.rig, world.port), world.running():
            await until(lambda: "does not take the token" in world.home.status.problem, "it says why")
            assert "administrator" in world.home.status.hint
            world.token.write_text(TOKEN)
            await until(lambda: "Unauthorized" in world.home.status.problem, "it says why")
            assert "administrator" in world.home.status.hint
            assert world.states() == {}
            world.rig.administrator = True
            await until(lambda: world.home.status.connected, "it is let in")

    asyncio.run(run())


def test_only_what_is_exposed_and_not_hidden_is_known_and_changes_of_that_are_followed(world):
    async def run():
        world.rig.hidden = {"light.kitchen"}
        async with world.known():
            assert set(world.states()) == {"lock.door"}
            world.rig.hidden, world.rig.exposed = set(), {"light.kitchen"}
            await world.rig.registries_changed()
            await until(lambda: world.states() == {"light.kitchen": "off"}, "the other one is known instead")
            world.rig.exposed = set()
            await world.rig.registries_changed()
            await until(lambda: world.states() == {}, "nothing is exposed, so nothing is known")
            asked = [each.get("entity_ids") for each in world.rig.commands if each["type"] == "subscribe_entities"]
            assert [] not in asked, "without ids Home Assistant would tell of everything"

    asyncio.run(run())


def test_what_it_refuses_is_refused_with_its_words(world):
    async def run():
        async with world.known():
            world.truth.behaves["light.kitchen"] = "refuses"
            [receipt] = await world.home.act([TURN_ON])
            assert (receipt.outcome, "locked against" in receipt.problem) == ("refused", True)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("kind", "reply"),
    [
        ("homeassistant/expose_entity/list", {"exposed": []}),
        ("config/area_registry/list", None),
        ("config/floor_registry/list", {}),
        ("config/entity_registry/get_entries", [1, 2]),
        ("config/device_registry/list", Refusal("unknown_error", "it broke")),
    ],
)
def test_answers_in_another_form_are_told_and_tried_again(world, kind, reply):
    async def run():
        world.rig.replies[kind] = reply
        async with answering(world.rig, world.port), world.running():
            await until(lambda: "Home Assistant" in world.home.status.problem, "it says why")
            world.rig.replies.clear()
            await until(lambda: world.home.status.connected, "it works again")

    asyncio.run(run())


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "nonsense",
        "[]",
        "[" * 50_000,
        '{"id": "x"}',
        '{"id": 10, "type": "event", "event": {"a": {"light.kitchen": {"s": "\\ud800"}}}}',
        '{"id": 10, "type": "event", "event": {"c": 3}}',
        "x" * 20_000_000,
    ],
    ids=["empty", "text", "list", "deep", "no number", "half a letter", "wrong event", "huge"],
)
def test_nonsense_ends_nothing_but_the_connection(world, nonsense):
    async def run():
        async with world.known():
            for connection in list(world.rig.connections):
                await connection.send(nonsense)
            world.truth.set("light.kitchen", "on")
            await until(lambda: world.states().get("light.kitchen") == "on", "it still hears")
            assert world.home.status.unreadable == (0 if len(nonsense) > 1_000_000 else 1)

    asyncio.run(run())


def test_what_was_sent_and_never_answered_is_unobserved_and_not_unsent(world):
    async def run():
        async with world.known():
            world.truth.behaves["light.kitchen"] = "ignores"

            async def hang_up():
                await until(lambda: world.truth.arrived, "it is sent")
                for connection in list(world.rig.connections):
                    connection.transport.abort()

            world.rig.silent = {"call_service"}
            receipts, _ = await asyncio.gather(world.home.act([TURN_ON]), hang_up())
            assert [each.outcome for each in receipts] == ["unobserved"]

    asyncio.run(run())


def asked(world, sentence):
    async def run():
        async with world.known():
            return await world.assist.ask(sentence, "talk 1"), world.states()

    return asyncio.run(run())


def processed(world):
    return [each for each in world.rig.commands if each["type"] == "conversation/process"]


def test_assist_does_what_it_understands(world):
    answer, states = asked(world, "light please")
    assert (answer, states["light.kitchen"]) == ("Done it", "on")
    [command] = processed(world)
    assert (command["conversation_id"], command["language"]) == ("talk 1", "en")
    assert command["agent_id"] == "conversation.home_assistant"


@pytest.mark.parametrize("sentence", ["gibberish", "open up", "open the secret door", "open everything"])
def test_what_assist_does_not_know_or_what_is_risky_or_unknown_is_not_left_to_it(world, sentence):
    answer, states = asked(world, sentence)
    assert (answer, states["lock.door"]) == (None, "locked")
    assert processed(world) == []
    assert world.truth.arrived == []


def test_assist_may_be_asked_about_what_is_risky(world):
    assert asked(world, "is it locked")[0] == "Yes"


@pytest.mark.parametrize(
    "sentence", ["party", "party light", "good night", "is it my turn", "do something new", "warm light"]
)
def test_what_others_made_of_sentences_or_whose_effect_cannot_be_told_is_not_left_to_assist(world, sentence):
    assert asked(world, sentence)[0] is None
    assert processed(world) == []


@pytest.mark.parametrize("behaviour", ["ignores", "drops", "late", "contradicts"])
def test_assist_that_says_it_did_and_did_not_is_found_out(world, behaviour):
    world.truth.behaves["light.kitchen"] = behaviour
    with pytest.raises(HomeFailed, match=r"Done it.*not seen of: Kitchen light"):
        asked(world, "light please")


def test_what_was_so_before_need_not_change(tmp_path):
    world = World(tmp_path, Entity("light.kitchen", "Kitchen light", state="on"), DOOR)
    world.rig.lies = True
    assert asked(world, "light please")[0] == "Done it"


def test_assist_that_fails_says_so(world):
    data = {"response_type": "error", "speech": {"plain": {"speech": "It broke"}}, "data": {"code": "failed_to_handle"}}
    world.rig.replies["conversation/process"] = {"response": data}
    with pytest.raises(HomeFailed, match="It broke"):
        asked(world, "light please")
    world.rig.replies["conversation/process"] = {"nonsense": 1}
    with pytest.raises(HomeFailed, match="another form"):
        asked(world, "light please")

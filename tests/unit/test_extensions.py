"""Skills of other packages: those that work, and those that do not."""

import asyncio
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest
from msgspec.structs import replace

from tests.fakes.clock import JumpingClock
from tests.fakes.engines import ScriptedStt
from tests.fakes.home import FakeHome
from tests.fakes.kept import FakePromises
from tests.fakes.lists import FakeLists
from tests.pipeline.playbook import Play, asks
from tests.rigs.package import MODULE, SENTENCES, install
from voiced.core.answers import load_speech
from voiced.core.chat import Tool, ToolCall
from voiced.core.errors import HomeFailed, SkillFailed
from voiced.core.events import Spoken
from voiced.core.home import Action, Entity, Receipt
from voiced.core.ports.home import Home
from voiced.core.ports.skill import Granted, Reply, Wish
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding
from voiced.extensions import Added, add, extensions, own
from voiced.guests import CONFIRM, UNFINISHED, Guest, GuestHome
from voiced.turn.actwords import ActWords
from voiced.turn.toolbox import Toolbox

INTENTS = Path(__file__).parents[2] / "config" / "intents"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which packages are installed."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


async def say(text: str) -> None:
    raise AssertionError(text)


class Rolls:
    """A skill of voiced's own that offers a tool. Implements `Skill` and `Offering`."""

    intents = ("Roll",)

    async def answer(self, understood: Understanding) -> Reply:
        del understood
        return Reply("")

    def tools(self) -> Sequence[Tool]:
        return (Tool("roll", "Voiced's own.", {"type": "object"}),)

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        del call
        return Wish(Understanding("Roll", {}, text))


def added(home: Home | None = None) -> Added:
    everything = {"promises": FakePromises(), "lists": FakeLists(), "home": home or FakeHome(), "say": say}
    granted = Granted(language="en", clock=JumpingClock(), **everything)
    return add(extensions("en"), granted, tools={"recall", "search"})


def answer(said: str, brought: Added) -> str:
    understood = next(found for rule in brought.rules if (found := rule(said)))
    return asyncio.run(brought.skills[understood.intent].answer(understood)).text


def test_a_skill_of_a_package_understands_its_sentences_and_answers(site: Path):
    install(site, "dice_one")
    brought = added()
    assert answer("roll a six sided die", brought) == "You rolled 4."
    assert set(brought.skills) == {"DiceRoll", "DiceGranted"}


def test_it_gets_what_it_has_declared_and_nothing_else(site: Path):
    install(site, "dice_two")
    assert answer("what may the dice do", added()) == "lists"


def test_what_is_known_of_it_is_listed(site: Path):
    install(site, "dice_three")
    (extension,) = extensions("en")
    told = extension.described
    assert (told.name, told.package, told.permissions, told.problem) == ("dice_three", "dice_three", ["lists"], "")
    assert told.sentences == {"DiceRoll": ["roll a {sides} sided (die|dice)"], "DiceGranted": ["what may the dice do"]}


OFFERS = """\
from voiced.core.chat import Tool
from voiced.core.ports.skill import Wish
from voiced.core.types import Understanding

""" + MODULE.replace(
    "\n\ndice = ",
    """
    def tools(self):
        return TOOLS

    def wish(self, call, text):
        return WISH(text)

    def takes(self, understood):
        return TAKES[0]


TOOLS = [Tool("roll", "Roll a die.", {"type": "object"})]
TAKES = [True]


def WISH(text):
    return Wish(Understanding("DiceRoll", {"sides": 6}, text))


dice = """,
)
"""The same, and it offers a tool."""
BROKEN = {
    "raises on import": ("1 / 0", SENTENCES, "ZeroDivisionError"),
    "ends the program": ("raise RuntimeError('no')", SENTENCES, "RuntimeError: no"),
    "is not there": ("x = 1", SENTENCES, "AttributeError"),
    "is something else": ("dice = 42", SENTENCES, "is no SkillPackage"),
    "raises when made": (MODULE.replace("[DiceSkill(granted)]", "1 / 0"), SENTENCES, "ZeroDivisionError"),
    "makes nothing": (MODULE.replace("[DiceSkill(granted)]", "[None]"), SENTENCES, "AttributeError"),
    "has no sentences": (MODULE.replace('"sentences"', '"nowhere"'), SENTENCES, "holds no .yaml file"),
    "has broken sentences": (MODULE, SENTENCES.replace("{sides}", "{colour}"), "colour"),
    "says ours": (MODULE, SENTENCES.replace("DiceRoll", "HassStartTimer"), "HassStartTimer is voiced's own"),
    "raises for its tools": (OFFERS.replace("return TOOLS", "1 / 0"), SENTENCES, "ZeroDivisionError"),
    "offers nonsense": (OFFERS.replace("return TOOLS", "return [42]"), SENTENCES, "int is no Tool"),
    "offers half a tool": (OFFERS.replace('"Roll a die."', "None"), SENTENCES, "description"),
    "offers ours": (OFFERS.replace('"roll"', '"recall"'), SENTENCES, "the tool recall is another's"),
    "has no intents": (MODULE.replace('("DiceRoll", "DiceGranted")', "42"), SENTENCES, "int"),
    "answers ours": (MODULE.replace('"DiceRoll"', '"VoicedStop"', 1), SENTENCES, "VoicedStop is another's"),
}


@pytest.mark.parametrize(("module", "sentences", "why"), BROKEN.values(), ids=BROKEN.keys())
def test_one_that_fails_is_told_and_left_out_and_the_others_work(
    site: Path, caplog: pytest.LogCaptureFixture, module: str, sentences: str, why: str
):
    name = f"dice_broken_{list(BROKEN.values()).index((module, sentences, why))}"
    install(site, name, module, sentences)
    install(site, "a_good_one")
    with caplog.at_level(logging.ERROR):
        brought = added()
    assert answer("roll a six sided die", brought) == "You rolled 4."
    assert len(brought.rules) == 1
    (told,) = caplog.messages
    assert name in told
    assert why in told


def test_of_two_with_one_intent_the_first_has_it(site: Path, caplog: pytest.LogCaptureFixture):
    install(site, "dice_alpha")
    install(site, "dice_beta")
    with caplog.at_level(logging.ERROR):
        assert len(added().rules) == 1
    assert "dice_beta" in caplog.text
    assert "another's" in caplog.text


def offered(site: Path, name: str) -> tuple[ModuleType, Guest]:
    """The skill of a package that offers a tool, as it works, and its module."""
    install(site, name, OFFERS)
    guest = added().skills["DiceRoll"]
    assert isinstance(guest, Guest)
    assert [tool.name for tool in guest.tools()] == ["roll"]
    assert guest.wish(ToolCall("roll"), "roll") == Wish(Understanding("DiceRoll", {"sides": 6}, "roll"))
    assert guest.takes(Understanding("DiceRoll"))
    return sys.modules[name], guest


def test_one_that_fails_later_offers_and_takes_nothing_and_is_told_once(site: Path, caplog: pytest.LogCaptureFixture):
    module, guest = offered(site, "dice_later")
    module.TOOLS, module.WISH, module.TAKES = [42], lambda _: 42, []
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert guest.tools() == ()
            assert guest.wish(ToolCall("roll"), "my secret") is None
            assert not guest.takes(Understanding("DiceRoll"))
    assert len(caplog.messages) == 3
    assert all("DiceSkill" in each for each in caplog.messages)
    assert "my secret" not in caplog.text


def test_what_is_no_answer_ends_its_turn_alone(site: Path):
    install(site, "dice_odd", MODULE.replace("return Reply(f", "return (f"))
    with pytest.raises(TypeError, match="str is no Reply"):
        answer("roll a six sided die", added())


def test_of_two_tools_with_one_name_the_first_is_meant(site: Path):
    _, guest = offered(site, "dice_tools")
    toolbox = Toolbox({"Roll": Rolls(), "DiceRoll": guest}, ActWords())
    assert [tool.description for tool in toolbox.tools()] == ["Voiced's own."]


HOME = """\
from voiced.core.home import Action
from voiced.core.ports.skill import Asks, Reply, SkillPackage
from pathlib import Path


class DoorSkill:
    intents = ("DiceOpen",)

    def __init__(self, granted):
        self.granted = granted

    async def answer(self, understood):
        door, lamp = Action("lock.door", "unlock"), Action("light.lamp", "turn_on")
        receipts = await self.granted.home.act([lamp, door, lamp])
        told = ", ".join(each.outcome for each in receipts)
        refused = any(each.outcome == "refused" for each in receipts)
        return Reply(told, asks=Asks(yes=understood) if refused else None)


dice = SkillPackage(
    make=lambda granted: [DoorSkill(granted)],
    sentences=Path(__file__).parent / "sentences",
    permissions=frozenset({"home"}),
)
"""
OPEN = 'language: en\nintents:\n  DiceOpen:\n    data:\n      - sentences: ["come in"]\n'


def test_a_package_acts_in_the_home_and_on_what_is_risky_after_a_yes_only(site: Path):
    install(site, "dice_home", HOME, OPEN)
    lamp = Entity("light.lamp", "Lamp", state="off")
    home = FakeHome(lamp, Entity("lock.door", "Door", state="locked", risky=True))
    skill = added(GuestHome(home)).skills["DiceOpen"]

    async def run() -> tuple[Reply, Reply]:
        asked = await skill.answer(Understanding("DiceOpen", text="come in"))
        assert home.entity("lock.door").state == "locked"
        assert asked.asks
        assert asked.asks.yes
        return asked, await skill.answer(replace(asked.asks.yes, confirmed=True))

    first, then = asyncio.run(run())
    assert (first.text, then.text) == ("done, refused, unchanged", "unchanged, done, unchanged")
    assert [each["outcome"] for each in first.notes["receipts"]] == ["done", "refused", "unchanged"]
    assert first.notes["receipts"][1]["problem"] == CONFIRM
    assert home.entity("lock.door").state == "unlocked"


GERMAN = load_speech(INTENTS, "de")


@pytest.mark.parametrize(
    ("error", "speech", "told"),
    [
        (SkillFailed("The bulb is broken."), ENGLISH, "The bulb is broken."),
        (KeyError("x"), ENGLISH, UNFINISHED),
        (HomeFailed(CONFIRM), GERMAN, "das muss bestätigt werden"),
        (KeyError("x"), GERMAN, "Das habe ich leider nicht zu Ende gebracht."),
    ],
)
def test_what_was_done_before_a_skill_failed_is_told_and_noted(error: Exception, speech: Speech, told: str):
    home = GuestHome(FakeHome(Entity("light.lamp", "Lamp", state="off")))

    class Clumsy:
        intents = ("Light",)

        async def answer(self, _: Understanding) -> Reply:
            await home.act([Action("light.lamp", "turn_on")])
            raise error

    reply = asyncio.run(Guest(Clumsy(), speech).answer(Understanding("Light")))
    assert reply.text == told
    assert [each["outcome"] for each in reply.notes["receipts"]] == ["done"]


def test_what_goes_on_after_the_answer_has_nobodys_yes():
    later: list[asyncio.Task[Sequence[Receipt]]] = []
    over = asyncio.Event()
    home = GuestHome(FakeHome(Entity("lock.door", "Door", state="locked", risky=True)))

    async def act() -> Sequence[Receipt]:
        await over.wait()
        return await home.act([Action("lock.door", "unlock")])

    class Patient:
        intents = ("Wait",)

        async def answer(self, understood: Understanding) -> Reply:
            del understood
            later.append(asyncio.create_task(act()))
            return Reply("")

    async def run() -> Sequence[Receipt]:
        await Guest(Patient()).answer(Understanding("Wait", confirmed=True))
        over.set()
        return await later[0]

    assert [each.outcome for each in asyncio.run(run())] == ["refused"]


def test_what_a_skill_has_said_while_it_answers_is_said_after_its_answer():
    class Sayer:
        intents = ("answer",)

        async def answer(self, understood: Understanding) -> Reply:
            del understood
            await play.inbox.say("later")
            return Reply("now")

    async def run() -> list[str]:
        nonlocal play
        play = Play(ScriptedStt(), Sayer(), length=8.0)
        events = await play.run([asks(0.5, "say it")], 6.0)
        return [event.text for event in events if isinstance(event, Spoken)]

    play: Play
    assert asyncio.run(run()) == ["now", "later"]


def test_what_comes_with_voiced_is_listed_by_its_files():
    found = {each.name: each for each in own(INTENTS, "en")}
    assert {"timers", "lists", "clock", "calculator", "search"} < found.keys()
    assert found["lists"].package == "voiced"
    assert "VoicedAddToList" in found["lists"].intents
    assert all(each.sentences[intent] for each in found.values() for intent in each.intents)

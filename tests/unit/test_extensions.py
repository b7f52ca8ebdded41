"""Skills of other packages: those that work, and those that do not."""

import asyncio
import logging
from pathlib import Path

import pytest

from tests.fakes.clock import JumpingClock
from tests.fakes.kept import FakePromises
from tests.fakes.lists import FakeLists
from tests.rigs.package import MODULE, SENTENCES, install
from voiced.core.ports.skill import Granted
from voiced.extensions import Added, add, extensions, own

INTENTS = Path(__file__).parents[2] / "config" / "intents"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which packages are installed."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


async def say(text: str) -> None:
    raise AssertionError(text)


def added() -> Added:
    granted = Granted(language="en", clock=JumpingClock(), promises=FakePromises(), lists=FakeLists(), say=say)
    return add(extensions("en"), "en", granted)


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


def test_what_comes_with_voiced_is_listed_by_its_files():
    found = {each.name: each for each in own(INTENTS, "en")}
    assert {"timers", "lists", "clock", "calculator", "search"} < found.keys()
    assert found["lists"].package == "voiced"
    assert "VoicedAddToList" in found["lists"].intents
    assert all(each.sentences[intent] for each in found.values() for intent in each.intents)

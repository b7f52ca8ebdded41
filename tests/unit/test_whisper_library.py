"""The real library, with models that follow a script."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from tests.fakes.hosted import KeptLink
from tests.fakes.whisper_files import scripted_file
from voiced.core.errors import ConfigInvalid, ModelBroken, VoicedError
from voiced.core.types import RATE
from voiced.core.wire import Message
from voiced.engines.child import Child

pytest.importorskip("_pywhispercpp", reason="the extra `whisper` is not installed")

from voiced.engines.whisper import Whisper
from voiced.engines.whisper_library import Request, WhisperCpp

INTENTS = Path(__file__).parents[2] / "config" / "intents"
SOUND = np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32)
TEXT = " turn on the light in the kitchen and in the hall"
USUAL = Request(256, 50, "en", "")


@pytest.fixture(scope="module")
def english(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scripted_file(recordings, tmp_path_factory.mktemp("english"), TEXT)


@pytest.fixture(scope="module")
def german(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scripted_file(recordings, tmp_path_factory.mktemp("german"), "mach das licht an", hears="de")


def settings(model: Path, **changes: object) -> dict[str, object]:
    usual = {"language": "en", "threads": 0, "intents": str(INTENTS), "intents_language": "en"}
    return {"model": str(model), **usual, **changes}


def test_nothing_of_a_run_reaches_the_next(english: Path, german: Path) -> None:
    model = WhisperCpp(english, 1)
    alone = model.decode(SOUND, USUAL, lambda: False)
    assert alone
    assert (alone.text, alone.language, alone.whole) == (TEXT, "en", True)
    assert min(alone.probabilities) > 0.9
    cut = model.decode(SOUND, Request(1500, 2, "en", "pizza, tea, coffee"), lambda: False)
    assert cut
    assert not cut.whole
    assert TEXT.startswith(cut.text)
    assert model.decode(SOUND, USUAL, lambda: True) is None
    assert model.decode(SOUND, USUAL, lambda: False) == alone
    other = WhisperCpp(german, 1)
    assert other.multilingual
    asked = [other.decode(SOUND, USUAL._replace(language=language), lambda: False) for language in ("fr", "auto", "en")]
    assert [decoded.language for decoded in asked if decoded] == ["fr", "de", "en"]


def test_the_library_says_nothing(english: Path, capfd: pytest.CaptureFixture[str]) -> None:
    WhisperCpp(english, 1).decode(SOUND, USUAL, lambda: False)
    assert capfd.readouterr() == ("", "")


def test_a_language_that_the_model_does_not_know_is_refused(english: Path, german: Path) -> None:
    with pytest.raises(ConfigInvalid, match="English only"):
        Whisper(settings(english, language="de"))
    with pytest.raises(ConfigInvalid, match="'xx'"):
        Whisper(settings(german, language="xx"))
    Whisper(settings(english, language="auto")).close()
    Whisper(settings(german, language="de")).close()


def test_the_names_of_the_home_are_expected_from_the_start_and_when_they_change(english: Path) -> None:
    whisper = Whisper({**settings(english), "home": {"things": {"light": ["Schnitzelmann"]}}})
    assert whisper._transcriber.prompt.startswith("schnitzelmann, ")
    link = KeptLink()
    whisper.handle(Message("home", {"things": {"light": ["Roborock"]}, "areas": ["Den"]}), link)
    assert whisper._transcriber.prompt.startswith("den, roborock, ")
    assert link.messages == []
    whisper.close()


def test_a_broken_model_is_refused(english: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.bin"
    path.write_bytes(english.read_bytes()[:-1000])
    with pytest.raises(ModelBroken, match="cut off"):
        Whisper(settings(path))


def test_a_child_tells_that_its_model_is_broken(english: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.bin"
    content = bytearray(english.read_bytes())
    content[8] ^= 0xFF
    path.write_bytes(content)
    child = Child("stt", "whisper", settings(path))
    with pytest.raises(VoicedError) as caught:
        asyncio.run(child.start())
    assert caught.value.code == "model-broken"
    assert str(path) in caught.value.message

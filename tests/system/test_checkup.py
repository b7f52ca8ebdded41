"""The doctor's round, with a scripted sound card, with and without a daemon that holds it."""

import asyncio
from pathlib import Path

import pytest

from tests.fakes.agent import ScriptedAgent
from tests.rigs.control import answering, replying
from voiced.checkup import checkup
from voiced.control import client as client_module
from voiced.control.client import Client
from voiced.core.config import Config, EnginesConfig, IntentsConfig, SttConfig
from voiced.core.config_keeping import PrivacyConfig
from voiced.core.status import AudioStatus
from voiced.setup.doctor import Finding, Health

FAKE = Path(__file__).parents[1] / "fakes" / "portaudio"


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The script of a sound card; what was opened is gone from it."""
    monkeypatch.setenv("PYTHONPATH", str(FAKE))
    monkeypatch.setenv("FAKE_AUDIO", str(tmp_path / "script"))
    return tmp_path / "script"


def found(client: Client, config: Config | None = None) -> dict[str, Finding]:
    async def run() -> list[Finding]:
        return [finding async for finding in checkup(config or Config(), client)]

    return {finding.check: finding for finding in asyncio.run(run())}


@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning")
def test_without_a_daemon_a_microphone_that_opens_late_is_heard(card: Path, tmp_path: Path):
    card.write_text("\n".join([*["busy"] * 8, "fine"]))
    with Client(tmp_path / "voiced.sock") as client:
        findings = found(client)
    assert findings["microphone"].health is Health.GOOD
    assert "-50 dBFS" in findings["microphone"].found
    assert findings["speaker"].health is Health.GOOD
    assert "none runs" in findings["daemon"].found
    assert "understood nothing" not in findings["recogniser"].found


def test_a_daemon_that_runs_is_asked_for_what_it_hears_and_its_devices_are_left_alone(card: Path, tmp_path: Path):
    card.write_text("fine\nuntouched")
    agent = ScriptedAgent(AudioStatus(listening=True, device="Fake: USB", level_dbfs=-70.0))
    with answering(tmp_path / "voiced.sock", agent) as client:
        findings = found(client)
    assert findings["microphone"].health is Health.WARNING
    assert "the daemon holds Fake: USB" in findings["microphone"].found
    assert "-70 dBFS" in findings["microphone"].found
    assert findings["speaker"].health is Health.GOOD
    assert len(agent.said) == 1
    assert card.read_text() == "fine\nuntouched"


def test_what_the_daemon_cannot_hear_with_is_told(card: Path, tmp_path: Path):
    agent = ScriptedAgent(AudioStatus(listening=False, problem="there is no microphone", hint="Plug one in."))
    with answering(tmp_path / "voiced.sock", agent) as client:
        microphone = found(client)["microphone"]
    assert (microphone.health, microphone.found, microphone.hint) == (
        Health.BAD,
        "there is no microphone",
        "Plug one in.",
    )
    assert not card.exists()


def test_a_daemon_that_hangs_is_a_finding_and_keeps_its_devices(
    card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(client_module, "PROMPT_S", 0.1)
    with replying(tmp_path / "voiced.sock", b"") as client:
        findings = found(client)
    assert findings["daemon"].health is Health.BAD
    assert {findings[check].health for check in ("microphone", "speaker")} == {Health.BAD}
    assert findings["recogniser"].health is not Health.BAD
    assert not card.exists()


@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("heard", "health", "told"),
    [
        (["", "what's the time"], Health.GOOD, "real-time factor"),
        (["", ""], Health.WARNING, "and it understood nothing"),
        (["what tie is it", "what tide is it"], Health.WARNING, "it took it for “what tie is it”"),
    ],
)
def test_a_recogniser_that_mishears_once_is_asked_again(
    card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, heard: list[str], health: Health, told: str
):
    card.write_text("fine")
    (tmp_path / "speech").write_text("\n".join(heard))
    monkeypatch.setenv("FAKE_SPEECH", str(tmp_path / "speech"))
    stt = SttConfig(engine="tests.fakes.hosted:ForgetfulStt")
    with Client(tmp_path / "voiced.sock") as client:
        recogniser = found(client, Config(engines=EnginesConfig(stt=stt)))["recogniser"]
    assert recogniser.health is health
    assert told in recogniser.found
    assert (tmp_path / "speech").read_text() == ""


@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning")
def test_files_of_the_owner_that_cannot_be_used_are_found(card: Path, tmp_path: Path):
    card.write_text("fine")
    privacy, intents = tmp_path / "privacy", tmp_path / "intents" / "en"
    privacy.mkdir()
    intents.mkdir(parents=True)
    (privacy / "en.toml").write_text("[rules.door]\nclass = nothing\n")
    (intents / "mine.yaml").write_text("language: en\nintents: [\n")
    config = Config(privacy=PrivacyConfig(folder=str(privacy)), intents=IntentsConfig(folder=str(intents.parent)))
    with Client(tmp_path / "voiced.sock") as client:
        findings = found(client, config)
    assert (findings["privacy"].health, findings["sentences"].health) == (Health.BAD, Health.BAD)
    assert "en.toml" in findings["privacy"].found
    assert "mine.yaml" in findings["sentences"].found

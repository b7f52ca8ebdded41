"""A recording goes through Whisper, a language model and Piper in the daemon's pipeline, and comes out as sound."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from scripts.stub_models.llama import write_scripted
from scripts.stub_models.piper import write_voice
from scripts.stub_models.whisper import write_model
from tests.conftest import ROOT

ANSWER = "The sea is wide, and it is deep."


@pytest.fixture
def models(tmp_path: Path, recordings: Path) -> Path:
    for package in ("pywhispercpp", "llama_cpp", "piper"):
        pytest.importorskip(package, reason=f"the extra that brings {package} is not installed")
    vocabulary = recordings / "models/whisper/for-tests-ggml-tiny.en.bin"
    write_model(vocabulary, "how wide is the sea", tmp_path / "whisper.bin")
    write_scripted(tmp_path / "model.gguf", ANSWER)
    write_voice(tmp_path / "voice.onnx", "hum")
    return tmp_path


def settings(models: Path, **more: str) -> list[str]:
    chosen = {
        "engines.stt.engine": "whisper",
        "engines.whisper.model": str(models / "whisper.bin"),
        "engines.llm.engine": "llama",
        "engines.llama.model": str(models / "model.gguf"),
        "engines.llama.context": "2048",
        "engines.tts.engine": "piper",
        "engines.piper.model": str(models / "voice.onnx"),
        "store.folder": str(models / "state"),
        **more,
    }
    return [word for key, value in chosen.items() for word in ("--set", f"{key}={value}")]


@pytest.fixture
def question(tmp_path: Path) -> Path:
    """A wake word by a voice that is understood, and a question."""
    path = tmp_path / "question.wav"
    words = "hey jarvis, how wide is the sea"
    subprocess.run(["espeak-ng", "-v", "en-us+robosoft", "-s", "140", "-w", path, words], check=True)
    return path


def replay(question: Path, models: Path, **more: str) -> tuple[list[dict], np.ndarray]:
    out = models / "answer.wav"
    command = [sys.executable, "-m", "voiced.cli.main", "replay", str(question), "--out", str(out), "--json"]
    done = subprocess.run(
        [*command, *settings(models, **more)], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], soundfile.read(out)[0]


def one(events: list[dict], name: str) -> dict:
    found = [event for event in events if event["event"] == name]
    assert found, events
    return found[-1]


@pytest.mark.recordings
def test_a_question_goes_through_all_of_them(question, models):
    events, sound = replay(question, models)
    assert one(events, "heard")["text"] == "how wide is the sea"
    assert one(events, "routed")["tier"] == "model"
    spoken = one(events, "spoken")
    assert (spoken["text"], spoken["complete"]) == (ANSWER, True)
    marks = one(events, "turn_ended")["timeline"]
    assert np.abs(sound[-len(sound) // 4 :]).max() > 0.01, marks


@pytest.mark.recordings
def test_without_their_models_the_embedded_engines_take_over(tmp_path, question, models):
    events, _ = replay(
        question,
        models,
        **{
            "engines.stt.engine": '["whisper", "pocketsphinx"]',
            "engines.tts.engine": '["piper", "espeak"]',
            "engines.whisper.model": str(tmp_path / "none.bin"),
            "engines.piper.model": str(tmp_path / "none.onnx"),
        },
    )
    assert one(events, "turn_ended")
    assert not [event for event in events if event["event"] == "failed"]


@pytest.mark.recordings
def test_a_question_in_writing_needs_no_daemon(models):
    command = [sys.executable, "-m", "voiced.cli.main", "ask", "how wide is the sea", *settings(models)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ANSWER), done.stderr


@pytest.mark.recordings
def test_an_engine_alone_without_its_model_says_what_to_do(tmp_path, question, models):
    command = [sys.executable, "-m", "voiced.cli.main", "replay", str(question), "--json"]
    command += settings(models, **{"engines.whisper.model": str(tmp_path / "none.bin")})
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode != 0
    assert json.loads(done.stdout.splitlines()[-1])["code"] == "model-missing"

"""Model files that are looked at in a process that may be lost."""

import hashlib
from pathlib import Path

import pytest

from tests.rigs.model_files import gguf
from voiced.core.errors import ModelBroken, VoicedError
from voiced.core.models import Step
from voiced.setup import modelcheck
from voiced.setup.modelcheck import digest, meter, structure


def test_a_sound_file_is_sound(tmp_path: Path):
    path = tmp_path / "noise.gguf"
    path.write_bytes(gguf(1))
    structure("llama", path)
    structure("minilm", path)


@pytest.mark.parametrize("data", [b"", b"GGUF", gguf(1)[:-1], gguf(1)[1:], bytes(5000)])
def test_a_file_that_is_none_is_told(tmp_path: Path, data: bytes):
    path = tmp_path / "noise.gguf"
    path.write_bytes(data)
    with pytest.raises(ModelBroken) as raised:
        structure("llama", path)
    assert "noise.gguf" in raised.value.message


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(ModelBroken, match="cannot be read"):
        structure("llama", tmp_path / "noise.gguf")


@pytest.mark.parametrize(
    ("program", "error", "said"),
    [
        ("kill -SEGV $$", ModelBroken, "signal 11"),
        ("exec sleep 60", ModelBroken, "could not be read in"),
        ("echo oh no >&2; exit 3", VoicedError, "oh no"),
    ],
)
def test_the_process_may_be_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, error: type[VoicedError], said: str
):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{program}\n")
    python.chmod(0o755)
    monkeypatch.setattr(modelcheck.sys, "executable", str(python))
    monkeypatch.setattr(modelcheck, "SECONDS", 0.5)
    with pytest.raises(error, match=said):
        structure("llama", tmp_path / "noise.gguf")


def test_a_digest_is_told_with_how_far_it_is(tmp_path: Path):
    path = tmp_path / "noise"
    path.write_bytes(bytes(5 * modelcheck.PIECE + 7))
    told: list[Step] = []
    assert (
        digest(path, meter(told.append, "noise", path.name, "checking"))
        == hashlib.sha256(path.read_bytes()).hexdigest()
    )
    assert [step.done for step in told] == [
        *(modelcheck.PIECE * count for count in range(1, 6)),
        5 * modelcheck.PIECE + 7,
    ]
    with pytest.raises(ModelBroken):
        digest(tmp_path / "nothing", lambda *_: None)

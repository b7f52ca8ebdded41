"""Damaged settings of a voice are refused with a word on what to do."""

import json
from copy import deepcopy

import pytest

from scripts.stub_models.piper import write_voice
from voiced.core.errors import ModelBroken
from voiced.engines.pipersettings import read

GOOD = {
    "audio": {"sample_rate": 22_050},
    "espeak": {"voice": "en-us"},
    "num_symbols": 10,
    "num_speakers": 1,
    "phoneme_id_map": {"_": [0], "^": [1], "$": [2], "a": [3]},
}
MUTATIONS = [
    *[(key, None) for key in GOOD],
    *[(key, wrong) for key in GOOD for wrong in ([], "x", -1, 1.5, True)],
    ("audio", {"sample_rate": 0}),
    ("audio", {"sample_rate": 10**9}),
    ("audio", {"sample_rate": "22050"}),
    ("audio", {}),
    ("espeak", {"voice": ""}),
    ("espeak", {"voice": 5}),
    ("phoneme_id_map", {}),
    ("phoneme_id_map", {"_": [0], "^": [1]}),
    ("phoneme_id_map", {"_": [0], "^": [1], "$": []}),
    ("phoneme_id_map", {"_": [0], "^": [1], "$": [10]}),
    ("phoneme_id_map", {"_": [0], "^": [1], "$": [-1]}),
    ("phoneme_id_map", {"_": 0, "^": 1, "$": 2}),
    ("inference", {"length_scale": 0}),
    ("inference", {"noise_scale": -1}),
    ("inference", {"length_scale": "fast"}),
    ("phoneme_type", "pinyin"),
    ("phoneme_type", "nonsense"),
]


def refused(path, content: bytes) -> None:
    path.with_name(f"{path.name}.json").write_bytes(content)
    with pytest.raises(ModelBroken) as caught:
        read(path)
    assert path.name in caught.value.message
    assert caught.value.hint


def test_the_settings_of_a_voice_are_taken(tmp_path):
    write_voice(tmp_path / "v.onnx", "hum")
    assert read(tmp_path / "v.onnx")["audio"]["sample_rate"] == 22_050


@pytest.mark.parametrize(("key", "wrong"), MUTATIONS)
def test_mutated_settings_are_refused(tmp_path, key, wrong):
    settings = deepcopy(GOOD)
    settings[key] = wrong
    if wrong is None:
        del settings[key]
    refused(tmp_path / "v.onnx", json.dumps(settings).encode())


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.99])
def test_truncated_settings_are_refused(tmp_path, share):
    content = json.dumps(GOOD).encode()
    refused(tmp_path / "v.onnx", content[: int(len(content) * share)])


@pytest.mark.parametrize("content", [b"\xff\xfe", b"null", b"[" * 100_000, b"<html>"])
def test_other_files_are_refused(tmp_path, content):
    refused(tmp_path / "v.onnx", content)


def test_a_missing_file_is_named_with_what_to_do(tmp_path):
    with pytest.raises(ModelBroken, match="cannot be read") as caught:
        read(tmp_path / "v.onnx")
    assert "beside" in caught.value.hint

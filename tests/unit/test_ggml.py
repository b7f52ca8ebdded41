"""No broken Whisper file gets as far as the library."""

import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.stub_models.whisper import write_model
from voiced.core.errors import ModelBroken
from voiced.engines.ggml import check

WORDS = 48 + 8 + 4 * 80 * 201
"""Where the vocabulary begins."""


@pytest.fixture(scope="module")
def whole(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whisper") / "whole.bin"
    write_model(recordings / "models" / "whisper" / "for-tests-ggml-tiny.en.bin", "stop", path)
    check(path)
    return path.read_bytes()


@pytest.fixture
def refused(tmp_path: Path) -> Callable[[bytes], str]:
    def refuse(content: bytes) -> str:
        path = tmp_path / "broken.bin"
        path.write_bytes(content)
        with pytest.raises(ModelBroken, match=r"broken\.bin is no whole Whisper model") as caught:
            check(path)
        return caught.value.message

    return refuse


def put(content: bytes, at: int, *numbers: int) -> bytes:
    return content[:at] + struct.pack(f"<{len(numbers)}i", *numbers) + content[at + 4 * len(numbers) :]


def tensors(whole: bytes) -> int:
    """Where the tensors begin."""
    return whole.index(b"encoder.positional_embedding") - 20


def test_truncated_anywhere(whole: bytes, refused: Callable[[bytes], str]) -> None:
    random = np.random.default_rng(1)
    for size in [*random.integers(0, len(whole), 40), 0, 1, 3, 4, 47, 48, WORDS, WORDS + 4, len(whole) - 1]:
        refused(whole[:size])


@pytest.mark.parametrize("number", range(11))
@pytest.mark.parametrize("value", [-1, 0, 7, 1 << 30])
def test_sizes_that_no_model_has(whole: bytes, refused: Callable[[bytes], str], number: int, value: int) -> None:
    content = put(whole, 4 + 4 * number, value)
    # A type of 0 or 7 is one, but not that of these tensors.
    refused(content)


@pytest.mark.parametrize("at", [0, 4, 8, 12, 16])
@pytest.mark.parametrize("value", [-1, 0, 5, 99, 1 << 24])
def test_tensors_that_are_none(whole: bytes, refused: Callable[[bytes], str], at: int, value: int) -> None:
    if (at, value) != (8, 0):
        refused(put(whole, tensors(whole) + at, value))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda _: bytes(1 << 20),
        lambda whole: b"GGUF" + whole[4:],
        lambda whole: b"RIFF" + whole[4:],
        lambda whole: whole[::-1],
        lambda whole: whole + b"\0" * 4,
        lambda whole: whole + whole[tensors(whole) :],
        lambda whole: whole[: tensors(whole)],
        lambda whole: whole.replace(b"encoder.ln_post.bias", b"encoder.ln_past.bias"),
        lambda whole: whole.replace(b"decoder.ln.weight", b"decoder.ln.we\xffght"),
        lambda whole: whole.replace(b"\1\0\0\0 ", b"\1\0\0\0\xff", 1),
        lambda whole: put(whole, WORDS, 10),
        lambda whole: put(whole, WORDS, 1 << 30),
        lambda whole: put(whole, WORDS + 4, -5),
        lambda whole: put(whole, 48, 81),
    ],
)
def test_other_breaks(whole: bytes, refused: Callable[[bytes], str], break_it: Callable[[bytes], bytes]) -> None:
    refused(break_it(whole))


def test_a_file_without_weights_says_so(recordings: Path, refused: Callable[[bytes], str]) -> None:
    content = (recordings / "models" / "whisper" / "for-tests-ggml-tiny.en.bin").read_bytes()
    assert "tensors are missing" in refused(content)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="cannot be read"):
        check(tmp_path / "none.bin")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    part=st.integers(0, 2),
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_no_mutation_ends_in_anything_but_yes_or_no(
    whole: bytes, tmp_path: Path, part: int, changes: list[tuple[int, int]]
) -> None:
    content, first = bytearray(whole), (0, WORDS, tensors(whole))[part]
    for at, byte in changes:
        content[first + at] = byte
    path = tmp_path / "mutated.bin"
    path.write_bytes(content)
    with suppress(ModelBroken):
        check(path)

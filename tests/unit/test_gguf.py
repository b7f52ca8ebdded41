"""Model files that are damaged or made to harm: refused by their numbers, before a library opens them."""

import struct
from pathlib import Path

import gguf
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.stub_models.llama import write_scripted
from voiced.core.errors import ModelBroken
from voiced.engines.gguf import BLOCKS, check

TEXT, ARRAY, UINT32, UINT64 = 8, 9, 4, 10
HUGE = (2**32, 2**42, 2**60, 2**63, 2**64 - 1)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "model.gguf"
    write_scripted(path, "Hello there.", width=32)
    return path


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch") / "scratch.gguf"


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


ARCHITECTURE = text("general.architecture") + struct.pack("<I", TEXT) + text("llama")


def file(
    *, keys: bytes = ARCHITECTURE, key_count: int = 1, tensors: bytes = b"", tensor_count: int = 0, rest: int = 0
) -> bytes:
    head = b"GGUF" + struct.pack("<IQQ", 3, tensor_count, key_count) + keys + tensors
    return head + bytes(-len(head) % 32) + bytes(rest)


def tensor(shape: tuple[int, ...] = (32,), kind: int = 0, offset: int = 0, name: str = "t") -> bytes:
    return text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)


def refusal(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(ModelBroken) as caught:
        check(path)
    return caught.value.message


def test_whole_files_are_taken(model: Path, scratch: Path) -> None:
    check(model)
    scratch.write_bytes(file(tensors=tensor(), tensor_count=1, rest=128))
    check(scratch)


def test_real_models_are_taken(recordings: Path) -> None:
    check(recordings / "models/llm/stories260K-f32.gguf")
    check(recordings / "models/embed/all-MiniLM-L6-v2-Q8_0.gguf")


def test_the_types_of_tensors_are_those_of_the_format() -> None:
    assert {kind.value: sizes for kind, sizes in gguf.GGML_QUANT_SIZES.items()} == BLOCKS


@pytest.mark.parametrize("count", HUGE)
def test_crafted_counts_are_refused(scratch: Path, count: int) -> None:
    number = min(count, 2**64 - 1)
    array = text("a") + struct.pack("<II", ARRAY, UINT32) + struct.pack("<Q", number)
    strings = text("a") + struct.pack("<II", ARRAY, TEXT) + struct.pack("<Q", number)
    long = text("a") + struct.pack("<IQ", TEXT, number)
    key = struct.pack("<Q", number) + b"a"
    for data in (
        file(key_count=number),
        file(tensor_count=number),
        *(file(keys=ARCHITECTURE + each, key_count=2) for each in (array, strings, long, key)),
        file(tensors=tensor((number,)), tensor_count=1),
        file(tensors=tensor((32, number)), tensor_count=1),
        file(tensors=tensor(offset=number // 32 * 32), tensor_count=1),
        file(tensors=struct.pack("<Q", number), tensor_count=1),
    ):
        refusal(scratch, data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "cut off"),
        (b"GGML" + bytes(100), "does not begin as one"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 1) + bytes(100), "version"),
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 1) + bytes(100), "version"),
        (file(key_count=0, keys=b""), "of what kind"),
        (file(keys=ARCHITECTURE * 2, key_count=2), "twice"),
        (file(keys=text("a") + struct.pack("<I", 13)), "unknown type 13"),
        (file(keys=text("a") + struct.pack("<IIQ", ARRAY, ARRAY, 0)), "unknown type 9"),
        (file(tensors=tensor() * 2, tensor_count=2, rest=256), "twice"),
        (file(tensors=tensor(shape=(1, 1, 1, 1, 1)), tensor_count=1, rest=256), "5 dimensions"),
        (file(tensors=tensor(shape=(0,)), tensor_count=1, rest=256), "impossible shape"),
        (file(tensors=tensor(shape=(31,), kind=2), tensor_count=1, rest=256), "impossible shape"),
        (file(tensors=tensor(kind=4), tensor_count=1, rest=256), "unknown type 4"),
        (file(tensors=tensor(offset=1), tensor_count=1, rest=256), "outside"),
        (file(tensors=tensor(), tensor_count=1, rest=100), "cut off"),
        (file(tensors=tensor(name="n" * 64), tensor_count=1, rest=128), "64 bytes"),
        (
            file(keys=ARCHITECTURE + text("general.alignment") + struct.pack("<II", UINT32, 0), key_count=2),
            "alignment",
        ),
    ],
)
def test_the_refusal_says_what_is_wrong(scratch: Path, data: bytes, reason: str) -> None:
    assert reason in refusal(scratch, data)


def test_a_vocabulary_with_too_few_scores_is_refused(scratch: Path) -> None:
    tokens = text("tokenizer.ggml.tokens") + struct.pack("<IIQ", ARRAY, TEXT, 2) + text("a") + text("b")
    scores = text("tokenizer.ggml.scores") + struct.pack("<IIQf", ARRAY, 6, 1, 0)
    assert "scores" in refusal(scratch, file(keys=ARCHITECTURE + tokens + scores, key_count=3))


def test_a_token_that_stands_in_the_vocabulary_twice_is_refused(scratch: Path) -> None:
    tokens = text("tokenizer.ggml.tokens") + struct.pack("<IIQ", ARRAY, TEXT, 4) + text("") * 2 + text("a") * 2
    assert "'a'" in refusal(scratch, file(keys=ARCHITECTURE + tokens, key_count=2))


def test_a_vocabulary_without_bytes_is_refused(scratch: Path) -> None:
    kind = text("tokenizer.ggml.model") + struct.pack("<I", TEXT) + text("llama")
    assert "single bytes" in refusal(scratch, file(keys=ARCHITECTURE + kind, key_count=2))


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken):
        check(tmp_path)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_are_refused(scratch: Path, data: bytes) -> None:
    refusal(scratch, data)
    refusal(scratch, b"GGUF\3\0\0\0" + data)


def test_a_file_that_is_cut_anywhere_is_refused(model: Path, scratch: Path) -> None:
    whole = model.read_bytes()
    for length in np.random.default_rng(0).integers(0, len(whole) - 1, 100):
        refusal(scratch, whole[:length])

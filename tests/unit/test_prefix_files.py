"""States of evaluated prompts on the disk."""

import os
import resource
from importlib.util import find_spec
from pathlib import Path

import pytest

if not find_spec("llama_cpp"):
    pytest.skip("the extra llama is not installed", allow_module_level=True)

from voiced.engines import prefix_files
from voiced.engines.prefix_files import PrefixFiles


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"weights")
    return path


def files(model: Path, context: int = 512) -> PrefixFiles:
    return PrefixFiles(model.parent / "cache", model, context)


def names(model: Path) -> list[Path]:
    return sorted((model.parent / "cache").iterdir())


def test_a_state_comes_back_for_its_tokens_alone(model: Path) -> None:
    files(model).save([1, 2, 3], b"state")
    assert files(model).load([1, 2, 3]) == b"state"
    assert files(model).load([1, 2]) is None


def test_another_model_or_context_has_states_of_its_own(model: Path) -> None:
    files(model).save([1], b"state")
    assert files(model, 1024).load([1]) is None
    os.utime(model, (1, 1))
    assert files(model).load([1]) is None


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: b"x" + data[1:], lambda _: b""])
def test_a_damaged_file_is_no_state_and_goes(model: Path, damage) -> None:
    files(model).save([1], b"state")
    [path] = names(model)
    path.write_bytes(damage(path.read_bytes()))
    assert files(model).load([1]) is None
    assert not names(model)


def test_those_not_used_for_longest_go_first(model: Path) -> None:
    for number in range(prefix_files.FILES):
        files(model).save([number], b"state")
    for age, path in enumerate(names(model)):
        os.utime(path, (1000 + age, 1000 + age))
    oldest, second, *_ = names(model)
    os.utime(oldest, (9000, 9000))
    files(model).save([100], b"state")
    assert len(names(model)) == prefix_files.FILES
    assert oldest in names(model)
    assert second not in names(model)


def test_too_many_bytes_are_too_much(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(model).save([1], b"state")
    os.utime(names(model)[0], (1, 1))
    monkeypatch.setattr(prefix_files, "BYTES", 40)
    files(model).save([2], b"state")
    assert (files(model).load([1]), files(model).load([2])) == (None, b"state")


def test_what_a_crash_left_goes_with_the_next_state(model: Path) -> None:
    folder = model.parent / "cache"
    folder.mkdir()
    (folder / "half.kv.tmp").write_bytes(b"ha")
    files(model).save([1], b"state")
    assert [path.suffix for path in names(model)] == [".kv"]


def test_a_state_that_cannot_be_written_leaves_nothing(model: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    files(model).save([1], b"state")
    kept = names(model)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        files(model).save([2], bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names(model) == kept
    assert files(model).load([2]) is None


def test_a_folder_that_cannot_be_written_is_no_error(model: Path) -> None:
    PrefixFiles(model / "no folder", model, 512).save([1], b"state")
    assert PrefixFiles(model / "no folder", model, 512).load([1]) is None

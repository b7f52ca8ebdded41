"""Files that a verb writes: whole or not at all."""

from pathlib import Path

import pytest

from voiced.cli.files import readable, written
from voiced.core.errors import InputInvalid, VoicedError

# PT012: a block is looked at that fails in its middle, or at its end.


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_there_when_it_is_whole(tmp_path: Path):
    path = tmp_path / "a"
    with written(path, force=False) as part:
        part.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600, "what is kept is private"
    assert left(tmp_path) == ["a"]


def test_a_file_that_is_there_is_replaced_only_if_that_is_meant(tmp_path: Path):
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(VoicedError) as raised, written(path, force=False):
        pass
    assert raised.value.code == "file-exists"
    with written(path, force=True) as part:
        part.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path):
    path = tmp_path / "a"
    with pytest.raises(VoicedError, match="there already"), written(path, force=False) as part:  # noqa: PT012
        part.write_text("new")
        path.write_text("other")
    assert path.read_text() == "other"
    assert left(tmp_path) == ["a"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, InputInvalid])
def test_what_fails_leaves_nothing_and_changes_nothing(tmp_path: Path, error: type[BaseException]):
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(error), written(path, force=True) as part:  # noqa: PT012
        part.write_text("ne")
        raise error("x")
    assert (path.read_text(), left(tmp_path)) == ("old", ["a"])


def test_a_disk_that_is_full_is_told(tmp_path: Path):
    with pytest.raises(VoicedError) as raised, written(tmp_path / "a", force=False) as part:  # noqa: PT012
        part.symlink_to("/dev/full")
        part.write_bytes(bytes(10_000))
    assert raised.value.code == "disk-full"
    assert left(tmp_path) == []


@pytest.mark.parametrize("name", ["", "none/a"])
def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, name: str):
    with pytest.raises(InputInvalid) as raised, written(tmp_path / name, force=True):
        pass
    assert raised.value.code == "file-unwritable"


def test_what_is_no_file_is_never_replaced():
    with pytest.raises(InputInvalid, match="no file"), written(Path("/dev/null"), force=True):
        pass


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path):
    with pytest.raises(InputInvalid) as raised:
        readable(tmp_path / "none")
    assert raised.value.code == "file-missing"
    with pytest.raises(InputInvalid) as raised:
        readable(tmp_path)
    assert raised.value.code == "file-unreadable"

"""What root's command line makes, the service can read."""

import os
from pathlib import Path

import pytest

from voiced.core.ownership import hand_over
from voiced.setup.dropin import replace
from voiced.setup.modelstore import held

SOMEBODY = 65_534
pytestmark = pytest.mark.skipif(bool(os.geteuid()), reason="only root makes files for others")


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o700)
    os.chown(folder, SOMEBODY, SOMEBODY)
    return folder


def owners(folder: Path) -> set[int]:
    return {path.lstat().st_uid for path in folder.rglob("*")}


def test_what_is_in_somebody_s_folder_becomes_theirs_and_what_a_link_names_does_not(theirs: Path, tmp_path: Path):
    (tmp_path / "elsewhere").touch()
    (theirs / "models").mkdir()
    (theirs / "models" / "link").symlink_to(tmp_path / "elsewhere")
    hand_over(theirs)
    assert owners(theirs) == {SOMEBODY}
    assert (tmp_path / "elsewhere").stat().st_uid == 0


def test_models_that_root_brings_are_those_of_whom_they_are_for(theirs: Path):
    with held(theirs / "models"):
        (theirs / "models" / "new").touch(mode=0o600)
    assert owners(theirs) == {SOMEBODY}


def test_settings_are_as_open_as_their_folder_whatever_root_s_umask(tmp_path: Path, theirs: Path):
    tmp_path.chmod(0o755)
    before = os.umask(0o077)
    try:
        replace(tmp_path / "etc" / "config.d" / "models.toml", "")
        replace(theirs / "voiced" / "profile.toml", "")
    finally:
        os.umask(before)
    made = tmp_path / "etc" / "config.d"
    assert (made.stat().st_mode & 0o777, (made / "models.toml").stat().st_mode & 0o777) == (0o755, 0o644)
    assert owners(theirs) == {SOMEBODY}
    assert (theirs / "voiced" / "profile.toml").stat().st_mode & 0o777 == 0o600

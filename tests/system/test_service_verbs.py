"""voiced service, with a systemctl that writes down what it is told; and what scripts/install would do."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.rigs.box import Box
from voiced.core.errors import VoicedError
from voiced.setup.units import ServiceFailed, installing

SYSTEMCTL = """#!/bin/sh
echo "$@" >>"$HOME/told"
case "$*" in
  *show*) [ -f "$HOME/config/systemd/user/voiced.service" ] && printf 'LoadState=loaded\nActiveState=%s\n' "$STATE" ;;
  *) exit "$FAILS" ;;
esac
"""
UNIT = "config/systemd/user/voiced.service"


class Managed(Box):
    def __init__(self, home: Path) -> None:
        super().__init__(home, "off")
        systemctl = home / "bin" / "systemctl"
        systemctl.parent.mkdir()
        systemctl.write_text(SYSTEMCTL)
        systemctl.chmod(0o755)
        path = f"{systemctl.parent}:{os.environ['PATH']}"
        self.environment |= {"PATH": path, "XDG_CONFIG_HOME": str(home / "config"), "STATE": "active", "FAILS": "0"}

    @property
    def told(self) -> list[str]:
        told = self.home / "told"
        return told.read_text().splitlines() if told.exists() else []


@pytest.fixture
def managed(tmp_path: Path) -> Managed:
    return Managed(tmp_path)


def test_a_user_s_own_service_comes_and_goes_and_what_is_kept_stays(managed: Managed):
    managed("ask", "set the volume to 30 percent")
    steps = managed("service", "install", "--user")
    assert managed.told == ["--user daemon-reload", "--user enable voiced", "--user restart voiced"]
    unit = (managed.home / UNIT).read_text()
    assert f"ExecStart={Path(sys.executable).with_name('voiced')} run\n" in unit
    assert "/opt/voiced" not in unit
    assert [step["done"] for step in steps] == [True] * 4
    assert managed("service", "install", "--user") == steps
    assert managed("service", "status")[0]["unit"]["state"] == "active"
    managed("service", "uninstall", "--user")
    assert managed.told[-2:] == ["--user disable --now voiced", "--user daemon-reload"]
    assert not (managed.home / UNIT).exists()
    assert (managed.kept / "voiced.db").exists()
    managed("service", "status", code=1)


def test_what_is_kept_is_removed_only_where_that_is_confirmed(managed: Managed):
    managed("ask", "set the volume to 30 percent")
    managed("service", "install", "--user")
    managed("service", "uninstall", "--user", "--purge", code=2)
    assert (managed.home / UNIT).exists()
    assert managed.kept.exists()
    managed("service", "uninstall", "--user", "--purge", "--yes")
    assert not managed.kept.exists()


def test_in_a_folder_that_is_shared_only_what_is_voiced_s_own_is_removed(managed: Managed):
    stick = managed.home / "stick"
    (managed.home / "config.toml").write_text(f'store.folder = "{stick}"\nmodels.folder = "{stick}/m"\n')
    others = [stick / "holiday.jpg", stick / "backups" / "taxes.zip", stick / "m" / "mine.gguf", stick / "cache" / "x"]
    own = [stick / "voiced.db", stick / "backups" / "voiced-1.db", stick / "cache" / "llm" / "x", stick / "m" / ".held"]
    for path in (*others, *own):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    managed("service", "uninstall", "--user", "--purge", "--yes")  # Also where the unit is gone already.
    assert all(path.exists() for path in others)
    assert not any(path.exists() for path in own)


@pytest.mark.parametrize("verb", ["install", "uninstall"])
def test_a_dry_run_only_tells(managed: Managed, verb: str):
    if verb == "uninstall":
        managed("service", "install", "--user")
    told = managed.told
    before = (managed.home / UNIT).exists()
    steps = managed("service", verb, "--user", "--dry-run")
    assert not any(step["done"] for step in steps)
    assert managed.told == told
    assert (managed.home / UNIT).exists() is before


def test_a_step_that_fails_is_named_and_the_rest_is_left(managed: Managed):
    managed.environment["FAILS"] = "4"
    error = managed("service", "install", "--user", code=1)[-1]
    assert error["code"] == "service-failed"
    assert "daemon-reload" in error["message"]
    assert managed.told == ["--user daemon-reload"]


def test_where_there_is_no_service_none_is_taken_away(managed: Managed):
    assert managed("service", "uninstall", "--user", code=1)[-1]["code"] == "service-failed"
    managed.environment["STATE"] = "failed"
    managed("service", "install", "--user")
    managed("service", "status", code=1)


def refused(call: Callable[[], object]) -> VoicedError:
    with pytest.raises(ServiceFailed) as caught:
        call()
    return caught.value


def test_the_system_s_service_is_root_s_and_runs_nothing_out_of_a_home():
    if os.geteuid():
        assert "sudo" in refused(lambda: installing(user=False)).hint
        return
    assert "scripts/install" in refused(lambda: installing(user=False, program=Path("/home/me/bin/voiced"))).hint
    steps = installing(user=False, program=Path("/srv/voiced/bin/voiced"))
    assert "ExecStart=/srv/voiced/bin/voiced run\n" in str(steps[0].content)
    assert [str(step) for step in steps] == [
        "write /etc/systemd/system/voiced.service",
        "write /etc/sysusers.d/voiced.conf",
        "systemd-sysusers /etc/sysusers.d/voiced.conf",
        "systemctl daemon-reload",
        "systemctl enable voiced",
        "systemctl restart voiced",
    ]


def test_the_installer_tells_its_steps_without_taking_them():
    done = subprocess.run(
        [ROOT / "scripts" / "install", "--dry-run", "whisper"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "/opt/voiced/current/bin/voiced service install"
    assert "--extra=whisper" in done.stdout
    for wrong in ("--all", "--purge"):
        assert subprocess.run([ROOT / "scripts" / "install", wrong], capture_output=True, check=False).returncode == 2

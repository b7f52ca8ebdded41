"""voiced under a real systemd: it starts, is found hanging, is started again, reads its settings again, and ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.rigs.user_manager import can

SHORT = """[Service]
WatchdogSec=3
Environment=HOME={home} XDG_STATE_HOME={home}/state
"""
"""Whoever tests does not wait half a minute for a daemon that hangs, and has no sound card."""


@pytest.mark.skipif(not can(), reason="no user manager: needs root, dbus-daemon, util-linux and systemd")
@pytest.mark.timeout(400)
def test_a_life_under_systemd(tmp_path: Path):
    units = tmp_path / "units"
    (units / "voiced.service.d").mkdir(parents=True)
    (tmp_path / ".asoundrc").write_text("# no device at all\n")
    unit = (ROOT / "systemd" / "voiced-user.service").read_text()
    here = f"{sys.executable} -m voiced.cli.main run"
    (units / "voiced.service").write_text(unit.replace("/opt/voiced/current/bin/voiced run", here))
    (units / "voiced.service.d" / "short.conf").write_text(SHORT.format(home=tmp_path))
    command = [ROOT / "tests/rigs/user-manager", units, sys.executable, ROOT / "tests/system/under_systemd.py"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["started"]["ActiveState"] == "active"
    assert told["started"]["StatusText"].startswith("idle; hears nothing: ")
    assert int(told["started"]["MainPID"]) == told["first"]["pid"]
    assert {engine["state"] for engine in told["first"]["engines"]} <= {"ready", "starting", "unloaded"}
    assert (told["reloaded"]["ActiveState"], told["second"]["volume"]) == ("active", 21)
    assert (told["refused"]["ActiveState"], told["third"]["volume"]) == ("active", 21)
    assert told["first"]["pid"] == told["second"]["pid"] == told["third"]["pid"]
    assert told["killed"]["NRestarts"] == "1"
    assert told["hung"]["NRestarts"] == "2"
    assert {key: told["stopped"][key] for key in ("ActiveState", "Result", "ExecMainStatus")} == {
        "ActiveState": "inactive",
        "Result": "success",
        "ExecMainStatus": "0",
    }
    assert told["left"] == []
    assert told["walls"][told["walls"].index("Seccomp:") + 1] == "2"  # Its system calls are filtered.

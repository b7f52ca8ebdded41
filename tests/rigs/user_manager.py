"""Whether this machine can have a systemd user manager of its own: see `user-manager` beside this."""

import os
import shutil
import subprocess
from pathlib import Path


def can() -> bool:
    programs = ("unshare", "dbus-daemon", "systemctl")
    there = all(map(shutil.which, programs)) and Path("/lib/systemd/systemd").exists()
    if os.geteuid() or not there:
        return False
    return subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], check=False).returncode == 0

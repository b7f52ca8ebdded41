"""Runs inside a systemd user manager: leads the daemon through its life, and prints as JSON what systemd says of it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

PATIENCE_S = 90
CONFIG = Path(os.environ["XDG_CONFIG_HOME"]) / "voiced" / "config.toml"


def systemctl(*words: str) -> str:
    return subprocess.run(["systemctl", "--user", *words], check=True, stdout=subprocess.PIPE, text=True).stdout


def shown() -> dict[str, str]:
    keys = "ActiveState,SubState,StatusText,MainPID,NRestarts,Result,ExecMainStatus"
    return dict(line.split("=", 1) for line in systemctl("show", "voiced", "-p", keys).splitlines())


def daemon() -> dict:
    command = [sys.executable, "-m", "voiced.cli.main", "status", "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def until(condition: Callable[[dict[str, str]], bool]) -> dict[str, str]:
    """Waits until systemd says something of the unit."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition(told := shown()):
        if time.monotonic() > deadline:
            raise TimeoutError(told)
        time.sleep(0.1)
    return told


def again(restarts: int, number: int) -> dict[str, str]:
    """Sends the daemon a signal, and waits until it was started again and is ready."""
    os.kill(int(shown()["MainPID"]), number)
    return until(lambda told: int(told["NRestarts"]) > restarts and told["ActiveState"] == "active")


def main() -> None:
    CONFIG.parent.mkdir(parents=True)
    CONFIG.touch()
    systemctl("start", "voiced")
    told = {"started": shown(), "first": daemon()}
    told["walls"] = Path(f"/proc/{told['first']['pid']}/status").read_text().split()
    CONFIG.write_text("[audio]\nvolume = 21\n")
    systemctl("reload", "voiced")
    told |= {"reloaded": shown(), "second": daemon()}
    CONFIG.write_text("[audio]\nvolume = 2100\n")
    systemctl("reload", "voiced")
    CONFIG.write_text("")  # The command line reads it, too.
    told |= {"refused": shown(), "third": daemon()}
    told["killed"] = again(0, signal.SIGKILL)
    told["hung"] = again(1, signal.SIGSTOP)
    systemctl("stop", "voiced")
    told["stopped"] = shown()
    told["left"] = [each.name() for each in psutil.process_iter() if each.name().startswith("voiced")]
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()

"""What systemd's watchdog makes of the daemon, under a real user manager (R22).

A daemon that is stuck is started again; one that is muted, has no sound card or works without a pause is left alone.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.faults.outcome import Outcome, trial

LEGAL = ("deaf", "muted", "works")
"""What goes on for long, and is no reason to be started again."""
STUCK = {"ear": "stuck: the ear", "disk": "stuck: stt whisper", "loop": ""}
"""Who hangs, and what is told of it before the end: a loop that hangs tells nothing."""
LEGAL_S = 120.0
WATCHDOG_S = 30.0
PATIENCE_S = 300.0
"""An engine is tried again after a minute at most, and may load for another one before it is late."""
UNIT = """
[Service]
WatchdogSec={watchdog_s:g}
TimeoutStartSec=300
Environment=HOME={home} XDG_RUNTIME_DIR={home} XDG_STATE_HOME={home} VOICED_CONFIG={home}/config.toml
Environment=PYTHONPATH={hanging}
"""
HUNG_DISK = '[engines.stt]\nengine = ["whisper", "pocketsphinx"]\n[engines.whisper]\nmodel = "tiny.en"\n'


def run(seed: int, times: int) -> Outcome:
    """All cases at once, so often."""
    outcome = Outcome()
    for number in range(times):
        outcome += lived((*LEGAL, *STUCK), f"seed {seed}, number {number}")
    return outcome


def lived(cases: tuple[str, ...], where: str, *, legal_s: float = LEGAL_S, watchdog_s: float = WATCHDOG_S) -> Outcome:
    """Lets some daemons live through a case each, side by side.

    Args:
        cases: of `LEGAL` and `STUCK`.
        where: what makes it happen again.
        legal_s: how long what is legal goes on.
        watchdog_s: how long systemd waits for a sign of life.
    """
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            _furnish(Path(folder), case, watchdog_s)
        command = [
            *(ROOT / "tests/rigs/user-manager", f"{folder}/units"),
            *(sys.executable, "-m", "tests.faults.under_watchdog", folder, str(legal_s), *cases),
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, check=True)
    told = json.loads(done.stdout)
    return sum((_judged(case, told[case], where) for case in cases), Outcome())


def _furnish(folder: Path, case: str, watchdog_s: float) -> None:
    """A unit and a home, in which a disk may hang."""
    home, more = folder / case, folder / "units" / f"voiced-{case}.service.d"
    home.mkdir()
    more.mkdir(parents=True)
    (home / ".asoundrc").write_text("# no device at all\n")
    (home / "config.toml").write_text(HUNG_DISK if case == "disk" else "")
    unit = (ROOT / "systemd" / "voiced-user.service").read_text()
    unit = unit.replace("/opt/voiced/current/bin/voiced run", f"{sys.executable} -m voiced.cli.main run")
    more.with_name(f"voiced-{case}.service").write_text(f"{unit}\n[Service]\nWorkingDirectory={ROOT}\n")
    hanging = ROOT / "tests" / "fakes" / "hanging"
    (more / "case.conf").write_text(UNIT.format(home=home, watchdog_s=watchdog_s, hanging=hanging))


def _judged(case: str, told: dict[str, Any], where: str) -> Outcome:
    if case in LEGAL:
        return trial(
            f"{where}, {case}",
            restarted=["it was started again"] if told["restarts"] else [],
            idle=[] if told["done"] else ["it did nothing meanwhile"],
        )
    unnamed = STUCK[case] not in told["status"]
    outcome = trial(
        f"{where}, {case}",
        unnoticed=[] if told["restarts"] else [f"it was not started again within {PATIENCE_S:.0f} s"],
        unnamed=[f"systemd was told {told['status']!r}"] if unnamed else [],
    )
    outcome.counted = {f"{case}: s until it was ready again": round(told["seconds"])}
    return outcome

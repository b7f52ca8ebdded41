"""What proofs share: a machine that may be broken, and how what was seen is told."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

VOICED = "/usr/local/bin/voiced"
PATIENCE_S = 120.0
SEEN = Path("/tmp/share/seen.json")


class Proof:
    """What has been looked at so far.

    Attributes:
        seen: what came of it, by name.
        wrong: what was not as it should be.
    """

    def __init__(self) -> None:
        self.seen: dict[str, Any] = {}
        self.wrong: list[str] = []

    def see(self, name: str, found: object, *wanted: object) -> None:
        """Notes something, and whether it is what is wanted: true, unless told."""
        wanted = wanted[0] if wanted else True
        self.seen[name] = found
        if found != wanted:
            self.wrong.append(f"{name}: {found!r} instead of {wanted!r}")

    def run(self, *words: str | Path, code: int | None = 0) -> str:
        """Runs a command, which may end in any way if no code is given; gives what it printed."""
        began = time.monotonic()
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        told = " ".join(map(str, words))
        sys.stderr.write(f"{told}: {done.returncode} after {time.monotonic() - began:.1f} s\n{done.stderr}")
        if code is not None and done.returncode != code:
            self.wrong.append(f"{told}: {done.returncode} instead of {code}: {done.stdout[-500:]}{done.stderr[-500:]}")
        return done.stdout

    def told(self) -> dict[str, Any]:
        """All of it."""
        return {"seen": self.seen, "wrong": self.wrong, "load": os.getloadavg()[0], "good": not self.wrong}


def prove(module: str, work: Callable[[Proof], None]) -> int:
    """Proves something in a throw-away copy of this machine with a systemd of its own; returns the exit code."""
    if "inside" in sys.argv:
        proof = Proof()
        try:
            work(proof)
        except BaseException as error:
            proof.wrong.append(repr(error))
            raise
        finally:
            SEEN.write_text(json.dumps(proof.told(), default=str))
        return 0
    with tempfile.TemporaryDirectory() as share:
        command = [ROOT / "tests" / "rigs" / "booted", sys.executable, "-m", module, "inside"]
        done = subprocess.run(command, env={**os.environ, "SHARE": share}, cwd=ROOT, check=False)
        seen = Path(share) / SEEN.name
        told = json.loads(seen.read_text()) if seen.exists() else {"wrong": ["it did not come so far"], "good": False}
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return 0 if done.returncode == 0 and told["good"] else 1


def running(proof: Proof, code: int | None = 0) -> tuple[dict[str, str], dict]:
    """What systemd says of the unit, and the daemon of itself."""
    keys = "ActiveState,MainPID,NRestarts,StatusText"
    told = proof.run("systemctl", "show", "voiced", "-p", keys)
    status = proof.run(VOICED, "status", "--json", code=code)
    return dict(line.split("=", 1) for line in told.splitlines()), json.loads(status or "{}")


def until(
    proof: Proof, condition: Callable[[dict[str, str], dict[str, Any]], bool], *, patience_s: float = PATIENCE_S
) -> bool:
    """Waits until something is so; tells whether it came to be."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if condition(*running(proof, code=None)):
            return True
        time.sleep(0.5)
    return False

"""`voiced update` for real: a new version, one that is not well, one that goes back; with what is kept."""

import json
import shutil
import sys
import time
from pathlib import Path

from tests.conftest import ROOT
from tests.proofs.install import INSTALL
from tests.proofs.proof import VOICED, Proof, prove, running
from voiced import __version__

RELEASES = Path("/opt/voiced/releases")
PARTS = ("pyproject.toml", "uv.lock", "README.md", "LICENSE", "voiced", "config", "models", "systemd")
BROKEN = "raise RuntimeError('this version is not well')"


def main() -> int:
    return prove("tests.proofs.update", work)


def work(proof: Proof) -> None:
    proof.run(INSTALL)
    proof.run(VOICED, "ask", "set the volume to 30 percent")
    pid = running(proof)[0]["MainPID"]
    good = source("9.1.0", migrations=1)
    proof.run(VOICED, "update", "--check", "--to", good, code=1)
    updated(proof, good, "9.1.0", pid)
    broken(proof, "settings", source("9.2.0", fault=Path("cli/configuration.py")))
    broken(proof, "no migration", source("9.3.0", migrations=1, fault=Path("control/api.py")))
    broken(proof, "migration", source("9.4.0", migrations=2, later=True))
    proof.run(VOICED, "update", "--rollback", code=1)
    proof.see("no way back over a migration", json.loads(proof.run(VOICED, "status", "--json"))["version"], "9.1.0")
    updated(proof, source("9.5.0", migrations=1), "9.5.0")
    proof.run(VOICED, "update", "--rollback")
    proof.see("back", json.loads(proof.run(VOICED, "status", "--json"))["version"], "9.1.0")
    proof.see("what was said is there", "volume" in proof.run(VOICED, "history"))
    proof.see("no copy is left", Path("/var/lib/voiced/.before-update").exists(), False)


def updated(proof: Proof, new: Path, version: str, pid: str = "") -> None:
    began = time.monotonic()
    told = proof.run(VOICED, "update", "--to", new, "--json")
    proof.seen[f"{version} in s"] = round(time.monotonic() - began)
    unit, status = running(proof)
    proof.see(version, [status.get("version"), unit["ActiveState"], unit["NRestarts"]], [version, "active", "0"])
    proof.see(f"{version} is another process", unit["MainPID"] != pid)
    proof.see(f"{version} was told in steps", [json.loads(line)["event"] for line in told.splitlines()][-1], "done")
    proof.see(f"two releases with {version}", len(list(RELEASES.iterdir())), 2)


def broken(proof: Proof, name: str, new: Path) -> None:
    """What is not well goes, and what ran before runs with all that was kept."""
    before = sorted(path.name for path in RELEASES.iterdir())
    began = time.monotonic()
    told = proof.run(VOICED, "update", "--to", new, "--json", code=1)
    proof.seen[f"{name}: back in s"] = round(time.monotonic() - began)
    proof.seen[f"{name}: told"] = json.loads(told.splitlines()[-1])["message"][:300] if told else ""
    unit, status = running(proof)
    proof.see(name, [status.get("version"), unit["ActiveState"]], ["9.1.0", "active"])
    proof.see(f"{name}: nothing of it is left", sorted(path.name for path in RELEASES.iterdir()), before)
    proof.see(f"{name}: what was said is there", "volume" in proof.run(VOICED, "history"))


def source(version: str, *, migrations: int = 0, fault: Path | None = None, later: bool = False) -> Path:
    """Another version.

    Args:
        version: its number.
        migrations: by how many it changes the file.
        fault: a file of it that cannot be loaded.
        later: that is noticed only when the file has been changed.
    """
    folder = Path("/tmp") / version
    folder.mkdir()
    for part in PARTS:
        path = ROOT / part
        if path.is_dir():
            shutil.copytree(path, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, folder / part)
    for path in (folder / "pyproject.toml", folder / "uv.lock", folder / "voiced" / "__init__.py"):
        text = path.read_text()
        at = text.index('name = "voiced"') if path.suffix in {".toml", ".lock"} else 0
        path.write_text(text[:at] + text[at:].replace(f'"{__version__}"', f'"{version}"', 1))
    scripts = folder / "voiced" / "store" / "migrations"
    last = len(list(scripts.glob("*.sql")))
    for number in range(last + 1, last + 1 + migrations):
        (scripts / f"{number:04}_proof.sql").write_text(f"CREATE TABLE proof{number} (number INTEGER) STRICT;\n")
    if later:
        path = folder / "voiced" / "daemon.py"
        opened = "        await database.opened()\n"
        path.write_text(path.read_text().replace(opened, f"{opened}        {BROKEN}\n"))
    elif fault:
        path = folder / "voiced" / fault
        path.write_text(path.read_text() + f"\n{BROKEN}\n")
    return folder


if __name__ == "__main__":
    sys.exit(main())

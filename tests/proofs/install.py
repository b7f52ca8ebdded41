"""`scripts/install` for real: first, again, removed, put back, purged."""

import json
import pwd
import stat
import sys
import time
from pathlib import Path

import psutil

from tests.conftest import ROOT
from tests.proofs.proof import VOICED, Proof, prove, running

INSTALL = ROOT / "scripts" / "install"
PUT = ("/opt/voiced", "/etc/systemd/system/voiced.service", VOICED, "/usr/local/share/man/man1/voiced.1")
QUICK_S = 15.0
"""To find that there is nothing to do, on a busy machine too."""


def main() -> int:
    return prove("tests.proofs.install", work)


def work(proof: Proof) -> None:
    proof.run("apt-get", "-q", "-y", "remove", "espeak-ng")
    first(proof)
    again(proof)
    removed(proof)
    purged(proof)


def first(proof: Proof) -> None:
    began = time.monotonic()
    proof.run(INSTALL)
    proof.seen["installed in s"] = round(time.monotonic() - began)
    proof.see("packages are there", Path("/usr/bin/espeak-ng").exists())
    unit, status = running(proof)
    proof.see("active", unit["ActiveState"], "active")
    proof.see("pid", str(status.get("pid")), unit["MainPID"])
    process = psutil.Process(int(unit["MainPID"]))
    proof.see("runs as", process.username(), "voiced")
    modules = Path(proof.run("readlink", "-f", VOICED).strip()).parents[1] / "lib"
    proof.see("compiled", any(modules.rglob("voiced/__pycache__/daemon.*.pyc")))
    proof.see("seccomp", "Seccomp:\t2" in Path(f"/proc/{process.pid}/status").read_text())
    proof.see("capabilities", "CapEff:\t0000000000000000" in Path(f"/proc/{process.pid}/status").read_text())
    for path, mode, group in (("/var/lib/voiced", 0o700, "voiced"), ("/run/voiced/voiced.sock", 0o660, "voiced")):
        found = Path(path).stat()
        proof.see(path, [oct(stat.S_IMODE(found.st_mode)), Path(path).group()], [oct(mode), group])
    proof.see("service status", json.loads(proof.run(VOICED, "service", "status", "--json"))["unit"]["state"], "active")
    proof.see("manual page", Path(proof.run("man", "-w", "voiced").strip()).resolve(), Path(PUT[-1]).resolve())
    proof.run(*AS_NOBODY, VOICED, "status", code=69)  # A stranger may not.
    proof.run(VOICED, "ask", "set the volume to 30 percent")


AS_NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "env", "HOME=/tmp")


def again(proof: Proof) -> None:
    before, unit = files(), running(proof)[0]["MainPID"]
    began = time.monotonic()
    proof.run(INSTALL)
    took = time.monotonic() - began
    proof.seen["again in s"] = round(took, 1)
    proof.see("again is quick", took < QUICK_S)
    proof.see("again changes no file", sorted(map(str, files() ^ before)), [])
    proof.see("again starts nothing", running(proof)[0]["MainPID"], unit)


def removed(proof: Proof) -> None:
    proof.run(INSTALL, "--remove")
    proof.see("removed", [path for path in PUT if Path(path).exists()], [])
    proof.see("what is kept stays", Path("/var/lib/voiced/voiced.db").exists())
    proof.run(INSTALL)
    running(proof)
    proof.see("and is there again", "volume" in proof.run(VOICED, "history"))


def purged(proof: Proof) -> None:
    proof.run(INSTALL, "--remove", "--purge", code=2)
    proof.see("nothing goes unasked", Path("/var/lib/voiced/voiced.db").exists() and Path(VOICED).exists())
    proof.run(INSTALL, "--remove", "--purge", "--yes")
    left = [*PUT, "/var/lib/voiced", "/etc/voiced", "/var/cache/voiced", "/etc/sysusers.d/voiced.conf"]
    proof.see("purged", [path for path in left if Path(path).exists()], [])
    proof.see("its user", "voiced" in {each.pw_name for each in pwd.getpwall()}, False)


def files() -> set[tuple[str, int]]:
    folders = (Path("/opt/voiced"), Path("/etc"), Path("/usr/local"))
    paths = [path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts]
    return {(str(path), path.lstat().st_mtime_ns) for path in paths if not path.is_dir()}


if __name__ == "__main__":
    sys.exit(main())

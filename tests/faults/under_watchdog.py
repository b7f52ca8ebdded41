"""Runs inside a systemd user manager: lets each daemon live through its case, and prints as JSON what became of it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from tests.faults.sigterms import STATES
from tests.faults.watchdog import LEGAL, PATIENCE_S, STUCK
from voiced.setup.models import LOCK

EVERY_S = 0.5
WORK = ("says", "asks", "promises", "backs up")


def shown(case: str) -> dict[str, str]:
    keys = "ActiveState,StatusText,MainPID,NRestarts"
    command = ["systemctl", "--user", "show", f"voiced-{case}", "-p", keys]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return dict(line.split("=", 1) for line in told.splitlines())


def http(home: Path) -> httpx.Client:
    transport = httpx.HTTPTransport(uds=str(home / "voiced" / "voiced.sock"))
    return httpx.Client(transport=transport, base_url="http://voiced/api/v1", timeout=PATIENCE_S)


def muted(home: Path, until: float) -> bool:
    with http(home) as client:
        client.post("/voice/mute", json={"muted": True}).raise_for_status()
        time.sleep(max(0.0, until - time.monotonic()))  # how long it is muted is the case
        return client.get("/status").json()["muted"]


def deaf(home: Path, until: float) -> bool:
    time.sleep(max(0.0, until - time.monotonic()))  # how long there is no card is the case
    with http(home) as client:
        return bool(client.get("/status").json()["audio"]["problem"])


def works(home: Path, until: float) -> bool:
    """All at once, without a pause."""

    def work(name: str) -> None:
        while time.monotonic() < until:
            with suppress(httpx.HTTPError), http(home) as client:
                STATES[name](client)

    for name in WORK:
        threading.Thread(target=work, args=(name,), daemon=True).start()
    time.sleep(max(0.0, until - time.monotonic()))  # how long it works is the case
    with http(home) as client:
        return client.get("/status").json()["turns"] > 0


def legal(case: str, home: Path, legal_s: float) -> dict[str, Any]:
    done = {"muted": muted, "deaf": deaf, "works": works}[case](home, time.monotonic() + legal_s)
    return {"restarts": int(shown(case)["NRestarts"]), "done": done}


def stuck(case: str, home: Path) -> dict[str, Any]:
    """Lets it hang, and waits until systemd has it running again."""
    began, status, lock = time.monotonic(), "", home / "voiced" / "models" / LOCK
    if case == "disk":
        lock.parent.mkdir(parents=True)
        os.mkfifo(lock)  # Whoever reads it waits for ever: the engine is tried again, and its model looked for.
    else:
        os.kill(int(shown(case)["MainPID"]), signal.SIGUSR1 if case == "ear" else signal.SIGSTOP)
    while time.monotonic() < began + PATIENCE_S:
        told = shown(case)
        if STUCK[case] in told["StatusText"]:
            status = told["StatusText"]
            lock.unlink(missing_ok=True)
        if told["NRestarts"] != "0" and told["ActiveState"] == "active":
            return {"restarts": int(told["NRestarts"]), "status": status, "seconds": time.monotonic() - began}
        time.sleep(EVERY_S)
    return {"restarts": 0, "status": told["StatusText"], "seconds": PATIENCE_S}


def main() -> None:
    folder, legal_s, *cases = sys.argv[1:]
    subprocess.run(["systemctl", "--user", "start", *(f"voiced-{case}" for case in cases)], check=True)
    told: dict[str, dict[str, Any]] = {}

    def live(case: str) -> None:
        told[case] = (
            legal(case, Path(folder) / case, float(legal_s)) if case in LEGAL else stuck(case, Path(folder) / case)
        )

    threads = [threading.Thread(target=live, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.stdout.write(json.dumps(told))
    sys.stdout.flush()
    os._exit(0)  # Whoever still works is left.


if __name__ == "__main__":
    main()

"""The system's unit as it is shipped, under a systemd that is process 1: its life, walls, sound and network."""

import os
import pwd
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.proofs.install import INSTALL
from tests.proofs.proof import Proof, prove, running, until
from tests.proofs.sound import sound

STOPPED_S = 2.0
CONFIG = Path("/etc/voiced/config.toml")
LAN, ELSEWHERE = "192.168.77.1", "203.0.113.9"
"""The second is an address of documentation (RFC 5737), as far away as any in the internet."""
NETWORK = "[Service]\nNetworkNamespacePath=/run/netns/lan\n"


def main() -> int:
    return prove("tests.proofs.systemd", work)


def work(proof: Proof) -> None:
    proof.run(INSTALL)
    unit, status = running(proof)
    proof.see("ready without a sound card", unit["ActiveState"], "active")
    proof.see("tells why it hears nothing", unit["StatusText"].startswith("idle; hears nothing: "))
    walls(proof, status["pid"])
    reloaded(proof, status["pid"])
    again(proof, "crashed", signal.SIGKILL)
    again(proof, "hung", signal.SIGSTOP)
    sound(proof, CONFIG)
    network(proof)
    stopped(proof)


def walls(proof: Proof, pid: int) -> None:
    """What a program in the service's place could reach: its mounts are looked through."""
    voiced = pwd.getpwnam("voiced")
    inside = (
        "nsenter",
        "--target",
        str(pid),
        "--mount",
        "--root",
        "--wd",
        f"--setuid={voiced.pw_uid}",
        f"--setgid={voiced.pw_gid}",
    )
    proof.see(
        "sees itself", subprocess.run([*inside, "ls", "/opt/voiced"], check=False, capture_output=True).returncode, 0
    )
    sees = subprocess.run([*inside, "ls", "/root", "/home"], capture_output=True, text=True, check=False)
    proof.see("sees no home", sees.stdout.replace("/home:", "").replace("/root:", "").split(), [])
    writes = subprocess.run(
        [*inside, "touch", "/var/tmp/mine", "/usr/mine", "/etc/mine"], capture_output=True, check=False
    )
    proof.see("writes nowhere else", writes.returncode, 1)
    proof.see(
        "but what it keeps", subprocess.run([*inside, "touch", "/var/lib/voiced/.mine"], check=False).returncode, 0
    )
    exposure = proof.run("systemd-analyze", "security", "voiced", "--no-pager").splitlines()[-1]
    proof.seen["exposure"] = exposure.strip()


def reloaded(proof: Proof, pid: int) -> None:
    CONFIG.parent.mkdir(exist_ok=True)
    CONFIG.write_text("[audio]\nvolume = 21\n")
    proof.run("systemctl", "reload", "voiced")
    status = running(proof)[1]
    proof.see("reloaded", [status["pid"], status["volume"]], [pid, 21])


def again(proof: Proof, name: str, number: int) -> None:
    """A daemon that is gone or hangs is started again."""
    unit = running(proof)[0]
    began = time.monotonic()
    os.kill(int(unit["MainPID"]), number)
    proof.see(f"{name}, and was started again", until(proof, lambda told, _: restarted(told, unit)))
    proof.seen[f"{name}: ready again in s"] = round(time.monotonic() - began, 1)


def restarted(told: dict[str, str], before: dict[str, str]) -> bool:
    return int(told["NRestarts"]) > int(before["NRestarts"]) and told["ActiveState"] == "active"


def network(proof: Proof) -> None:
    """A broker in the local network, and one elsewhere, in a network of their own."""
    for words in (
        "netns add lan",
        "-n lan link set lo up",
        f"-n lan addr add {LAN}/32 dev lo",
        f"-n lan addr add {ELSEWHERE}/32 dev lo",
    ):
        proof.run("ip", *words.split())
    Path("/run/mosquitto.conf").write_text(
        f"user root\nallow_anonymous true\nlistener 1883 {LAN}\nlistener 1883 {ELSEWHERE}\n"
    )
    broker = subprocess.Popen(["ip", "netns", "exec", "lan", "/usr/sbin/mosquitto", "-c", "/run/mosquitto.conf"])
    drop_in = Path("/etc/systemd/system/voiced.service.d/network.conf")
    drop_in.parent.mkdir(exist_ok=True)
    drop_in.write_text(NETWORK)
    proof.run("systemctl", "daemon-reload")
    for name, host in (("the local network", LAN), ("the internet", ELSEWHERE)):
        CONFIG.write_text(f'[home.mqtt]\nhost = "{host}"\n')
        proof.run("systemctl", "restart", "voiced")
        reached = until(proof, lambda _, status: connected(status), patience_s=20.0)
        proof.see(f"a broker in {name} is reached", reached, host == LAN)
    broker.terminate()


def connected(status: dict[str, Any]) -> bool:
    return any(each["connected"] for each in status["home"]["connections"]) if status else False


def stopped(proof: Proof) -> None:
    began = time.monotonic()
    proof.run("systemctl", "stop", "voiced")
    took = time.monotonic() - began
    proof.seen["stopped in s"] = round(took, 2)
    proof.see("stopped in time", took <= STOPPED_S)
    keys = "ActiveState,Result,ExecMainStatus"
    proof.see("in order", proof.run("systemctl", "show", "voiced", "-p", keys).split(), ORDER)
    proof.see("nobody is left", subprocess.run(["pgrep", "-u", "voiced"], check=False, capture_output=True).stdout, b"")


ORDER = ["Result=success", "ExecMainStatus=0", "ActiveState=inactive"]


if __name__ == "__main__":
    sys.exit(main())

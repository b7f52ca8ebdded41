"""Who can reach the daemon as it comes: nobody from elsewhere, and no other user of the machine (R18)."""

import os
import resource
import stat
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from tests.faults.daemon_kills import Life, kill
from tests.rigs.background import until

# httpcore drops sockets that nobody answers.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
NOBODY = 65_534
ASKING = """
import socket, sys
with socket.socket(socket.AF_UNIX) as asking:
    try:
        asking.connect(sys.argv[1])
    except PermissionError:
        sys.exit("refused")
    asking.sendall(b"GET /api/v1/status HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n")
    sys.stdout.write(asking.recv(20).decode())
"""


@pytest.fixture(scope="module")
def life() -> Generator[Life]:
    """A home into which every user may look."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Life(Path(folder))


@contextmanager
def running(life: Life) -> Generator[int]:
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1_024, usual[1]))  # as systemd gives it to a service
    try:
        process, _ = life.start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, usual)
    try:
        yield process.pid
    finally:
        kill(process)


def as_user(life: Life, user: int, groups: list[int]) -> subprocess.CompletedProcess[str]:
    command = ["/usr/bin/env", "python3", "-c", ASKING, str(life.socket)]
    return subprocess.run(
        command, user=user, group=user, extra_groups=groups, cwd="/", capture_output=True, text=True, check=False
    )


def listeners(pid: int) -> list[str]:
    """Where a process and its children listen, as the kernel tells in /proc/net."""
    found = []
    for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # espeak-ng ends with its sentence.
            found += process.net_connections("inet")
    return [each.laddr.ip for each in found if each.status == psutil.CONN_LISTEN or each.type.name == "SOCK_DGRAM"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")
def test_as_it_comes_it_is_there_for_its_user_and_its_group_alone(life: Life):
    with running(life) as pid:
        assert listeners(pid) == []
        assert psutil.Process(pid).rlimit(psutil.RLIMIT_NOFILE)[0] >= 4_096
        assert stat.S_IMODE(life.socket.stat().st_mode) == 0o660
        stranger = as_user(life, NOBODY, [])
        assert (stranger.stdout, stranger.stderr.strip()) == ("", "refused")
        assert as_user(life, NOBODY, [life.socket.stat().st_gid]).stdout.startswith("HTTP/1.1 200")


def test_others_are_let_in_only_where_there_is_a_key_and_a_word_of_it(life: Life):
    wanted = {"VOICED_HTTP_LISTEN": '["0.0.0.0:0", "127.0.0.1:0"]'}
    command = [sys.executable, "-m", "voiced.cli.main"]
    life.environment |= wanted

    def voiced(*verb: str) -> str:
        return subprocess.run(
            [*command, *verb], env=life.environment, capture_output=True, text=True, check=True
        ).stdout

    with running(life) as pid:
        until(lambda: "no key is in force" in voiced("status"), "it tells why it does not listen")
        assert listeners(pid) == ["127.0.0.1"]
        assert "no key is in force" in voiced("config", "check")
        voiced("keys", "add", "phone")
        assert "no key is in force" not in voiced("config", "check")
        until(lambda: len(listeners(pid)) == 2, "it listens at both addresses")
        assert sorted(listeners(pid)) == ["0.0.0.0", "127.0.0.1"]  # noqa: S104 (it is what was wanted)

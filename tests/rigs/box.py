"""A home for voiced: a configuration, a secret, its verbs and its daemon, without any sound device."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT
from tests.faults.daemon_kills import kill

COMMAND = [sys.executable, "-m", "voiced.cli.main"]
PATIENCE_S = 60


class Box:
    """A home of its own.

    Args:
        home: an empty folder.
        way: where the key of the file comes from.
    """

    def __init__(self, home: Path, way: str = "keyfile") -> None:
        self.home, self.kept = home, home / "state" / "voiced"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "VOICED_CONFIG": str(home / "config.toml"),
            "XDG_RUNTIME_DIR": str(home),
            "XDG_STATE_HOME": str(home / "state"),
        }
        (home / ".asoundrc").write_text("# no device at all\n")
        self.secret(os.urandom(32))
        self.configure(way)

    def secret(self, content: bytes) -> None:
        (self.home / "secret").unlink(missing_ok=True)
        (self.home / "secret").write_bytes(content)
        (self.home / "secret").chmod(0o400)

    def configure(self, way: str) -> None:
        content = f'[store]\nencryption = "{way}"\nkey_file = "{self.home / "secret"}"\n'
        (self.home / "config.toml").write_text(content)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *words],
            env=self.environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def __call__(self, *words: str, code: int = 0) -> list[dict]:
        """Runs a verb; gives what it printed."""
        done = self.run(*words, "--json")
        assert done.returncode == code, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    @contextmanager
    def daemon(self) -> Generator[None]:
        with (self.home / "daemon.log").open("a") as log:
            process = subprocess.Popen([*COMMAND, "run"], env=self.environment, cwd=ROOT, stderr=log)
        try:
            until = time.monotonic() + PATIENCE_S
            while self.run("status").returncode:
                assert time.monotonic() < until, "the daemon does not get ready"
            yield
        finally:
            kill(process)

    def files(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.kept.rglob("*") if path.is_file()}

    def telling(self, words: str) -> list[str]:
        """The files of the home, of any kind, in which some words stand in clear."""
        names = [path for path in self.home.rglob("*") if path.is_file()]
        return [str(path.relative_to(self.home)) for path in names if words.encode() in path.read_bytes().lower()]

"""What the tests of whole processes share: the command line, in a home of its own."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.fixture
def voiced(tmp_path):
    """Runs the command line in a home of its own; returns what it printed and its exit code."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "VOICED_CONFIG": str(tmp_path / "config.toml"),
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }
    (tmp_path / "config.toml").touch()

    def run(*words, code=0):
        done = subprocess.run(
            [sys.executable, "-m", "voiced.cli.main", *map(str, words)],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr + done.stdout
        return done.stdout + done.stderr

    return run

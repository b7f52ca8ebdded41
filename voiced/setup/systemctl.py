"""systemctl, called in one way: never without end."""

import subprocess

PATIENCE_S = 3.0
"""For what it only tells."""
LIMIT_S = 120.0
"""For what it does: longer than systemd waits for a unit to start or to end."""


def command(*words: str, scope: str = "") -> tuple[str, ...]:
    """The words of a call.

    Args:
        words: what systemctl is to do.
        scope: empty for the system's, `--user` for the user's own.
    """
    return ("systemctl", *scope.split(), *words)


def show(scope: str, *keys: str) -> dict[str, str]:
    """What systemd tells of voiced's unit; nothing where it does not tell in time, or is not there."""
    asked = command("show", "voiced.service", "-p", ",".join(keys), scope=scope)
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=PATIENCE_S, check=False)  # noqa: S603 (a program of the system)
    except (OSError, subprocess.SubprocessError):
        return {}
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


def stop(scope: str) -> str:
    """Stops voiced's unit; gives why it does not stop, nothing if it does."""
    asked = command("stop", "voiced", scope=scope)
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=LIMIT_S, check=False)  # noqa: S603 (a program of the system)
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    return (done.stderr.strip() or f"exit code {done.returncode}") if done.returncode else ""

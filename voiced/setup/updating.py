"""An update without fear: the new version stands beside the old one, is tried, and goes if it is not well."""

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from voiced.core.errors import VoicedError
from voiced.setup import releases, snapshot, systemctl
from voiced.setup.releases import Release, UpdateFailed

LIMIT_S = 90.0
"""In this time a new version is ready and answers."""
STEADY_S = 5.0
"""And goes on doing so for that long."""
EVERY_S = 0.5
PATIENCE_S = 300.0
"""For what a program of voiced itself is asked: one that hangs is no version that is well."""
HOPELESS = 3
"""A version that systemd had to start again so often is waited for no longer."""

Tell = Callable[[str], None]


class Installed(Struct, frozen=True):
    """Where voiced is, and what runs it.

    Attributes:
        prefix: the folder of all releases.
        state: the folder of everything that is kept.
        scope: of systemd: empty for the system's, `--user` for the user's own; None: it is not started by systemd.
    """

    prefix: Path
    state: Path
    scope: str | None

    def update(self, source: Path, extras: Sequence[str], tell: Tell, limit_s: float = LIMIT_S) -> Release:
        """Installs a version, and lets it count if it is well.

        Args:
            source: see `releases.make`.
            extras: what it is to have besides what there is.
            tell: told each step.
            limit_s: how long it may take to be ready.

        Raises:
            UpdateFailed: it cannot be installed, or is not well: what ran before runs.
        """
        self._look_for_left()
        before = releases.current(self.prefix)
        wanted = sorted({*before.extras, *extras})
        tell(f"install {source}")
        made = releases.make(self.prefix, source, wanted)
        try:
            self._tried(made)
            self._exchange(before, made, tell, limit_s)
        except BaseException:
            if releases.current(self.prefix).number != made.number:
                releases.remove(self.prefix, made.number)
            raise
        for old in set(releases.numbers(self.prefix)) - {before.number, made.number}:
            tell(f"remove release {old}")
            releases.remove(self.prefix, old)
        return made

    def back(self, tell: Tell, limit_s: float = LIMIT_S) -> Release:
        """Lets the version before count again.

        Raises:
            UpdateFailed: there is none, it cannot read what is kept, or it is not well.
        """
        self._look_for_left()
        now = releases.current(self.prefix)
        older = [each for each in releases.all_of(self.prefix) if each.number < now.number]
        if not older:
            raise UpdateFailed("there is no version before this one", hint="`voiced update --to PATH` brings one.")
        if self._newer(now, older[-1]):
            hint = "`voiced restore` lists the backups; the one from before the update it can read."
            raise UpdateFailed(f"{older[-1].version} cannot read what this version has written", hint=hint)
        self._exchange(now, older[-1], tell, limit_s)
        return older[-1]

    def _newer(self, one: Release, other: Release) -> bool:
        """Whether one of them makes of the file what the other one cannot read."""
        return releases.schema(self.prefix, one.number) > releases.schema(self.prefix, other.number)

    def _tried(self, release: Release) -> None:
        """Whether it takes the settings as they are."""
        code, told = _asked(releases.folder(self.prefix, release.number) / "bin" / "voiced", "config", "check")
        if code:
            raise UpdateFailed(f"{release.version} refuses the settings: {told}")

    def _exchange(self, before: Release, after: Release, tell: Tell, limit_s: float) -> None:
        """Lets another release count; if it is not well, the old one with what was kept before."""
        if not self.runs():
            tell(f"switch to {after.version}")
            releases.switch(self.prefix, after.number)
            return
        self._back_up(tell)
        snapshot.need_room(self.state)
        taken = False
        try:
            tell("stop")
            self._stop()
            snapshot.take(self.state)
            taken = True
            tell(f"switch to {after.version}")
            releases.switch(self.prefix, after.number)
            tell("start, and look whether it is well")
            self._start(after, limit_s)
        except BaseException as error:
            self._return(before, tell, limit_s, put_back=taken and self._newer(after, before))
            if isinstance(error, VoicedError):
                raise UpdateFailed(f"{error.message}; {before.version} runs again", hint=error.hint) from error
            raise
        snapshot.drop(self.state)

    def _return(self, before: Release, tell: Tell, limit_s: float, *, put_back: bool) -> None:
        """Lets the old version run again, with what was kept before; where that fails, the copy of it stays.

        Raises:
            UpdateFailed: the new one does not stop, or the old one is not well.
            StoreBroken: what was kept cannot be put back.
        """
        tell(f"back to {before.version}")
        self._stop()
        releases.switch(self.prefix, before.number)
        if put_back:
            tell("put back what was kept")
            snapshot.put_back(self.state)
        self._start(before, limit_s)
        snapshot.drop(self.state)

    def _look_for_left(self) -> None:
        """An update that was broken off may have left the only whole copy of what was kept.

        Raises:
            UpdateFailed: there is one.
        """
        if copy := snapshot.left(self.state):
            hint = (
                f"If voiced runs and nothing is missing: `rm -r {copy}`. "
                f"If not: stop voiced, `rm -f {self.state}/voiced.db-*`, `mv {copy}/* {self.state}/`, start voiced."
            )
            told = f"an update was broken off, and {copy} has what was kept before it"
            raise UpdateFailed(told, code="update-unfinished", hint=hint)

    def _start(self, release: Release, limit_s: float) -> None:
        """Starts it with its own unit, and looks whether it is ready, answers and stays.

        Raises:
            UpdateFailed: it is not well in time.
        """
        until, steady = time.monotonic() + limit_s, 0.0
        program = self.prefix / "current" / "bin" / "voiced"
        install = [program, "service", "install", *(self.scope or "").split()]
        self._run(install, until)
        told = "it does not start"
        while time.monotonic() < until:
            shown = self._shown()
            told = self._unwell(program, shown, release)
            if int(shown.get("NRestarts") or 0) >= HOPELESS:
                break
            if told:
                steady = 0.0
            elif not steady:
                steady = time.monotonic()
            elif time.monotonic() > steady + STEADY_S:
                return
            time.sleep(EVERY_S)
        scope = f"{self.scope} " if self.scope else ""
        raise UpdateFailed(f"{release.version} is not well: {told}", hint=f"`journalctl {scope}-u voiced` tells why.")

    def _run(self, command: Sequence[str | Path], until: float) -> None:
        """What fails here is looked at afterwards: systemd goes on trying."""
        try:
            limit_s = max(1.0, until - time.monotonic())
            subprocess.run(command, capture_output=True, timeout=limit_s, check=False)  # noqa: S603 (our own program)
        except (OSError, subprocess.TimeoutExpired):
            return

    def runs(self) -> bool:
        """Whether systemd runs it."""
        return self.scope is not None and self._shown().get("ActiveState") in {"active", "activating", "reloading"}

    def _shown(self) -> dict[str, str]:
        return systemctl.show(self.scope or "", "ActiveState", "MainPID", "NRestarts")

    def _unwell(self, program: Path, shown: dict[str, str], release: Release) -> str:
        """Why it is not well; empty if it is."""
        if shown.get("ActiveState") != "active":
            return f"it is {shown.get('ActiveState', 'not there')}, started again {shown.get('NRestarts', 0)} times"
        code, told = _asked(program, "status", "--json")
        if code:
            return "it does not answer"
        status: dict[str, Any] = json.loads(told)
        if status["version"] != release.version:
            return f"{status['version']} answers"
        if str(status["pid"]) != shown.get("MainPID"):
            return "another daemon answers"
        problem = status["store"]["problem"]
        return f"what is said is not kept: {problem}" if problem else ""

    def _stop(self) -> None:
        """Nobody has the file open after that.

        Raises:
            UpdateFailed: it does not stop.
        """
        if told := systemctl.stop(self.scope or ""):
            raise UpdateFailed(f"voiced does not stop: {told}")

    def _back_up(self, tell: Tell) -> None:
        """An ordinary backup, through the daemon that runs; one that hangs is no reason not to be replaced."""
        tell("back up what is kept")
        code, told = _asked(self.prefix / "current" / "bin" / "voiced", "backup", "--json")
        if code:
            tell(f"there is no new backup: {told}")


def _asked(program: Path, *words: str) -> tuple[int, str]:
    """What voiced itself says to a verb, with its exit code; one that does not answer in time has failed."""
    try:
        done = subprocess.run([program, *words], capture_output=True, text=True, timeout=PATIENCE_S, check=False)  # noqa: S603 (our own program)
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    return done.returncode, (done.stdout or done.stderr).strip()

"""voiced as a service of systemd: what has to be written, run and removed for it."""

import os
import pwd
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from glob import escape
from pathlib import Path

from msgspec import Struct

from voiced.core.config import Config
from voiced.core.disk import TRANSFERS
from voiced.core.errors import VoicedError
from voiced.setup import releases, systemctl
from voiced.setup.models import LOCK, read_lock
from voiced.setup.modelstore import PARTS
from voiced.setup.places import CACHE, RECORDINGS, SYSTEM_STATE, models_folder, state_folder, units_folder
from voiced.setup.settings import SYSTEM_FOLDER
from voiced.setup.snapshot import COPY

HIDDEN = (Path("/home"), Path("/root"), Path("/run/user"))
"""What the system's unit does not see (ProtectHome)."""
PEOPLE = Path("/etc/sysusers.d/voiced.conf")
SYSTEM_CACHE = Path("/var/cache/voiced")
KEPT = (
    "voiced.*",
    f"{COPY}*",
    "backups/voiced-*.db*",
    TRANSFERS,
    *(f"{CACHE}/{each}" for each in ("llm", "phrases", RECORDINGS)),
)
"""What is voiced's own in a folder for what is kept."""
MODELS = (LOCK, f".{LOCK}.part", ".held", PARTS)
"""What is voiced's own in a folder of models, besides those that the lock file names."""
PATIENCE_S = 600.0
"""For one step: a folder of models on a slow disk takes a while to remove."""
SHIPPED = "/opt/voiced/current/bin/voiced"
"""Where the units that come with voiced have it."""


class ServiceFailed(VoicedError):
    """The service could not be set up."""

    code = "service-failed"


class Step(Struct, frozen=True):
    """One thing to do: a command to run, or a file to write or to remove.

    Attributes:
        command: words; empty for a file.
        path: the file.
        content: what is written; None: it is removed.
    """

    command: tuple[str, ...] = ()
    path: Path = Path()
    content: str | None = None

    def __str__(self) -> str:
        """What is done, in words."""
        if self.command:
            return shlex.join(self.command)
        return f"remove {self.path}" if self.content is None else f"write {self.path}"

    def do(self) -> None:
        """Does it.

        Raises:
            ServiceFailed: it cannot be done.
        """
        try:
            if self.command:
                subprocess.run(self.command, check=True, stdin=subprocess.DEVNULL, timeout=PATIENCE_S)  # noqa: S603 (programs of the system)
            elif self.content is None:
                self.path.unlink(missing_ok=True)
            else:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self.path.write_text(self.content)
        except (OSError, subprocess.SubprocessError) as error:
            hint = "What was done before it stays; the same again goes on from there."
            raise ServiceFailed(f"{self} failed: {error}", hint=hint) from error


def installing(*, user: bool, program: Path | None = None) -> list[Step]:
    """What makes voiced a service; again, it is an update.

    Args:
        user: the user's own instead of the system's.
        program: the command `voiced` that it runs; None: the one that this is.

    Raises:
        ServiceFailed: this user may not, or the service would not see the program.
    """
    program = program or releases.program()
    _check(user=user)
    if not user and any(program.resolve().is_relative_to(hidden) for hidden in HIDDEN):
        hint = "`sudo scripts/install` puts it into /opt/voiced; or take `voiced service install --user`."
        raise ServiceFailed(f"the system's service does not see {program}", hint=hint)
    name = "voiced-user.service" if user else "voiced.service"
    content = (units_folder() / name).read_text().replace(SHIPPED, str(program))
    steps = [Step(path=_unit(user=user), content=content)]
    if not user:
        steps += [Step(path=PEOPLE, content=(units_folder() / "voiced.sysusers").read_text())]
        steps += [Step(("systemd-sysusers", str(PEOPLE)))]
    scope = "--user" if user else ""
    words = (("daemon-reload",), ("enable", "voiced"), ("restart", "voiced"))
    return steps + [Step(systemctl.command(*each, scope=scope)) for each in words]


def uninstalling(*, user: bool, purge: bool = False) -> list[Step]:
    """What ends the service and takes it away. What is kept stays, and so does the system's user, whose it is.

    Args:
        user: the user's own instead of the system's.
        purge: what is kept is removed next: it is no error that the service is gone already.

    Raises:
        ServiceFailed: this user may not, or there is no service.
    """
    _check(user=user)
    if not _unit(user=user).exists():
        if purge:
            return []
        raise ServiceFailed(f"there is no {_unit(user=user)}", hint="`voiced service status` tells what there is.")
    scope = "--user" if user else ""
    return [
        Step(systemctl.command("disable", "--now", "voiced", scope=scope)),
        Step(path=_unit(user=user)),
        Step(systemctl.command("daemon-reload", scope=scope)),
    ]


def purging(config: Config, *, user: bool) -> list[Step]:
    """What removes all that is kept after that; of the system, its settings and its user, too.

    Args:
        config: a folder that it names may hold what others keep there: of that, only what is voiced's own goes.
        user: the user's own instead of the system's.
    """
    whole = [state_folder(Config())] if user else [SYSTEM_STATE, SYSTEM_CACHE, SYSTEM_FOLDER]
    kept = _own(state_folder(config), KEPT) if config.store.folder else []
    models = models_folder(config)
    known = _own(models, (*MODELS, *map(escape, read_lock(models).models))) if models not in whole else []
    steps = [Step(("rm", "-rf", "--", *map(str, [*kept, *known, *whole])))]
    if not user:
        steps += [Step(path=PEOPLE)]
        steps += [Step(("userdel", "voiced"))] if _is_user("voiced") else []
    return steps


def _own(folder: Path, names: Iterable[str]) -> list[Path]:
    return sorted(path for name in names for path in folder.glob(name))


def _is_user(name: str) -> bool:
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def _check(*, user: bool) -> None:
    if shutil.which("systemctl") is None:
        raise ServiceFailed("there is no systemd here", hint="Let whatever starts programs here run `voiced run`.")
    if not user and os.geteuid():
        raise ServiceFailed("only root may change the system's service", hint="Use sudo, or --user for your own.")


def _unit(*, user: bool, environment: Mapping[str, str] = os.environ) -> Path:
    if not user:
        return Path("/etc/systemd/system/voiced.service")
    own = environment.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(own) / "systemd" / "user" / "voiced.service"

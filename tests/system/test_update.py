"""`voiced update` over releases that are scripts, with a systemctl that writes down what it is told.

`scripts/proof update` does it with real ones.
"""

import errno
import itertools
import os
import shutil
import signal
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from voiced.cli.update import update as verb
from voiced.core.errors import StoreBroken, StoreFull
from voiced.setup import releases, snapshot, updating
from voiced.setup.releases import Release, UpdateFailed
from voiced.setup.updating import Installed

PROGRAM = """#!/bin/sh
case "$*" in
  *status*) [ -z "{ill}" ] && printf '{{"version": "{version}", "pid": 7, "store": {{"problem": ""}}}}' ;;
  "service install"*) echo "start {version}" >>"$TOLD"; [ -z "{writes}" ] || echo {version} >"$STATE/voiced.db" ;;
  "config check") exit {refuses} ;;
esac
"""
SYSTEMCTL = """#!/bin/sh
case "$*" in
  *show*) printf 'ActiveState=active\\nMainPID=7\\nNRestarts=%s\\n' "${ENDS:-0}" ;;
  *) echo "$*" >>"$TOLD" ;;
esac
[ "$*" != "--user stop voiced" ] || [ -z "$AT_STOP" ] || [ -e "$TOLD.once" ] || { touch "$TOLD.once"; eval "$AT_STOP"; }
"""


@pytest.fixture(autouse=True)
def interruptible() -> Generator[None]:
    """Ctrl-C arrives, also where the tests were begun with it being ignored, as by a shell in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installed:
    """One release that works, and what it keeps."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "voiced.db").write_text("1.0\n")
    (tmp_path / "bin").mkdir()
    program(tmp_path / "bin" / "systemctl", SYSTEMCTL)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    monkeypatch.setenv("STATE", str(tmp_path / "state"))
    monkeypatch.setattr(updating, "STEADY_S", 0.01)
    monkeypatch.setattr(updating, "EVERY_S", 0.01)
    release(tmp_path, 1, "1.0")
    releases.switch(tmp_path, 1)
    return Installed(tmp_path, tmp_path / "state", "--user")


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def release(prefix: Path, number: int, version: str, *, migrations: int = 7, **ways: object) -> Release:
    """A release that is well, unless it is `ill`, `refuses` or `writes` another file."""
    folder = releases.folder(prefix, number)
    scripts = folder / "lib/python3.11/site-packages/voiced/store/migrations"
    (folder / "bin").mkdir(parents=True)
    scripts.mkdir(parents=True)
    for each in range(migrations):
        (scripts / f"{each}.sql").touch()
    ways = {"ill": "", "writes": "", "refuses": 0} | ways
    program(folder / "bin" / "voiced", PROGRAM.format(version=version, **ways))
    made = Release(number, version)
    releases.record(prefix, made)
    return made


def update(installed: Installed, monkeypatch: pytest.MonkeyPatch, **ways: object) -> list[str]:
    """Lets release 2 be installed; gives the steps."""
    monkeypatch.setattr(releases, "make", lambda prefix, source, _: release(prefix, 2, str(source), **ways))
    steps: list[str] = []
    installed.update(Path("2.0"), [], steps.append, limit_s=0.5)
    assert not list(installed.state.glob(".*"))
    return steps


def told(installed: Installed) -> list[str]:
    return (installed.prefix / "told").read_text().splitlines()


def kept(installed: Installed) -> str:
    return (installed.state / "voiced.db").read_text().strip()


def test_a_version_that_is_well_counts_and_one_before_it_stays(installed: Installed, monkeypatch: pytest.MonkeyPatch):
    steps = update(installed, monkeypatch)
    assert steps[0] == "install 2.0"
    assert releases.current(installed.prefix).version == "2.0"
    assert told(installed) == ["--user stop voiced", "start 2.0"]
    assert installed.back(steps.append).version == "1.0"
    assert releases.current(installed.prefix).version == "1.0"
    assert told(installed)[2:] == ["--user stop voiced", "start 1.0"]


@pytest.mark.parametrize(("migrations", "left"), [(7, "2.0"), (8, "1.0")])
def test_one_that_is_not_well_goes_with_what_it_changed(
    installed: Installed, monkeypatch: pytest.MonkeyPatch, migrations: int, left: str
):
    with pytest.raises(UpdateFailed, match=r"2\.0 is not well.*1\.0 runs again"):
        update(installed, monkeypatch, ill="yes", writes="yes", migrations=migrations)
    assert releases.current(installed.prefix).version == "1.0"
    assert told(installed) == ["--user stop voiced", "start 2.0", "--user stop voiced", "start 1.0"]
    assert kept(installed) == left
    assert not list(installed.state.glob(".*"))
    assert [each.number for each in releases.all_of(installed.prefix)] == [1]


def broken_off(calls: int, error: BaseException, call: Callable[..., object]) -> Callable[..., object]:
    """A call that goes on as it is, and breaks off at one of its calls."""
    counted = itertools.count(1)

    def called(*args: Any, **keys: Any) -> object:
        if next(counted) == calls:
            raise error
        return call(*args, **keys)

    return called


def half(source: Path, target: Path) -> None:
    """The disk is full in the midst of a file."""
    target.write_bytes(source.read_bytes()[:1])
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Nobody waits for the fake systemctl.
def test_an_update_that_is_interrupted_while_it_stops_the_daemon_takes_nothing(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AT_STOP", f"kill -INT {os.getpid()}")
    with pytest.raises(KeyboardInterrupt):
        update(installed, monkeypatch, migrations=8)
    assert kept(installed) == "1.0"
    assert told(installed)[-1] == "start 1.0"
    assert [each.number for each in releases.all_of(installed.prefix)] == [1]


def test_a_daemon_that_does_not_stop_keeps_its_file(installed: Installed, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AT_STOP", "exit 1")
    with pytest.raises(UpdateFailed, match=r"does not stop.*1\.0 runs again"):
        update(installed, monkeypatch, migrations=8)
    assert told(installed) == ["--user stop voiced", "--user stop voiced", "start 1.0"]
    assert kept(installed) == "1.0"


def test_a_disk_that_is_full_amid_the_copy_leaves_the_file_as_it_was(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shutil, "copy2", half)
    with pytest.raises(UpdateFailed, match=r"No space.*1\.0 runs again"):
        update(installed, monkeypatch, migrations=8)
    assert kept(installed) == "1.0"
    assert not list(installed.state.glob(".*"))
    assert told(installed)[-1] == "start 1.0"


def test_where_there_is_no_room_for_a_copy_the_daemon_is_not_stopped(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
):
    with (installed.state / "voiced.db").open("r+b") as file:
        file.truncate(2**43)
    with pytest.raises(StoreFull):
        update(installed, monkeypatch, migrations=8)
    assert not (installed.prefix / "told").exists()


@pytest.mark.parametrize("error", [OSError(errno.EIO, "the disk is broken"), KeyboardInterrupt()])
def test_what_cannot_be_put_back_stays_in_the_copy_and_the_next_update_tells(
    installed: Installed, monkeypatch: pytest.MonkeyPatch, error: BaseException
):
    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", broken_off(3, error, Path.replace))  # After two switches.
        with pytest.raises((StoreBroken, KeyboardInterrupt)):
            update(installed, monkeypatch, ill="yes", writes="yes", migrations=8)
    copy = installed.state / ".before-update"
    assert (copy / "voiced.db").read_text() == "1.0\n"
    for again in (lambda: update(installed, monkeypatch), lambda: installed.back(print)):
        with pytest.raises(UpdateFailed, match="was broken off") as caught:
            again()
        assert caught.value.code == "update-unfinished"
        assert str(copy) in caught.value.hint
    assert (copy / "voiced.db").read_text() == "1.0\n"


def test_what_others_have_in_the_same_folder_is_left_alone(installed: Installed, monkeypatch: pytest.MonkeyPatch):
    (installed.state / "holiday.jpg").write_text("the sea")
    with pytest.raises(UpdateFailed):
        update(installed, monkeypatch, ill="yes", writes="yes", migrations=8)
    assert (installed.state / "holiday.jpg").read_text() == "the sea"
    assert kept(installed) == "1.0"


@pytest.mark.parametrize("calls", range(1, 8))
@pytest.mark.parametrize("step", ["unlink", "replace", "rename", "mkdir"])
def test_wherever_the_power_goes_each_file_is_whole_in_one_of_two_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, calls: int
):
    old = {"voiced.db": "old", "voiced.db-wal": "old log"}
    for name, text in old.items():
        (tmp_path / name).write_text(text)
    with monkeypatch.context() as power, suppress(KeyboardInterrupt):
        power.setattr(Path, step, broken_off(calls, KeyboardInterrupt(), getattr(Path, step)))
        snapshot.take(tmp_path)
        for name in ("voiced.db", "voiced.db-wal", "voiced.damaged"):
            (tmp_path / name).write_text("new")
        snapshot.put_back(tmp_path)
    places = (tmp_path / ".before-update", tmp_path)
    for name, text in old.items():
        found = next(place / name for place in places if (place / name).exists())
        assert found.read_text() == text
    assert snapshot.left(tmp_path) or (tmp_path / "voiced.db").read_text() == "old"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Those of a version that is not installed yet."""
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[project]\nname = "voiced"\nversion = "2.0"\n')
    return folder


def installer(prefix: Path, does: str) -> None:
    """Puts a script where uv is: it does this to the folder `$UV_PROJECT_ENVIRONMENT`."""
    (prefix / "uv" / "bin").mkdir(parents=True)
    program(prefix / "uv" / "bin" / "uv", f'#!/bin/sh\nmkdir -p "$UV_PROJECT_ENVIRONMENT/bin"\n{does}\n')


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Nobody waits for the fake uv.
def test_of_a_release_that_is_broken_off_nothing_is_left(installed: Installed, sources: Path):
    installer(installed.prefix, f"kill -INT {os.getpid()}")
    with pytest.raises(KeyboardInterrupt):
        releases.make(installed.prefix, sources, [])
    assert not releases.folder(installed.prefix, 2).exists()


def test_a_release_is_compiled_when_it_is_made_because_its_service_may_not_write_there(
    installed: Installed, sources: Path
):
    installer(
        installed.prefix,
        'cd "$UV_PROJECT_ENVIRONMENT/bin"\necho "$UV_COMPILE_BYTECODE" >compiled\n'
        "printf '#!/bin/sh\\necho 2.0\\n' >voiced\nchmod 755 voiced",
    )
    made = releases.make(installed.prefix, sources, [])
    assert made.version == "2.0"
    assert (releases.folder(installed.prefix, made.number) / "bin" / "compiled").read_text() == "1\n"


def test_what_is_no_voiced_is_told_so(installed: Installed):
    with pytest.raises(UpdateFailed, match="is no voiced"):
        releases.make(installed.prefix, installed.prefix / "nowhere", [])
    assert releases.numbers(installed.prefix) == [1]


def test_a_daemon_that_hangs_is_replaced_without_a_backup(installed: Installed, monkeypatch: pytest.MonkeyPatch):
    program(
        releases.folder(installed.prefix, 1) / "bin" / "voiced", '#!/bin/sh\n[ "$1" != backup ] || exec sleep 1000\n'
    )
    monkeypatch.setattr(updating, "PATIENCE_S", 0.5)
    steps = update(installed, monkeypatch)
    assert [step for step in steps if step.startswith("there is no new backup: ") and "timed out" in step]
    assert releases.current(installed.prefix).version == "2.0"


def test_what_was_left_of_other_releases_goes_with_a_good_update(installed: Installed, monkeypatch: pytest.MonkeyPatch):
    releases.folder(installed.prefix, 9).mkdir()
    update(installed, monkeypatch)
    assert releases.numbers(installed.prefix) == [1, 2]


def test_one_that_ends_again_and_again_is_waited_for_no_longer(installed: Installed, monkeypatch: pytest.MonkeyPatch):
    release(installed.prefix, 2, "2.0")
    releases.switch(installed.prefix, 2)
    monkeypatch.setenv("ENDS", "3")
    with pytest.raises(UpdateFailed, match="is not well"):
        installed.back(print, limit_s=3600.0)


def test_one_that_refuses_the_settings_is_not_tried(installed: Installed, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(UpdateFailed, match="refuses the settings"):
        update(installed, monkeypatch, refuses=78)
    assert not (installed.prefix / "told").exists()
    assert [each.number for each in releases.all_of(installed.prefix)] == [1]


def test_there_is_no_way_back_to_who_cannot_read_the_file(installed: Installed, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(UpdateFailed, match="no version before"):
        installed.back(print)
    update(installed, monkeypatch, migrations=8)
    with pytest.raises(UpdateFailed, match=r"1\.0 cannot read"):
        installed.back(print)
    assert releases.current(installed.prefix).version == "2.0"


def test_what_is_not_managed_tells_so(tmp_path: Path):
    with pytest.raises(UpdateFailed) as caught:
        releases.prefix()
    assert caught.value.code == "not-managed"
    with pytest.raises(UpdateFailed):
        releases.identity(tmp_path)


def test_the_same_sources_have_the_same_digest(tmp_path: Path):
    (tmp_path / "voiced").mkdir()
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "voiced"\nversion = "3.0"\n')
    (tmp_path / "voiced" / "a.py").write_text("1")
    before = releases.identity(tmp_path)
    assert before[0] == "3.0"
    (tmp_path / "README.md").write_text("It is described.")
    assert releases.identity(tmp_path) == before
    (tmp_path / "voiced" / "a.py").write_text("2")
    assert releases.identity(tmp_path) != before


def test_what_was_installed_and_does_not_run_tells_how_to_start_it(
    installed: Installed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    program(tmp_path / "bin" / "systemctl", "#!/bin/sh\necho LoadState=loaded\necho ActiveState=inactive\n")
    release(tmp_path, 2, "2.0")
    releases.switch(tmp_path, 2)
    monkeypatch.setattr(releases, "prefix", lambda: installed.prefix)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SUDO_USER", raising=False)
    verb(rollback=True)
    told = capsys.readouterr().out
    assert "1.0 is installed; it is not running: `sudo systemctl start voiced`" in told

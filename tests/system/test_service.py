"""The real daemon as systemd meets it: what it is told, SIGHUP, SIGTERM. Without any sound device."""

import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT
from tests.faults.daemon_kills import kill
from tests.rigs.box import COMMAND, PATIENCE_S, Box
from tests.rigs.notify import Notified

PING = "WATCHDOG=1"


class Served(Box):
    """A home whose daemon tells a socket how it is."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, "off")
        self.notified = Notified(home / "notify")
        self.environment |= {"NOTIFY_SOCKET": self.notified.address, "WATCHDOG_USEC": "300000"}
        self.log = home / "daemon.log"

    def write(self, settings: str) -> None:
        (self.home / "config.toml").write_text(settings)

    @contextmanager
    def ready(self) -> Generator[subprocess.Popen[bytes]]:
        with self.log.open("ab") as log:
            process = subprocess.Popen([*COMMAND, "run"], env=self.environment, cwd=ROOT, stderr=log)
        try:
            self.notified.wait("READY=1")
            yield process
        finally:
            if process.poll() is None:
                kill(process)

    def reload(self, process: subprocess.Popen[bytes]) -> None:
        self.notified.read()
        self.notified.told.clear()
        process.send_signal(signal.SIGHUP)
        self.notified.wait("RELOADING=1")
        if "READY=1" not in self.notified.told:
            self.notified.wait("READY=1")


@pytest.fixture
def served(tmp_path: Path) -> Generator[Served]:
    served = Served(tmp_path)
    yield served
    served.notified.close()


def test_it_is_ready_and_alive_without_a_sound_card_and_while_it_is_muted(served: Served):
    with served.ready() as process:
        assert served("status")[0]["pid"] == process.pid
        served.notified.wait("STATUS=idle; hears nothing: ")
        served.notified.wait(PING)
        served("mute")
        served.notified.wait("STATUS=idle; muted")
        served.notified.wait(PING)
        for child in psutil.Process(process.pid).children():
            with suppress(psutil.NoSuchProcess):  # espeak-ng ends with its sentence.
                assert not {"NOTIFY_SOCKET", "WATCHDOG_USEC"} & child.environ().keys()


def test_it_tells_that_it_ends_and_leaves_nobody_behind(served: Served):
    with served.ready() as process:
        children = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
        assert "STOPPING=1" in served.notified.read()
        assert not psutil.wait_procs(children, PATIENCE_S)[1]
        assert not (served.home / "voiced" / "voiced.sock").exists()


def test_changed_settings_hold_at_once_or_are_told_to_need_a_start(served: Served):
    with served.ready() as process:
        served("volume", "55")
        served.write('[wake.words.alexa]\nmicro = "alexa"\nopenwake = "alexa"\n[audio]\ninput = "USB"\n')
        served.reload(process)
        status = served("status")[0]
        assert status["pid"] == process.pid
        assert status["wake_words"] == ["alexa"]
        assert status["volume"] == 55  # It was not changed in the file.
        served.notified.wait("STATUS=idle; hears nothing: ")
        assert "start it again for audio.input" in served.notified.told[-1]
        served.write("[audio]\nvolume = 20\n[wake]\nsensitivity = 30\n")
        served.reload(process)
        assert served("status")[0]["volume"] == 20
        assert served("status")[0]["attention"]["sensitivity"] == 30
        assert served("status")[0]["wake_words"] == ["hey_jarvis"]


@pytest.mark.parametrize(
    "settings",
    ["[audio]\nvolume = 200\n", "volume = [", '[audio]\nvolume = 20\n[wake.words.x]\nmicro = "none.tflite"\n'],
    ids=["out of bounds", "no TOML", "a model that is not there"],
)
def test_wrong_settings_are_refused_whole(served: Served, settings: str):
    with served.ready() as process:
        before = served("status")[0]
        served.write(settings)
        served.reload(process)
        served.write("")
        after = served("status")[0]
        assert (after["volume"], after["wake_words"]) == (before["volume"], before["wake_words"])
        assert "the settings stay as they are: " in served.log.read_text()
        assert "Traceback" not in served.log.read_text()

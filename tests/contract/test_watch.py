"""`voiced watch`: what the screen shows, and a daemon that goes and comes back."""

import gc
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from select import select
from typing import Self

import pytest
from msgspec.structs import replace
from rich.console import Console

from tests.conftest import ROOT
from tests.fakes.agent import ScriptedAgent
from tests.fakes.engines import ScriptedStt
from tests.pipeline.playbook import play, speaks, wakes
from tests.rigs.control import answering
from voiced.cli.options import Options
from voiced.cli.watch import Connection, Item, Screen, follow, level
from voiced.control.client import Client
from voiced.core.attention import Attention
from voiced.core.errors import DaemonUnreachable
from voiced.core.events import Muted, NearMiss, StateChanged
from voiced.core.status import AudioStatus, EngineStatus, PromiseStatus, Status

pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)


class Muting(ScriptedAgent):
    """A daemon that tells that it is muted."""

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 (it is the value set)
        super().set_muted(muted)
        self.bus.emit(Muted(muted, at=0.0))


def shown(*items: Item) -> str:
    screen = Screen(Options(set=["promises.timezone=Europe/Berlin"]))
    for item in items:
        screen.take(item)
    console = Console(width=100, record=True, file=sys.stderr, markup=False)
    with console.capture() as capture:
        console.print(screen.render())
    return capture.get()


def status(**fields: object) -> Status:
    return replace(ScriptedAgent().status(), **fields)


def test_the_screen_shows_level_turns_stages_and_promises():
    promise = PromiseStatus("p", "timer", "eggs", 2e9, 63.0)
    engine = EngineStatus("stt", "whisper", "waiting", None, 3, "it crashed", "")
    events = play(wakes(0.5), speaks(0.8, 1.8), stt=ScriptedStt("say [it] is noon"))
    told = shown(status(promises=[promise], engines=[engine]), NearMiss("alexa", 0.4, 0.5, at=0.1), *events)
    assert "-50 dBFS" in told
    assert "almost alexa" in told
    assert "timer eggs" in told
    assert "stt whisper: it crashed" in told
    assert "“say [it] is noon” [it] is noon" in told
    assert "answered, by rules" in told
    assert "endpoint   200 ms" in told


def test_the_screen_tells_a_state_at_once_and_a_daemon_that_is_gone():
    assert "listening" in shown(status(), StateChanged("listening", at=1.0))
    assert "muted" in shown(status(muted=True))
    assert "wake word rests" in shown(status(attention=Attention(wake_word=False)))
    assert "unplugged" in shown(status(audio=AudioStatus(listening=False, problem="unplugged")))
    assert "gone" in shown(status(), Connection.GONE)
    assert "dBFS" in shown(status(), Connection.GONE, Connection.FOUND)
    assert "dBFS" in shown(status(), Connection.GONE, status())


@pytest.mark.parametrize(("dbfs", "full"), [(-90.0, 0), (-70.0, 0), (-35.0, 15), (0.0, 30), (3.0, 30)])
def test_a_level_is_a_bar(dbfs: float, full: int):
    assert level(dbfs).plain.count("█") == full


def until(items: Generator[Item], wanted: Callable[[Item], bool]) -> Item:
    return next(item for item in items if wanted(item))


def test_a_daemon_that_goes_is_found_again(tmp_path: Path):
    path = tmp_path / "voiced.sock"
    agent = ScriptedAgent(folder=tmp_path)
    with answering(path, agent):
        items = follow(lambda: Client(path), levels=True)
        until(items, lambda item: item is Connection.FOUND)
        assert isinstance(until(items, lambda item: isinstance(item, Status)), Status)
    until(items, lambda item: item is Connection.GONE)
    with answering(path, agent):
        until(items, lambda item: item is Connection.FOUND)
    items.close()
    for thread in threading.enumerate():
        if thread.name.startswith("watch "):
            thread.join()
    gc.collect()


class Hanging:
    """A daemon that still has its events open, and answers nothing any more."""

    over = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def status(self) -> Status:
        raise DaemonUnreachable("it hangs")

    @contextmanager
    def events(self) -> Generator[Generator[Item]]:
        yield self._nothing()

    def _nothing(self) -> Generator[Item]:
        self.over.wait()
        yield from ()


def test_a_daemon_that_hangs_is_gone():
    items = follow(Hanging, levels=True)
    until(items, lambda item: item is Connection.GONE)
    items.close()
    Hanging.over.set()


def test_without_a_terminal_it_is_a_line_an_event(tmp_path: Path):
    path = tmp_path / "voiced.sock"
    agent = Muting(folder=tmp_path)
    # Python does not hear Ctrl-C where a shell has started it in the background.
    start = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    start += "from voiced.cli.main import main; main()"
    command = [sys.executable, "-c", start, "watch", "--json", "--set", f"control.socket={path}"]
    missing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (missing.returncode, json.loads(missing.stdout)["code"]) == (69, "daemon-unreachable")
    with answering(path, agent) as client, subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            while not select([process.stdout], [], [], 0.1)[0]:  # Only what happens once it watches is told.
                client.post("voice/mute", muted=True)
            assert json.loads(process.stdout.readline()) == {"event": "muted", "at": 0.0, "turn": None, "muted": True}
            process.send_signal(signal.SIGINT)
            process.stdout.read()
            assert process.wait() == 0
        finally:
            process.kill()
    gc.collect()

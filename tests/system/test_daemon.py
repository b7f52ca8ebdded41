"""The real daemon, on a real audio server: spoken to, listened to, steered, and ended."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import apsw
import httpx
import numpy as np
import psutil
import pytest
import soundfile
import soxr

from tests.conftest import ROOT
from tests.rigs.audio_server import AudioServer
from tests.rigs.background import until
from voiced.core.config import Config
from voiced.setup.models import LOCK
from voiced.setup.places import socket_path

pytestmark = pytest.mark.server
RATE = 16_000
PATIENCE_S = 30
COMMAND = [sys.executable, "-m", "voiced.cli.main"]


def home(folder: Path) -> dict[str, str]:
    """The environment of a daemon that finds all of it in a folder."""
    here = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR"), str(folder))
    return {"PATH": os.environ["PATH"], **here, "XDG_STATE_HOME": str(folder / "state")}


class Daemon:
    """A daemon of its own, in a home of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.environment = {
            "PATH": os.environ["PATH"],
            "VOICED_CONFIG": str(folder / "config.toml"),
            "XDG_STATE_HOME": str(folder / "state"),
            **environment,
        }
        (folder / "config.toml").write_text("[audio]\nvolume = 100\n")
        self.log = folder / "daemon.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen([*COMMAND, "run"], env=self.environment, cwd=ROOT, stderr=log)
        self.events: list[dict] = []
        self.changed = threading.Condition()
        self.wait(lambda: self.call("status", check=False).returncode == 0, "the daemon answers")
        self._watcher = subprocess.Popen(
            [*COMMAND, "events", "--json"], env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        self._watching = threading.Thread(target=self._watch)
        self._watching.start()

    def call(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*COMMAND, *words], env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def status(self) -> dict:
        return json.loads(self.call("status", "--json").stdout)

    def metrics(self) -> str:
        transport = httpx.HTTPTransport(uds=str(socket_path(Config(), self.environment)))
        with httpx.Client(transport=transport) as http:
            return http.get("http://voiced/metrics").text

    def heard(self, name: str, since: int = 0, **fields: object) -> dict:
        """Waits for an event."""

        def found() -> list[dict]:
            return [
                event
                for event in self.events[since:]
                if event["event"] == name and all(event[key] == value for key, value in fields.items())
            ]

        with self.changed:
            assert self.changed.wait_for(found, PATIENCE_S), f"no {name} in {self.events}"
            return found()[0]

    @staticmethod
    def wait(condition: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < until, f"waited in vain: {what}"
            time.sleep(0.05)

    def stop(self) -> int:
        self._watcher.terminate()
        self._watcher.wait(PATIENCE_S)
        self._watching.join(PATIENCE_S)
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def _watch(self) -> None:
        assert self._watcher.stdout
        with self._watcher.stdout as lines:
            for line in lines:
                with self.changed:
                    self.events.append(json.loads(line))
                    self.changed.notify_all()


@contextmanager
def running(folder: Path, environment: dict[str, str]) -> Generator[Daemon]:
    daemon = Daemon(folder, environment)
    try:
        yield daemon
    finally:
        children = psutil.Process(daemon.process.pid).children(recursive=True) if daemon.process.poll() is None else []
        code = daemon.stop()
        left = psutil.wait_procs(children, PATIENCE_S)[1]
        log = daemon.log.read_text()
        assert code == 0, log
        assert not left
        assert "Traceback" not in log


@pytest.fixture
def server(tmp_path: Path) -> Generator[AudioServer]:
    server = AudioServer(tmp_path / "audio")
    server.start()
    yield server
    server.stop()


@pytest.mark.recordings
def test_a_question_spoken_into_the_microphone_is_answered_through_the_speaker(
    server: AudioServer, recordings: Path, tmp_path: Path
):
    audio = recordings / "audio"
    parts = [audio / "ohf-wake/hey_jarvis/1.flac", audio / "misc/rhasspy3/what_time_is_it.flac"]
    sound = np.concatenate([np.zeros(RATE), *(soundfile.read(part)[0] for part in parts), np.zeros(RATE)])
    with running(tmp_path, server.environment) as daemon:
        daemon.wait(lambda: daemon.status()["audio"]["listening"], "the microphone is open")
        with ThreadPoolExecutor(1) as thread, server.recording() as recorder:
            # Read all the time: what does not fit into the pipe would be lost.
            recorded = thread.submit(recorder.communicate)
            server.speak((sound * 32_767).astype("<i2").tobytes())
            ended = daemon.heard("turn_ended")
            recorder.terminate()
            played = np.frombuffer(recorded.result()[0], "<i2")
        assert daemon.heard("heard")["text"] == "what time is it"
        assert daemon.heard("spoken")["complete"]
        assert ended["timeline"]["first_audio"] > ended["timeline"]["endpoint"] > 0
        loud = np.flatnonzero(np.abs(played) > 1_000)
        assert (loud[-1] - loud[0]) / RATE > 1.0, "an earcon and an answer"
        status = daemon.status()
        assert (status["woke"], status["turns"], status["failures"]) == (1, 1, 0)
        assert {engine["kind"] for engine in status["engines"]} == {"audio", "stt", "tts"}


def test_steering(server: AudioServer, tmp_path: Path):
    with running(tmp_path, server.environment) as daemon:
        assert daemon.call("run", check=False).returncode == 1, "there can be one daemon"
        assert daemon.call("ask", "what time is it").stdout.startswith("It is")
        daemon.call("volume", "30")
        daemon.call("mute")
        daemon.heard("muted", muted=True)
        daemon.wait(lambda: not daemon.status()["audio"]["listening"], "the microphone is closed")
        assert "unmute" in daemon.call("listen", check=False).stderr
        daemon.call("unmute")
        daemon.wait(lambda: daemon.status()["audio"]["listening"], "the microphone is open again")
        daemon.call("say", "hello")
        daemon.heard("spoken", text="hello")
        assert daemon.status()["volume"] == 30


def test_listening_on_demand_needs_no_wake_word(server: AudioServer, tmp_path: Path):
    with running(tmp_path, server.environment) as daemon:
        daemon.wait(lambda: daemon.status()["audio"]["listening"], "the microphone is open")
        daemon.call("listen")
        assert daemon.heard("woke")["word"] == ""
        assert daemon.heard("not_understood")["reason"] == "nothing was said"


def test_a_timer_rings_until_it_is_stopped(server: AudioServer, tmp_path: Path):
    with running(tmp_path, server.environment) as daemon:
        daemon.call("ask", "set a pizza timer for one second")
        assert daemon.heard("promise_rang")["name"] == "pizza"
        daemon.heard("speaking", text="Your pizza timer is done.")
        daemon.call("stop")
        daemon.heard("interrupted")
        daemon.wait(lambda: daemon.status()["state"] == "idle", "it is quiet")


def test_a_killed_engine_comes_back_and_the_daemon_stays(server: AudioServer, tmp_path: Path):
    with running(tmp_path, server.environment) as daemon:
        before = daemon.status()
        for engine in before["engines"]:
            os.kill(engine["pid"], signal.SIGKILL)
        daemon.wait(lambda: all(engine["restarts"] == 1 for engine in daemon.status()["engines"]), "all came back")
        daemon.wait(lambda: all(engine["state"] == "ready" for engine in daemon.status()["engines"]), "all are ready")
        daemon.call("say", "hello")
        assert daemon.status()["pid"] == before["pid"]


def test_without_any_sound_device_it_stays_up_and_says_so(tmp_path: Path):
    (tmp_path / "run").mkdir()
    (tmp_path / ".asoundrc").write_text("# no device at all\n")
    environment = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run")}
    with running(tmp_path, environment) as daemon:
        assert daemon.call("ask", "what time is it").stdout.startswith("It is")
        daemon.wait(lambda: bool(daemon.status()["audio"]["problem"]), "the problem is told")
        audio = daemon.status()["audio"]
        assert not audio["listening"]
        assert audio["hint"]
        assert daemon.call("listen", check=False).returncode == 1
        assert daemon.call("devices", check=False).returncode == 1
        counted = daemon.metrics()
        assert 'voiced_turns_total{outcome="answered",route="rules"} 1.0' in counted
        assert "voiced_microphone_losses_total 1.0" in counted
        assert "voiced_store_commit_seconds_count 0.0" not in counted


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order_at_any_moment(tmp_path: Path, number: int):
    environment = home(tmp_path)
    for moment in (0.3, 0.6, 0.9, 1.2):
        process = subprocess.Popen([*COMMAND, "run"], env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        time.sleep(moment)  # the moment is the case under test
        process.send_signal(number)
        _, stderr = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, stderr
        assert "Traceback" not in stderr
        assert not (tmp_path / "voiced" / "voiced.sock").exists()


def test_a_disk_with_models_that_hangs_keeps_nobody_from_being_answered(tmp_path: Path):
    (tmp_path / "models").mkdir()
    os.mkfifo(tmp_path / "models" / LOCK)  # Whoever reads it waits for ever.
    environment = home(tmp_path) | {"VOICED_MODELS_FOLDER": str(tmp_path / "models")}
    environment["VOICED_ENGINES_STT_ENGINE"] = '["whisper", "pocketsphinx"]'
    environment["VOICED_ENGINES_WHISPER_MODEL"] = "tiny.en"
    with running(tmp_path, environment) as daemon:
        assert daemon.call("ask", "what time is it").stdout.startswith("It is")


def test_what_was_said_is_kept_whatever_becomes_of_the_daemon(tmp_path: Path):
    environment = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    first = Daemon(tmp_path, environment)
    first.call("ask", "set the volume to 30 percent")
    first.process.kill()
    first.stop()
    with running(tmp_path, environment) as daemon:
        assert daemon.call("ask", "what time is it").stdout.startswith("It is")
        daemon.call("volume", "35")
        daemon.call("mute")
    with running(tmp_path, environment) as daemon:
        status = daemon.status()
        assert (status["muted"], status["volume"]) == (True, 35)
    with closing(apsw.Connection(str(tmp_path / "state" / "voiced" / "voiced.db"))) as file:
        rows = file.execute("SELECT role, content FROM messages ORDER BY place").fetchall()
    assert [role for role, _ in rows] == ["user", "assistant"] * 2
    assert rows[1] == ("assistant", "Volume 30 percent.")


def test_a_file_of_a_newer_version_ends_the_daemon_with_what_to_do_whatever_its_ear_is_at(tmp_path: Path):
    folder = tmp_path / "state" / "voiced"
    folder.mkdir(parents=True)
    with closing(apsw.Connection(str(folder / "voiced.db"))) as file:
        file.pragma("application_id", 0x766F6963)
        file.pragma("user_version", 999)
    told = refused(tmp_path, 1, PYTHONPATH=str(ROOT / "tests" / "fakes" / "busy_ear"))
    assert "store-newer" in told
    assert "voiced restore" in told


def test_private_words_that_cannot_be_used_end_the_daemon_with_what_to_do(tmp_path: Path):
    (tmp_path / "privacy").mkdir()
    (tmp_path / "privacy" / "en.toml").write_text('[rules.boat]\nwords = ["kestrel"]\n')
    (tmp_path / "config.toml").touch()
    told = refused(tmp_path, 78, VOICED_CONFIG=str(tmp_path / "config.toml"))
    assert "privacy/en.toml: Object missing required field" in told
    assert "docs/how-to.md" in told


def refused(folder: Path, code: int, **environment: str) -> str:
    """What a daemon says that does not start."""
    environment = home(folder) | environment
    done = subprocess.run(
        [*COMMAND, "run"], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    return done.stderr


def test_it_ends_in_order_while_somebody_watches(tmp_path: Path):
    environment = home(tmp_path)

    def call(*verb: str) -> bool:
        return start(*verb, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).wait(PATIENCE_S) == 0

    def start(*verb: str, **pipes: int) -> "subprocess.Popen[str]":
        process = subprocess.Popen([*COMMAND, *verb], env=environment, cwd=ROOT, text=True, **pipes)
        stack.callback(process.wait)
        stack.callback(process.kill)
        return process

    with ExitStack() as stack:
        process = start("run", stderr=subprocess.PIPE)
        until(lambda: call("status"), "it answers")
        watcher = start("events", "--json", stdout=subprocess.PIPE)
        stack.enter_context(watcher.stdout)
        until(lambda: call("volume", "30") and bool(select.select([watcher.stdout], [], [], 0.1)[0]), "it is watched")
        process.terminate()
        _, told = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert "stopped" in told
    assert not (tmp_path / "state" / "voiced" / "voiced.db-wal").exists(), "the file was closed"


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path]:
    """A disk of four megabytes. Only root may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(path: Path) -> None:
    """Leaves no room on a disk."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4_096))


def test_on_a_full_disk_it_answers_says_so_once_and_keeps_again(tmp_path: Path, small_disk: Path):
    environment = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "VOICED_STORE_FOLDER": str(small_disk)}
    with running(tmp_path, environment) as daemon:
        daemon.call("ask", "what time is it")
        fill(small_disk / "filler")
        before = complaints(daemon.log)
        for _ in range(5):
            assert daemon.call("ask", "what time is it").stdout.startswith("It is")
        assert daemon.heard("store_lost")["code"] == "store-full"
        assert "disk" in daemon.status()["store"]["hint"]
        (small_disk / "filler").unlink()
        daemon.wait(
            lambda: bool(daemon.call("ask", "what time is it")) and not daemon.status()["store"]["problem"], "back"
        )
        daemon.heard("store_found")
        assert len([event for event in daemon.events if event["event"] == "store_lost"]) == 1
        assert complaints(daemon.log) - before <= 10


def complaints(log: Path) -> int:
    """Lines of a log, without those that each turn has."""
    return sum("turn over: " not in line for line in log.read_text().splitlines())


def question(folder: Path, text: str) -> bytes:
    """A question in a synthetic voice that the wake word and the recogniser understand; s16le, 16 kHz."""
    path = folder / "question.wav"
    subprocess.run(["espeak-ng", "-v", "en-us+robosoft", "-s", "140", "-w", path, f"hey jarvis, {text}"], check=True)
    sound, rate = soundfile.read(path, dtype="float32")
    heard = np.concatenate([np.zeros(RATE), soxr.resample(sound, rate, RATE), np.zeros(RATE)])
    return (heard * 32_767).astype("<i2").tobytes()


def test_a_timer_set_by_voice_rings_once_though_the_daemon_is_killed_before_it_is_due(
    server: AudioServer, tmp_path: Path
):
    killed = Daemon(tmp_path, server.environment)
    killed.wait(lambda: killed.status()["audio"]["listening"], "the microphone is open")
    server.speak(question(tmp_path, "set a timer for ten seconds"))
    promised = killed.heard("promise_made")
    killed.process.kill()
    killed.stop()
    killed.wait(lambda: time.time() > promised["due"], "it is due")
    for _ in range(2):
        with running(tmp_path, server.environment) as daemon:
            daemon.wait(lambda: not daemon.status()["promises"], "it is told")
            daemon.wait(lambda: daemon.status()["state"] == "idle", "it is quiet")
            told = [json.loads(line) for line in daemon.call("history", "--json").stdout.splitlines()]
            said = [message["content"] for message in told if message["role"] == "assistant"]
            assert said[-1:] == [text for text in said if "rang" in text]
            assert re.fullmatch(r"Your ten-second timer rang at \d+(:\d\d| o'clock)\.", said[-1])

"""A real audio server with a virtual microphone and a virtual speaker, to be used through PortAudio itself.

PulseAudio with two null sinks: what is played into `virtmic` is what the microphone `mic` hears, and what the speaker
`spk` plays is recorded from `virtspk.monitor`. Unloading the first sink is pulling the microphone's plug.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

RATE = 16_000
MICROPHONE = (
    # Without `norewinds` a null sink makes its sound 2 s ahead, and a microphone that was just plugged in is silent
    # for as long; no real one is.
    ("module-null-sink", "sink_name=virtmic", f"rate={RATE}", "channels=1", "format=s16le", "norewinds=1"),
    ("module-remap-source", "master=virtmic.monitor", "source_name=mic", "source_properties=device.description=mic"),
)
SPEAKER = ("module-null-sink", "sink_name=virtspk", f"rate={RATE}", "channels=1", "format=s16le", "norewinds=1")
ASOUNDRC = """
pcm.mic { type pulse device "mic" hint { show on description "virtual microphone" } }
pcm.spk { type pulse device "virtspk" hint { show on description "virtual speaker" } }
pcm.!default { type pulse }
ctl.!default { type pulse }
"""
PATIENCE_S = 30


class AudioServer:
    """The server. Processes that shall use it need its `environment`."""

    def __init__(self, folder: Path, *, slow: bool = False) -> None:
        """Writes its configuration; `slow` leaves the null sinks as they are by default."""
        if not all(shutil.which(program) for program in ("pulseaudio", "pactl", "pacat", "parec")):
            message = "no audio server: apt-get install pulseaudio pulseaudio-utils libasound2-plugins"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)
        self._modules = [*MICROPHONE, SPEAKER]
        if slow:
            self._modules = [tuple(word for word in module if word != "norewinds=1") for module in self._modules]
        self.folder = folder
        self.environment = {
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "XDG_STATE_HOME": str(folder / "state"),
            "HOME": str(folder),
        }
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "run").mkdir(mode=0o700, parents=True)
        (folder / ".asoundrc").write_text(ASOUNDRC)
        lines = [f"load-module {' '.join(module)}" for module in [("module-native-protocol-unix",), *self._modules]]
        (folder / "server.pa").write_text("\n".join([*lines, "set-default-source mic", "set-default-sink virtspk\n"]))

    def start(self) -> None:
        options = ["--exit-idle-time=-1", "--daemonize=no", "--log-target=stderr", "--log-level=error"]
        command = ["pulseaudio", "-n", "-F", str(self.folder / "server.pa"), *options]
        self._process = subprocess.Popen(command, env=self._env(), stderr=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE_S
        while "mic" not in self.sources():
            assert time.monotonic() < until, "the audio server does not start"
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            self._process.wait(PATIENCE_S)
            self._process = None

    def freeze(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def sources(self) -> list[str]:
        listed = subprocess.run(
            ["pactl", "list", "short", "sources"], env=self._env(), capture_output=True, check=False
        )
        return [line.split("\t")[1] for line in listed.stdout.decode().splitlines()]

    def unplug(self) -> None:
        """Takes the microphone away, with whatever listens to it."""
        for line in self._pactl("list", "short", "modules").splitlines():
            number, _, rest = line.partition("\t")
            if "sink_name=virtmic" in rest:
                self._pactl("unload-module", number)

    def plug(self) -> None:
        """Brings the microphone back."""
        for module in self._modules[:2]:
            self._pactl("load-module", *module)
        self._pactl("set-default-source", "mic")

    def speak(self, samples: bytes, rate: int = RATE) -> None:
        """Plays s16le mono sound into the microphone; returns when it is over."""
        command = ["pacat", "--device=virtmic", f"--rate={rate}", "--channels=1", "--format=s16le", "--latency-msec=50"]
        subprocess.run(
            command, env=self._env(), input=samples, check=True, timeout=len(samples) / 2 / rate + PATIENCE_S
        )

    @contextmanager
    def recording(self, latency_ms: int = 10) -> Generator[subprocess.Popen[bytes]]:
        """Records what the speaker plays, s16le mono, from now on; `communicate` after the block, or read `stdout`."""
        command = ["parec", "--device=virtspk.monitor", f"--rate={RATE}", "--channels=1", "--format=s16le", "--raw"]
        recorder = subprocess.Popen([*command, f"--latency-msec={latency_ms}"], env=self._env(), stdout=subprocess.PIPE)
        assert recorder.stdout
        try:
            recorder.stdout.read(2)
            yield recorder
        finally:
            recorder.terminate()

    def _pactl(self, *arguments: str) -> str:
        done = subprocess.run(
            ["pactl", *arguments], env=self._env(), capture_output=True, check=True, timeout=PATIENCE_S
        )
        return done.stdout.decode()

    def _env(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

"""The audio child's engine: a microphone and a speaker through PortAudio, in a process that may be ended at any time.

Frames in: `listen` opens the microphone until its `cancel`. `audio-start`, `audio-chunk` (rate) and `audio-stop` play a
sound, `stop` silences it. `volume` (percent) and `devices`. Frames out: see `microphone.Microphone`; `played` (at,
seconds, over, dry); `devices` (devices).
"""

import faulthandler
import os
import socket
import sys
import time
from importlib.util import find_spec
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from voiced.core.errors import EngineMissing, InputInvalid, VoicedError
from voiced.core.extras import install
from voiced.core.wire import Message, failure
from voiced.engines.devices import Devices
from voiced.engines.host import Link
from voiced.engines.microphone import Microphone

if TYPE_CHECKING:
    from voiced.engines.echo import Canceller, Echo
    from voiced.engines.speaker import Playback, Speaker


class PortAudio:
    """Hosts one microphone and one speaker. Implements `host.Hosted`.

    Args:
        settings: `input`, `output` (parts of the devices' names), `input_gain_db`, `volume`, `echo_cancelling`
            (auto, on or off), and `descriptors` with the socket that frames are sent to.

    Raises:
        EngineMissing: echo is to be cancelled, and nothing is there that can.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        _quieten_libraries()
        self._settings = settings
        self._devices = Devices()
        self._speaker: Speaker | None = None
        self._cancels = _cancels(settings["echo_cancelling"])
        self._echo: Echo | None = None
        self._loading = Lock()
        self._microphone: tuple[int, Microphone] | None = None
        self._playback: tuple[int, Playback] | None = None
        self._frames = [socket.socket(fileno=number) for number in settings.get("descriptors", ())]

    def handle(self, message: Message, link: Link) -> None:
        """See `Hosted`. Never waits for a device, save to close the microphone."""
        match message.type:
            case "listen":
                self._listen(message.request, link)
            case "audio-start":
                self._play(message.request, link)
            case "devices":
                link.send(Message("devices", {"devices": self._devices.describe()}, request=message.request))
            case "volume":
                self._settings["volume"] = message.data["percent"]
                if self._speaker:
                    self._speaker.set_volume(message.data["percent"])
            case "cancel":
                self._cancel(message.request)
            case _ if self._playback and self._playback[0] == message.request:
                _feed(self._playback[1], message)
            case _:
                raise InputInvalid(f"a {message.type[:40]} frame is of no use here")

    def close(self) -> None:
        """See `Hosted`."""
        if self._microphone:
            self._microphone[1].close()
        if self._speaker:
            self._speaker.close()

    def _listen(self, request: int, link: Link) -> None:
        if self._microphone:
            raise InputInvalid("the microphone is open already")

        def report(kind: str, data: dict[str, Any]) -> None:
            cancels = self._echo is not None and self._echo.cancels
            link.send(Message(kind, {**data, "echo_cancelled": cancels}, request=request))

        def cancel(ended: float, frames: bytes) -> tuple[list[bytes], bool]:
            return (self._echo.cancel(ended, frames), self._echo.talker) if self._echo else ([], False)

        name, gain_db = self._settings["input"], self._settings["input_gain_db"]
        self._microphone = request, Microphone(self._devices, name, gain_db, self._frames[0], report, cancel)
        Thread(target=self._load_speaker, name="loader", daemon=True).start()

    def _load_speaker(self) -> "Speaker":
        """Loads what plays, which takes a while: the microphone is opened first."""
        with self._loading:
            if not self._speaker:
                from voiced.engines.speaker import Speaker  # noqa: PLC0415 (see above)

                if self._settings["echo_cancelling"] != "off":
                    from voiced.engines.echo import Echo  # noqa: PLC0415 (see above)

                    self._echo = Echo(_canceller() if self._cancels else None)
                output, volume = self._settings["output"], self._settings["volume"]
                self._speaker = Speaker(self._devices, output, volume, self._echo.far if self._echo else None)
            return self._speaker

    def _play(self, request: int, link: Link) -> None:
        if self._playback:
            self._playback[1].stop()

        def told(heard_s: float, *, over: bool = False, dry: int = 0, error: VoicedError | None = None) -> None:
            data = {"at": time.monotonic(), "seconds": heard_s, "over": over, "dry": dry}
            link.send(failure(error, request) if error else Message("played", data, request=request))

        playback = self._load_speaker().play(told)
        self._playback = request, playback

    def _cancel(self, request: int) -> None:
        if self._playback and self._playback[0] == request:
            self._playback[1].stop()
            self._playback = None
        if self._microphone and self._microphone[0] == request:
            self._microphone[1].close()
            self._microphone = None


def _cancels(setting: str) -> bool:
    """Whether echo is to be cancelled."""
    installed = find_spec("livekit") is not None
    if setting == "on" and not installed:
        raise EngineMissing("echo cannot be cancelled: its package is not installed", hint=f"Run {install('aec')}")
    return setting != "off" and installed


def _canceller() -> "Canceller | None":
    """Loads it. One that cannot be loaded leaves the microphone as good as it was."""
    try:
        from voiced.engines.webrtc import Canceller  # noqa: PLC0415 (nobody need have it)

        return Canceller()
    except (ImportError, OSError, RuntimeError) as error:
        sys.stderr.write(f"echo cannot be cancelled: {error}\n")
        return None


def _feed(playback: "Playback", message: Message) -> None:
    match message.type:
        case "audio-chunk":
            playback.add(message.payload, message.data["rate"])
        case "audio-stop":
            playback.end()
        case _:
            playback.stop()


def _quieten_libraries() -> None:
    """Keeps what Python says on stderr; ALSA's and JACK's chatter about devices that are not there is dropped."""
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    faulthandler.enable(sys.stderr)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)

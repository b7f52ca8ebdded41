"""Sound behind the walls of the system's unit: a question is heard, answered, and one that was sent is decoded.

There is no sound card in a copy of this machine, so ALSA leads to a sound server's socket. That the unit may use cards
(`DeviceAllow=char-alsa`) is not shown by it.
"""

import io
import json
import os
import subprocess
from pathlib import Path

import httpx
import numpy as np
import soundfile

from tests.conftest import recordings_folder
from tests.proofs.proof import VOICED, Proof, until
from tests.rigs.audio_server import ASOUNDRC, AudioServer

SOCKET = Path("/run/sound.socket")
ALSA = Path("/etc/asound.conf")
DROP_IN = Path("/etc/systemd/system/voiced.service.d/sound.conf")
QUESTION = "what time is it"
LOUD = 0.01
"""Of the loudest that there is."""
SETTINGS = '[audio]\ninput = "mic"\noutput = "spk"\nearcons = false\n'


def sound(proof: Proof, config: Path) -> None:
    """See above. All is taken away again."""
    server = AudioServer(Path("/run/sound"))
    server.start()
    try:
        command = ["pactl", "load-module", "module-native-protocol-unix", "auth-anonymous=1", f"socket={SOCKET}"]
        subprocess.run(command, env=os.environ | server.environment, check=True, capture_output=True)
        ALSA.write_text(ASOUNDRC)
        DROP_IN.parent.mkdir(exist_ok=True)
        DROP_IN.write_text(f"[Service]\nEnvironment=PULSE_SERVER=unix:{SOCKET}\n")
        config.write_text(SETTINGS)
        proof.run("systemctl", "daemon-reload")
        proof.run("systemctl", "restart", "voiced")
        proof.see("hears behind the walls", until(proof, lambda _, now: bool(now) and now["audio"]["listening"]))
        samples, rate = spoken()
        with server.recording() as recorder:
            proof.run(VOICED, "listen")
            server.speak(bytes(rate) + samples + bytes(2 * rate), rate)
            asked = until(proof, lambda *_: QUESTION in proof.run(VOICED, "history"))
            proof.see("understands behind the walls", asked)
            proof.see("is done behind the walls", until(proof, lambda _, now: now.get("state") == "idle"))
        heard = np.frombuffer(recorder.communicate()[0], "<i2")
        proof.see("is heard from behind the walls", float(np.abs(heard).max(initial=0)) / 32_768 > LOUD)
        decoded(proof, samples, rate)
    finally:
        server.stop()
        DROP_IN.unlink(missing_ok=True)
        ALSA.unlink(missing_ok=True)


def decoded(proof: Proof, samples: bytes, rate: int) -> None:
    """What is not WAV is decoded in a process of its own."""
    sent = io.BytesIO()
    soundfile.write(sent, np.frombuffer(samples, "<i2"), rate, format="OGG")
    with httpx.Client(transport=httpx.HTTPTransport(uds="/run/voiced/voiced.sock"), base_url="http://voiced") as client:
        answer = client.post("/api/v1/voice/stt", content=sent.getvalue(), timeout=30)
    proof.see("decodes behind the walls", [answer.status_code, json.loads(answer.text).get("text")], [200, QUESTION])


def spoken() -> tuple[bytes, int]:
    """The question, by a real speaker: s16le and its samples a second."""
    samples, rate = soundfile.read(recordings_folder() / "audio/misc/rhasspy3/what_time_is_it.flac", dtype="int16")
    return samples.tobytes(), rate

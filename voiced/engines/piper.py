"""Piper in its child: a neural voice, whose first words are heard while the rest of the sentence is made.

Piper is GPL-3.0: it is imported here and nowhere else, and this file is loaded in the child process alone. Its own
loader takes ONNX Runtime's default thread pool, which spins; so the session is made here.
"""

# ONNX Runtime carries no types; nothing of it leaves this file.
# pyright: reportMissingTypeStubs=false

import logging
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from piper import PiperVoice
from piper.config import PiperConfig, SynthesisConfig

from voiced.core.errors import InputInvalid, ModelBroken, ModelMissing, TtsFailed, VoicedError, translate
from voiced.core.types import SAMPLE_BYTES
from voiced.core.wire import Message
from voiced.engines import onnxfile, pieces, pipersettings
from voiced.engines.host import Link
from voiced.engines.threads import threads

INPUTS = frozenset({"input", "input_lengths", "scales"})
"""What every voice takes; one with several speakers takes `sid` as well."""
MOST_THREADS = 2
"""A voice is small: more do not make it faster."""
OWN_SPEED = 170
"""Words a minute at which a voice speaks as it was trained."""
LONGEST_TEXT = 20_000
FIRST = 22
"""Phonemes of the first piece, a good second of speech: the wait for the first sound."""
SAFE = 0.6
"""A next piece may take this share of the sound that is ahead: a busy machine must not make a gap."""
CHUNK_S = 0.04
WATCH_S = 0.02
"""How often it is asked, while a piece is made, whether anybody still waits for it."""
FULL = 32_767
QUIET = 1e-4
"""A piece whose loudest sample is below this is silence, and is not made louder."""
_FATAL = 4
"""Log level: errors reach us as exceptions, the log would only repeat them."""

logging.getLogger("piper").setLevel(logging.ERROR)  # It would write what is said into the log.


class _Session:
    """What Piper computes with. Its threads do not spin, and what it computes can be stopped."""

    def __init__(self, path: Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _FATAL
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.inputs = frozenset(each.name for each in self._session.get_inputs())
        self._run: Any = onnxruntime.RunOptions()

    def run(self, outputs: list[str] | None, feeds: Mapping[str, NDArray[Any]]) -> list[NDArray[np.float32]]:
        """Called by Piper."""
        return self._session.run(outputs, feeds, self._run)

    @contextmanager
    def stopped_with(self, link: Link, request: int) -> Generator[None]:
        """Whatever runs in the block is stopped as soon as nobody waits for it any more."""
        run = self._run = onnxruntime.RunOptions()
        over = threading.Event()

        def watch() -> None:
            while not over.wait(WATCH_S):
                if link.cancelled(request):
                    run.terminate = True
                    return

        watcher = threading.Thread(target=watch, daemon=True, name="cancellation")
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()


class Piper:
    """The voice. Implements `Hosted`.

    Args:
        settings: `model`, the path of an .onnx file with its .onnx.json beside it; `speaker`, `words_per_minute`.

    Raises:
        ModelMissing: there is no such file.
        ModelBroken: it is damaged, or no Piper voice.
        TtsFailed: the voice has no such speaker.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        path = Path(settings["model"])
        if not path.is_file():
            raise ModelMissing(f"there is no voice at {path}")
        onnxfile.check(path)
        config = PiperConfig.from_dict(pipersettings.read(path))
        speaker = int(settings.get("speaker", 0))
        if speaker >= config.num_speakers:
            raise TtsFailed(
                f"{path.name} has no speaker {speaker}",
                hint=f"Set engines.piper.speaker to a number below {config.num_speakers}.",
            )
        with translate(Exception, to=ModelBroken, message=f"{path} cannot be loaded"):
            self._session = _Session(path, threads(0, MOST_THREADS))
        wanted = INPUTS | ({"sid"} if config.num_speakers > 1 else frozenset())
        if self._session.inputs != wanted:
            raise ModelBroken(f"{path} is no Piper voice: it takes {', '.join(sorted(self._session.inputs))}")
        self._voice = PiperVoice(self._session, config)  # pyright: ignore[reportArgumentType] (it calls `run` alone)
        slowness = OWN_SPEED / int(settings.get("words_per_minute", OWN_SPEED)) * config.length_scale
        self._style = SynthesisConfig(speaker_id=speaker, length_scale=slowness)
        self._slowness = slowness
        self._format = {"rate": config.sample_rate, "width": SAMPLE_BYTES, "channels": 1}
        with translate(Exception, to=ModelBroken, message=f"{path} cannot speak"):
            # The first run takes longer: nobody should wait for it.
            _, self._cost_s = self._make(self._phonemes("one two three")[0])

    def handle(self, message: Message, link: Link) -> None:
        """Answers `synthesize` with `audio-chunk`s as they are made, and `audio-stop`."""
        if message.type == "cancel":
            return
        if message.type != "synthesize":
            raise InputInvalid(f"a voice cannot answer a {message.type} frame")
        # Double brackets would have Piper take what is in them for phonemes.
        text = str(message.data.get("text", ""))[:LONGEST_TEXT].replace("[[", "[").replace("\0", " ")
        self._style = replace(self._style, length_scale=self._slowness / float(message.data.get("speed", 1.0)))
        with self._session.stopped_with(link, message.request):
            self._speak(text, link, message.request)
        link.send(Message("audio-stop", request=message.request))

    def close(self) -> None:
        """There is nothing that the end of the process does not let go of."""

    def _speak(self, text: str, link: Link, request: int) -> None:
        """Makes and sends piece after piece, each as long as the sound that is ahead allows."""
        most, made_s, began, peak = FIRST, 0.0, 0.0, QUIET
        for sentence in self._phonemes(text):
            rest: Sequence[str] = sentence
            while rest and not link.cancelled(request):
                piece, rest = pieces.split(rest, most)
                try:
                    sound, self._cost_s = self._make(piece)
                except VoicedError:
                    if link.cancelled(request):
                        return
                    raise
                began = began or time.monotonic()
                # As loud as can be without distortion, as Piper itself does it; but a piece is made no louder, for its
                # sound, than those before it: what was said softly stays soft, and what is louder lowers all after it.
                peak = max(peak, float(np.abs(sound).max(initial=0)))
                self._send(sound / peak, link, request)
                made_s += len(sound) / self._format["rate"]
                ahead_s = made_s - (time.monotonic() - began)
                most = max(FIRST, int(SAFE * ahead_s / self._cost_s))

    def _phonemes(self, text: str) -> list[list[str]]:
        with translate(Exception, to=TtsFailed, message="Piper cannot read the text"):
            return self._voice.phonemize(text)

    def _make(self, phonemes: Sequence[str]) -> tuple[NDArray[np.float32], float]:
        """Makes the sound of some phonemes.

        Returns:
            Samples, and the seconds that a phoneme took.
        """
        began = time.monotonic()
        with translate(Exception, to=TtsFailed, message="Piper cannot make the sound"):
            ids = self._voice.phonemes_to_ids(list(phonemes))
            sound = np.atleast_1d(np.asarray(self._voice.phoneme_ids_to_audio(ids, self._style), np.float32))
        if not np.isfinite(sound).all():
            raise ModelBroken("the voice makes no sound but errors")
        return sound, (time.monotonic() - began) / len(phonemes)

    def _send(self, sound: NDArray[np.float32], link: Link, request: int) -> None:
        samples = (sound * FULL).astype("<i2").tobytes()
        step = int(CHUNK_S * self._format["rate"]) * SAMPLE_BYTES
        for at in range(0, len(samples), step):
            link.send(Message("audio-chunk", self._format, samples[at : at + step], request))

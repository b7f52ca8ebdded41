"""eSpeak NG in its child: text to speech without a download.

The library is loaded with ctypes from the distribution's package. It is GPL-3.0: it lives in this child process alone.
Source of the interface: espeak-ng's speak_lib.h.
"""

import ctypes
from collections.abc import Mapping
from typing import Any

from voiced.core.errors import InputInvalid, TtsFailed, translate
from voiced.core.types import SAMPLE_BYTES
from voiced.core.wire import Message
from voiced.engines.host import Link

_SYNCHRONOUS = 2
_RATE_PARAMETER = 1
_UTF8 = 1
_POSITION_CHARACTER = 1
BUFFER_MS = 40
"""How much sound the library makes before it hands it over: the wait for the first sound."""
LONGEST_TEXT = 20_000
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """The voice.

    Args:
        settings: `voice`, `words_per_minute`, and `language` for a voice that is not given.

    Raises:
        TtsFailed: the library or the voice is not there.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        with translate(OSError, to=TtsFailed, message="eSpeak NG is not installed", hint="apt install espeak-ng"):
            self._library = ctypes.CDLL("libespeak-ng.so.1")
        rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, BUFFER_MS, None, 0))
        if rate <= 0:
            raise TtsFailed("eSpeak NG does not start", hint="Install its data: apt install espeak-ng-data")
        self._format = {"rate": rate, "width": SAMPLE_BYTES, "channels": 1}
        voice = str(
            settings.get("voice") or {"en": "en-us"}.get(str(settings.get("language")), settings.get("language"))
        )
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise TtsFailed(f"eSpeak NG has no voice {voice!r}", hint="`espeak-ng --voices` lists those it has.")
        self._words_per_minute = int(settings.get("words_per_minute", 170))
        # The library keeps only a pointer: the callback has to live as long as it.
        self._callback = _CALLBACK(self._take)
        self._library.espeak_SetSynthCallback(self._callback)
        self._link: Link | None = None
        self._request = 0

    def handle(self, message: Message, link: Link) -> None:
        """Answers `synthesize` with `audio-chunk`s as they are made, and `audio-stop`."""
        if message.type == "cancel":
            return
        if message.type != "synthesize":
            raise InputInvalid(f"a voice cannot answer a {message.type} frame")
        text = str(message.data.get("text", "")).encode()[:LONGEST_TEXT]
        speed = float(message.data.get("speed", 1.0))
        self._library.espeak_SetParameter(_RATE_PARAMETER, round(self._words_per_minute * speed), 0)
        self._link, self._request = link, message.request
        failed = self._library.espeak_Synth(text, len(text) + 1, 0, _POSITION_CHARACTER, 0, _UTF8, None, None)
        if failed := failed or self._library.espeak_Synchronize():
            raise TtsFailed(f"eSpeak NG failed ({failed})")
        link.send(Message("audio-stop", request=message.request))

    def close(self) -> None:
        """Lets go of the library."""
        self._library.espeak_Terminate()

    def _take(self, samples: Any, count: int, _events: int | None) -> int:  # noqa: ANN401 (a C pointer)
        """Called by the library with sound as it is made; returning 1 stops it."""
        link = self._link
        if link is None or link.cancelled(self._request):
            return 1
        if samples and count:
            sound = ctypes.string_at(samples, count * SAMPLE_BYTES)
            link.send(Message("audio-chunk", self._format, sound, self._request))
        return 0

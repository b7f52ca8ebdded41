"""Piper as its own package speaks, for `first_sound`: the default session, a whole sentence at once, in a child."""

from typing import Any

from piper import PiperVoice

from voiced.core.wire import Message
from voiced.engines.host import Link


class WholePiper:
    """Sends a sentence when all of it is made, as wyoming-piper does."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._voice = PiperVoice.load(settings["model"])
        list(self._voice.synthesize("one two three"))

    def handle(self, message: Message, link: Link) -> None:
        """See `Hosted`."""
        if message.type != "synthesize":
            return
        for chunk in self._voice.synthesize(message.data["text"]):
            sound = chunk.audio_int16_bytes
            link.send(
                Message("audio-chunk", {"rate": chunk.sample_rate, "width": 2, "channels": 1}, sound, message.request)
            )
        link.send(Message("audio-stop", request=message.request))

    def close(self) -> None:
        """See `Hosted`."""

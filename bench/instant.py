"""Engines that answer at once, for `overhead`; they live in children as real ones do."""

from typing import Any

from voiced.core.wire import Message
from voiced.engines.host import Link

SOUND = bytes(2 * 882)


class InstantStt:
    """Hears "what time is it" in everything."""

    def __init__(self, _: dict[str, Any]) -> None:
        """Needs no settings."""

    def handle(self, message: Message, link: Link) -> None:
        """See `Hosted`."""
        if message.type == "audio-stop":
            link.send(Message("transcript", {"text": "what time is it", "confidence": 1.0}, request=message.request))

    def close(self) -> None:
        """See `Hosted`."""


class InstantTts:
    """Speaks 40 ms of silence."""

    def __init__(self, _: dict[str, Any]) -> None:
        self._format = {"rate": 22_050, "width": 2, "channels": 1}

    def handle(self, message: Message, link: Link) -> None:
        """See `Hosted`."""
        if message.type == "synthesize":
            link.send(Message("audio-chunk", self._format, SOUND, message.request))
            link.send(Message("audio-stop", request=message.request))

    def close(self) -> None:
        """See `Hosted`."""

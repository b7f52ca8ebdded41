"""Stand-ins for engines inside a child process, and for their link to the daemon."""

import os
from pathlib import Path
from typing import Any

from voiced.core.errors import SttFailed
from voiced.core.wire import Message
from voiced.engines.host import Link


class FailingStt:
    """Fails at whatever it is asked."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings

    def handle(self, message: Message, link: Link) -> None:  # noqa: ARG002 (the port's own arguments)
        if message.type != "cancel":
            raise SttFailed("the script says so")

    def close(self) -> None:
        """There is nothing to let go of."""


class ForgetfulStt:
    """Hears the next line of the file $FAKE_SPEECH, and takes it off: the next of its kind hears the line after it."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings

    def handle(self, message: Message, link: Link) -> None:
        if message.type == "audio-stop":
            script = Path(os.environ["FAKE_SPEECH"])
            text, _, left = script.read_text().partition("\n")
            script.write_text(left)
            link.send(Message("transcript", {"text": text, "confidence": 0.9, "until": 0}, request=message.request))

    def close(self) -> None:
        """There is nothing to let go of."""


class BabblingLlm:
    """Never ends an answer."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings

    def handle(self, message: Message, link: Link) -> None:
        while message.type == "chat" and not link.cancelled(message.request):
            link.send(Message("text", {"text": "and"}, request=message.request))

    def close(self) -> None:
        """There is nothing to let go of."""


class KeptLink:
    """A link that keeps what was sent."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.behind = False
        self.gone: set[int] = set()

    def send(self, message: Message) -> None:
        """See `Link`."""
        self.messages.append(message)

    def cancelled(self, request: int) -> bool:
        """See `Link`."""
        return request in self.gone

    def waiting(self) -> bool:
        """See `Link`."""
        return self.behind

    @property
    def texts(self) -> list[str]:
        """The partial texts, each once in a row."""
        chunks = [message.data["text"] for message in self.messages if message.type == "transcript-chunk"]
        return [text for at, text in enumerate(chunks) if not at or text != chunks[at - 1]]

    @property
    def final(self) -> Message:
        """The last frame."""
        return self.messages[-1]

"""Stand-ins for engines inside a child process."""

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


class BabblingLlm:
    """Never ends an answer."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings

    def handle(self, message: Message, link: Link) -> None:
        while message.type == "chat" and not link.cancelled(message.request):
            link.send(Message("text", {"text": "and"}, request=message.request))

    def close(self) -> None:
        """There is nothing to let go of."""

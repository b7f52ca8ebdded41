"""An MQTT broker, as those see it who talk through it."""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

ONLINE, OFFLINE = "online", "offline"
"""What is told where somebody's presence is: Home Assistant's words."""


class BrokerMessage(Struct, frozen=True, gc=False):
    """What was published.

    Attributes:
        topic: where.
        payload: what.
        retained: the broker kept it from earlier: it tells what was, and is no command.
    """

    topic: str
    payload: bytes
    retained: bool = False


Handler = Callable[[BrokerMessage], None]


class Broker(Protocol):
    """One connection, which comes back by itself. Belongs to the event loop; nobody waits for it to be there."""

    @property
    def name(self) -> str:
        """Who voiced is there: the same at each start, and nobody else's."""
        ...

    def subscribe(self, topics: Sequence[str], handler: Handler) -> None:
        """Tells what is published from the next connect on, and what the broker kept, after every connect anew.

        Args:
            topics: where.
            handler: called for each message; whatever it raises, the message is counted as one that cannot be read.
        """
        ...

    def watch(self, connected: Callable[[bool], None]) -> None:
        """Tells each time that it is connected, once all is subscribed to, and each time that it no longer is."""
        ...

    def keep_presence(self, topic: str) -> None:
        """Tells there, retained, from the next connect on whether voiced is there.

        `online` comes after all that those who watch the connection publish at once; `offline` when voiced leaves, and
        as its will when it is lost.
        """
        ...

    def publish(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        """Publishes as soon as it can; never waits. Of what is retained only the newest of a topic is kept to be sent.

        Args:
            topic: where.
            payload: what.
            retain: the broker keeps it, and tells it to those who come later.
        """
        ...

    async def send(self, topic: str, payload: str | bytes) -> None:
        """Publishes now or never, and waits until the broker has it: for commands, which nobody wants hours later.

        Raises:
            HomeUnreachable: there is no connection.
            HomeFailed: it was sent, and the broker does not say that it has it.
        """
        ...

"""The child's side of a child process: hosts one engine and answers frames about it."""

from typing import Protocol

from voiced.core.wire import Message


class Link(Protocol):
    """What an engine may use of the connection to the daemon. Safe from any thread."""

    def send(self, message: Message) -> None:
        """Sends a frame; waits while the daemon does not read."""
        ...

    def cancelled(self, request: int) -> bool:
        """Tells whether nobody waits for this request any more: to be asked between steps of long work."""
        ...


class Hosted(Protocol):
    """An engine inside a child. Made with its settings (a dict) as the only argument; may take its time to load."""

    def handle(self, message: Message, link: Link) -> None:
        """Does what a frame asks; frames come one at a time, in order, in the child's main thread.

        Raises:
            VoicedError: goes back to the daemon as an `error` frame of the same request.
        """
        ...

    def close(self) -> None:
        """Lets go of everything."""
        ...

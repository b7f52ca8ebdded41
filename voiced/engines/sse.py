"""Server-sent events, bounded.

Source of the format: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from voiced.core.errors import WireBroken

EVENT_LIMIT = 256 * 1024
"""Bytes of one event, or of one line."""
STREAM_LIMIT = 16 * 1024 * 1024
"""Bytes of a whole stream: a hundred times the longest answer."""


class Events:
    """Turns bytes, in pieces of any size, into the data of events. Holds no more than one event's bounds of bytes."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._data: list[bytes] = []
        self._size = 0
        self._total = 0

    def feed(self, piece: bytes) -> list[bytes]:
        """Takes in bytes and returns the data of the events that are whole now.

        Raises:
            WireBroken: an event, or all of them, are longer than the bounds allow.
        """
        self._total += len(piece)
        if self._total > STREAM_LIMIT:
            raise WireBroken("the stream of events has no end")
        events: list[bytes] = []
        *lines, rest = piece.split(b"\n")
        for line in lines:
            self._extend(line)
            if (event := self._take(bytes(self._line.rstrip(b"\r")))) is not None:
                events.append(event)
            self._line.clear()
        self._extend(rest)
        return events

    def _extend(self, part: bytes) -> None:
        self._line += part
        if len(self._line) + self._size > EVENT_LIMIT:
            raise WireBroken("an event has no end")

    def _take(self, line: bytes) -> bytes | None:
        """Takes in a line; an empty one ends an event."""
        if line.startswith(b"data:"):
            data = line[5:].removeprefix(b" ")
            self._data.append(data)
            self._size += len(data) + 1
        if line or not self._data:
            return None
        event = b"\n".join(self._data)
        self._data.clear()
        self._size = 0
        return event

"""When an answer goes round in circles: small models do that, and would for ever. Pure."""

from collections import deque

LENGTH = 20
"""Tokens of the pieces that are compared: sentences share shorter ones without harm."""
TIMES = 3
"""So often the same piece makes a loop. One of up to 20 tokens is noticed within 60."""


class Loops:
    """Watches the tokens of one answer."""

    def __init__(self) -> None:
        self._last: deque[int] = deque(maxlen=LENGTH)
        self._seen: dict[tuple[int, ...], int] = {}

    def feed(self, token: int) -> bool:
        """Takes in the next token; tells whether the answer has become a loop."""
        self._last.append(token)
        if len(self._last) < LENGTH:
            return False
        piece = tuple(self._last)
        self._seen[piece] = times = self._seen.get(piece, 0) + 1
        return times >= TIMES

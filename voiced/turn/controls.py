"""What the rest tells the ear, from the event loop's thread to the ear's."""

from collections import deque
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from voiced.core.attention import Attention

REMEMBERED = 8
"""Earcons the ear may still have to pass over."""


class EarControls:
    """Implements `Controls`; safe from both threads.

    Args:
        hears_speaker: the microphone can hear the speaker. A replayed file cannot.
    """

    def __init__(self, *, hears_speaker: bool = True) -> None:
        self._hears_speaker = hears_speaker
        self._attention = Attention()
        self._listen: deque[float] = deque(maxlen=1)
        self._speaking = 0
        self._earcons: deque[tuple[int, int]] = deque(maxlen=REMEMBERED)

    def listen(self, seconds: float = 0.0) -> None:
        """Asks the ear to take what comes next as if the wake word had been said.

        Args:
            seconds: how long speech is waited for; 0: as long as after a wake word.
        """
        self._listen.append(seconds)

    def take_listen(self) -> float | None:
        """Tells the ear once that it was asked to, and for how long."""
        try:
            return self._listen.popleft()
        except IndexError:
            return None

    def forget_listen(self) -> None:
        """Takes back that the ear was asked to."""
        self._listen.clear()

    def attend(self, attention: Attention) -> None:
        """Attends to something else from now on."""
        self._attention = attention

    def attention(self) -> Attention:
        """Tells what is attended to."""
        return self._attention

    @contextmanager
    def talk(self) -> Generator[None]:
        """Lets a bare "stop" be heard for as long as the block lasts; blocks may lie in each other."""
        self._speaking += 1
        try:
            yield
        finally:
            self._speaking -= 1

    def speaking(self) -> bool:
        """Tells whether voiced itself speaks or rings."""
        return self._speaking > 0

    def earcon(self, start: int, end: int) -> None:
        """An earcon sounds between two positions: the ear passes over it."""
        if self._hears_speaker:
            self._earcons.append((start, end))

    def earcons(self) -> Sequence[tuple[int, int]]:
        """Where earcons sounded lately."""
        return tuple(self._earcons)

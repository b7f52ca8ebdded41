"""What the tools did that a language model used in a turn."""

from msgspec import to_builtins

from voiced.core.history import Metadata, Source
from voiced.core.ports.skill import Asks
from voiced.turn.toolbox import Used


class Deeds:
    """All of it.

    Attributes:
        acted: something was done, or asked: that is the answer.
        asks: what is asked back; None: nothing.
        sources: what was told rests on these.
        notes: each call with its verdict, and what skills note of what they did.
    """

    def __init__(self) -> None:
        self.acted = False
        self.asks: Asks | None = None
        self.sources: list[Source] = []
        self.notes: Metadata = {}

    def take(self, used: Used) -> None:
        """Takes in what became of a call."""
        self.acted = self.acted or used.answers
        self._note({"tools": [to_builtins(used.explained)]})
        if reply := used.reply:
            self.asks = reply.asks or self.asks
            self.sources += reply.sources
            self._note(reply.notes)

    def _note(self, notes: Metadata) -> None:
        """Adds notes to those that are there: of what is a list, nothing is lost."""
        for name, value in notes.items():
            before = self.notes.get(name)
            self.notes[name] = [*before, *value] if isinstance(before, list) and isinstance(value, list) else value

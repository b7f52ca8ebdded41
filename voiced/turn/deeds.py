"""What the tools did that a language model used in a turn."""

from collections.abc import Sequence
from typing import Any

from msgspec import to_builtins

from voiced.core.history import Source
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
        self.notes: dict[str, Any] = {}

    def take(self, used: Sequence[Used]) -> None:
        """Takes in what became of some calls."""
        self.acted = self.acted or any(each.answers for each in used)
        calls = [*self.notes.get("tools", ()), *(to_builtins(each.explained) for each in used)]
        for reply in (each.reply for each in used if each.reply):
            self.asks = reply.asks or self.asks
            self.sources += reply.sources
            self.notes |= reply.notes
        self.notes["tools"] = calls

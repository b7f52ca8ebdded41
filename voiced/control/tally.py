"""What has happened so far, counted: for `voiced status`."""

from voiced.core.events import (
    AnyEvent,
    Failed,
    NearMiss,
    Speaking,
    StateChanged,
    TurnEnded,
    Woke,
)
from voiced.core.ports.skill import Reply


class Tally:
    """Counts events, and remembers the newest of what lasts."""

    def __init__(self) -> None:
        self.state = "idle"
        self.woke = 0
        self.near_misses = 0
        self.turns = 0
        self.failures = 0
        self.last_answer = Reply("")

    def count(self, event: AnyEvent) -> None:
        """Takes in one event."""
        match event:
            case Woke():
                self.woke += 1
            case NearMiss():
                self.near_misses += 1
            case TurnEnded():
                self.turns += 1
            case Failed():
                self.failures += 1
            case StateChanged(state):
                self.state = state
            case Speaking(text, privacy):
                self.last_answer = Reply(text, privacy=privacy)
            case _:
                pass

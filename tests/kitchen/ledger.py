"""What was promised in the kitchen, kept apart from voiced, and whether it was kept."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from voiced.core.events import AnyEvent, PromiseMissed, PromiseRang

RING_S = 1.0
"""A ring may be so much late: it is kept on the disk first, for which this clock does not wait. It is never early."""


class Promised(Struct):
    """A promise that somebody asked for.

    Attributes:
        id: voiced's own.
        due: when it is to ring, in seconds since 1970 (UTC).
        fate: rings, gone (called off) or missed (the box was off).
        rang: when it rang.
        told: how often it was told that it had been missed.
    """

    id: str
    due: float
    fate: str = "rings"
    rang: list[float] = []
    told: int = 0

    @property
    def problems(self) -> list[str]:
        """What was not as it was promised."""
        once = [0.0] if self.fate == "rings" else []
        found = [f"rang {len(self.rang)} times"] if len(self.rang) != len(once) else []
        found += [f"rang {at - self.due:+.2f} s late" for at in self.rang if not 0 <= at - self.due <= RING_S]
        return found + ([f"was told {self.told} times"] if self.told != int(self.fate == "missed") else [])


class Ledger:
    """All promises, by the names that the script has for them."""

    def __init__(self) -> None:
        self.promised: dict[str, Promised] = {}
        self.strange: list[str] = []

    def due(self, name: str) -> float:
        """When one is due."""
        return self.promised[name].due if name in self.promised else 0.0

    def id(self, name: str) -> str:
        """What voiced calls it."""
        return self.promised[name].id if name in self.promised else ""

    def until(self, moment: datetime) -> dict[str, Promised]:
        """Those that were due by a moment."""
        return {name: each for name, each in self.promised.items() if each.due <= moment.timestamp()}

    def take(self, events: Sequence[AnyEvent], began: float) -> None:
        """Takes in what rang and what was missed; `began` is when audio time did."""
        by_id = {each.id: each for each in self.promised.values()}
        for event in events:
            if not isinstance(event, PromiseRang | PromiseMissed):
                continue
            if event.promise not in by_id:
                self.strange.append(f"{event.kind} {event.name}")
            elif isinstance(event, PromiseRang):
                by_id[event.promise].rang.append(began + event.at)
            else:
                by_id[event.promise].told += 1

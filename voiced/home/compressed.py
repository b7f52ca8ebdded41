"""The states of Home Assistant as `subscribe_entities` tells them: first whole, then only what changed. Pure.

Keys: a added, c changed, r removed; in a state s its word, a its attributes; in a change + what is new, - what is gone.
"""

from typing import Any

from msgspec import Struct, field

State = tuple[str, dict[str, Any]]
"""The word and the attributes."""


class _Whole(Struct, frozen=True):
    s: str = "unknown"
    a: dict[str, Any] = field(default_factory=dict[str, Any])


class _New(Struct, frozen=True):
    s: str | None = None
    a: dict[str, Any] = field(default_factory=dict[str, Any])


class _Gone(Struct, frozen=True):
    a: list[str] = field(default_factory=list[str])


class _Change(Struct, frozen=True):
    new: _New = field(default_factory=_New, name="+")
    gone: _Gone = field(default_factory=_Gone, name="-")


class StatesEvent(Struct, frozen=True):
    """What one event tells."""

    a: dict[str, _Whole] = field(default_factory=dict[str, _Whole])
    c: dict[str, _Change] = field(default_factory=dict[str, _Change])
    r: list[str] = field(default_factory=list[str])

    def changed(self, id_: str, before: State) -> State:
        """What a thing that changed is now."""
        change = self.c[id_]
        attributes = {name: value for name, value in before[1].items() if name not in change.gone.a}
        return before[0] if change.new.s is None else change.new.s, attributes | change.new.a

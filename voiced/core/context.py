"""Which turn is being worked on: so that every line of the log in it says so, however deep it is written."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_turn: ContextVar[list[str] | None] = ContextVar("turn", default=None)


@contextmanager
def in_turn(turn: str) -> Generator[None]:
    """All that is done in the block, and in what it begins, belongs to a turn until the block ends.

    What outlives the turn, such as an engine that was started in it, then belongs to none.
    """
    label = [turn]
    token = _turn.set(label)
    try:
        yield
    finally:
        label.clear()
        _turn.reset(token)


def current_turn() -> str:
    """The id of the turn that is being worked on; empty for none."""
    label = _turn.get()
    return label[0] if label else ""

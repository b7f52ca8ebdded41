"""What the log says of where something happened: in which turn, however deep that is; of a fault, in which line."""

import traceback
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


def whereabouts(error: BaseException) -> str:
    """Where a fault of ours is and of which kind, for the log: its words may be somebody's, and stay out."""
    return "".join([*traceback.format_tb(error.__traceback__), type(error).__name__])

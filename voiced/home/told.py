"""What a home tells in JSON, as far as it can be used."""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import msgspec

from voiced.core.errors import InputInvalid

log = logging.getLogger(__name__)

T = TypeVar("T")
LARGEST = 1e9
"""No home counts further: larger numbers are somebody's mistake, and not every one of them can be compared."""
DEEPEST = 8
"""Levels of lists and tables in each other that anybody looks into."""
STATE_LIMIT = 255
"""Characters of a state, as in Home Assistant; more is cut off."""


def read(text: str | bytes, wanted: type[T]) -> T:
    """A message in JSON.

    Args:
        text: the message.
        wanted: its form.

    Raises:
        InputInvalid: it is none, or has another form.
    """
    try:
        return msgspec.json.decode(text, type=wanted)
    except (ValueError, RecursionError) as error:
        raise InputInvalid(f"it is no JSON of the form that is known: {error}") from error


def usable(value: Any, depth: int = DEEPEST) -> Any:  # noqa: ANN401 (any JSON)
    """The same value; None stands for each number that is too large, and for what is too deep in it."""
    if isinstance(value, int | float):
        return value if abs(value) <= LARGEST else None
    if isinstance(value, list):
        return [usable(each, depth - 1) for each in cast("list[Any]", value)] if depth else None
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        return {name: usable(each, depth - 1) for name, each in table.items()} if depth else None
    return value


class Unreadable:
    """Messages that cannot be read: all are counted, and the first one from each place is told of.

    Attributes:
        count: how many there were.
    """

    def __init__(self) -> None:
        self.count = 0
        self._places = set[str]()

    @contextmanager
    def guarding(self, place: str) -> Generator[None]:
        """Reads one. Whatever it does to those who read it, it ends nothing."""
        try:
            yield
        except Exception as error:  # Others write the messages, and find what nobody thought of.
            self.count += 1
            if place not in self._places:
                self._places.add(place)
                expected = isinstance(error, InputInvalid)
                log.warning("a message from %s cannot be read: %s", place, error, exc_info=None if expected else error)

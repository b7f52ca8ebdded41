"""Which of several engines is tried: in their order, but not those that failed again and again."""

import logging
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Generic, NamedTuple, TypeVar

from voiced.core.errors import InputInvalid, TooPrivate, VoicedError
from voiced.engines.circuit import Circuit, CircuitState

log = logging.getLogger(__name__)

E = TypeVar("E")
Told = Callable[[str, VoicedError | None], None]


def nobody(_name: str, _problem: VoicedError | None) -> None:
    """Is told, and does nothing."""


class Candidate(NamedTuple, Generic[E]):
    """An engine that may be tried.

    Attributes:
        name: for people.
        engine: the port.
        circuit: how it did lately.
    """

    name: str
    engine: E
    circuit: Circuit


class Choice(Generic[E]):
    """Engines, each with a circuit.

    Args:
        engines: names, for people, and ports; the first is the preferred one.
        on_change: told when one is left alone, and why; and, with None, when it is back.
        now: a clock that never steps back, in seconds.
    """

    def __init__(
        self,
        engines: Sequence[tuple[str, E]],
        on_change: Told = nobody,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.all = [Candidate(name, engine, Circuit(now)) for name, engine in engines]
        self._on_change = on_change
        self._left_alone: dict[str, str] = {}

    def candidates(self, order: Sequence[str] | None = None) -> list[Candidate[E]]:
        """Those that are to be tried now, in order. If none is, the one that is due first.

        Args:
            order: the names of those that are meant; None: all, in their own order.
        """
        named = {each.name: each for each in self.all}
        meant = self.all if order is None else [named[name] for name in order]
        allowed = [each for each in meant if each.circuit.allows()]
        return allowed or sorted(meant, key=lambda each: each.circuit.due)[:1]

    def problem(self, candidate: Candidate[E]) -> str:
        """Why an engine is left alone now; empty: it is not."""
        return "" if candidate.circuit.allows() else self._left_alone.get(candidate.name, "it is being tried")

    @contextmanager
    def attempt(self, candidate: Candidate[E]) -> Generator[None]:
        """Takes note of how an attempt ends. What it may not be told, or being given up, says nothing of the engine."""
        name, _, circuit = candidate
        circuit.begin()
        try:
            yield
        except (InputInvalid, TooPrivate):
            circuit.abandon()
            raise
        except VoicedError as error:
            circuit.fail()
            if len(self.all) > 1:
                log.warning("%s failed: %s (%s)", name, error.message, error.code)
            if circuit.state is CircuitState.OPEN and name not in self._left_alone:
                self._left_alone[name] = error.message
                self._on_change(name, error)
            raise
        except BaseException:
            circuit.abandon()
            raise
        circuit.succeed()
        if self._left_alone.pop(name, None) is not None:
            self._on_change(name, None)

"""Engines that are left alone for a while: everybody is told when, why, and when they are back."""

from collections.abc import Callable
from functools import partial

from voiced.core.bus import Bus
from voiced.core.errors import VoicedError
from voiced.core.events import EngineFound, EngineLost


class Breakdowns:
    """Tells how the engines do.

    Args:
        bus: told what happens.
        at: seconds of audio time, for events.

    Attributes:
        problems: why engines are left alone now, by stage and name.
    """

    def __init__(self, bus: Bus, at: Callable[[], float]) -> None:
        self.problems: dict[tuple[str, str], VoicedError] = {}
        self._bus = bus
        self._at = at

    def of(self, stage: str) -> Callable[[str, VoicedError | None], None]:
        """What the engines of a stage are to call: with an engine's name, and with its problem or None."""
        return partial(self._told, stage)

    def _told(self, stage: str, engine: str, problem: VoicedError | None) -> None:
        if problem is None:
            self.problems.pop((stage, engine), None)
            self._bus.emit(EngineFound(stage, engine, at=self._at()))
        else:
            self.problems[stage, engine] = problem
            self._bus.emit(EngineLost(stage, engine, problem.code, problem.message, problem.hint, at=self._at()))

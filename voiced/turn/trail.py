"""What became of the tiers that were considered for an answer, step by step."""

from collections.abc import Callable

from msgspec import Struct

from voiced.core.errors import VoicedError
from voiced.core.routing import Considered, Outcome
from voiced.turn.router import MODEL, Route, Step

NOT_NEEDED = "not needed"
"""Why somebody who would have been asked next was not."""


class _Result(Struct, frozen=True):
    outcome: Outcome
    reason: str
    ms: float


class Trail:
    """Follows a turn from tier to tier.

    Args:
        now: a clock that never steps back, in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._since = now()
        self._route = Route()
        self._results: dict[tuple[str, str], _Result] = {}

    def follow(self, route: Route) -> None:
        """The tiers are chosen."""
        self._route = route

    def answered(self, tier: str, name: str = "", reason: str = "") -> None:
        """A tier has an answer, or the first word of one."""
        self._end(tier, name, "answered", reason)

    def declined(self, tier: str, reason: str) -> None:
        """A tier says that this is not for it."""
        self._end(tier, "", "declined", reason)

    def failed(self, tier: str, name: str, error: VoicedError) -> None:
        """A tier has no (further) answer."""
        self._end(tier, name, "failed", f"{error.message} ({error.code})")

    def think(self) -> None:
        """Models are asked anew: what they did before belongs to an answer that nobody wanted."""
        self._since = self._now()
        self._results = {key: result for key, result in self._results.items() if key[0] != MODEL}

    def tried(self, name: str, error: VoicedError | None) -> None:
        """See `ports.llm.Tried`."""
        if error:
            self.failed(MODEL, name, error)
        else:
            self.answered(MODEL, name)

    @property
    def considered(self) -> list[Considered]:
        """All tiers, in order."""
        return [self._considered(step) for step in self._route.steps]

    def _considered(self, step: Step) -> Considered:
        result = self._results.get((step.tier, step.name))
        if result is None:
            return Considered(step.tier, "passed over", NOT_NEEDED if step.ask else step.reason, step.name)
        reason = f"{step.reason}; {result.reason}" if result.reason else step.reason
        return Considered(step.tier, result.outcome, reason, step.name, result.ms)

    def _end(self, tier: str, name: str, outcome: Outcome, reason: str) -> None:
        now = self._now()
        self._results[tier, name] = _Result(outcome, reason, round((now - self._since) * 1000, 1))
        self._since = now

"""Who was considered for an answer, and what became of it: frozen values that are kept with the turn."""

from typing import Any, Literal

from msgspec import Struct

Outcome = Literal["answered", "declined", "failed", "passed over"]
"""What became of a tier: it answered, said that this is not for it, failed, or was not asked."""


class Considered(Struct, frozen=True, omit_defaults=True):
    """A tier that was considered for an answer.

    Attributes:
        tier: rules, assist or model.
        outcome: what became of it.
        reason: why it was asked, or was not; where it failed, how.
        name: which one, where there are several.
        ms: milliseconds it took to answer, to decline or to fail.
    """

    tier: str
    outcome: Outcome
    reason: str
    name: str = ""
    ms: float | None = None


class Called(Struct, frozen=True):
    """A tool that a language model asked for.

    Attributes:
        tool: its name.
        arguments: as the model gave them.
        decision: allowed, asked (back) or refused.
        reason: why.
        told: what came of it.
    """

    tool: str
    arguments: dict[str, Any]
    decision: str
    reason: str
    told: str = ""

"""Who answers: a pure function from text to tier."""

from collections.abc import Callable

from msgspec import Struct

from voiced.core.types import Understanding

RULES, MODEL, NONE = "rules", "model", "none"
"""The tiers: the sentence templates, a language model, nobody."""


class Route(Struct, frozen=True):
    """Where a sentence goes.

    Attributes:
        tier: `RULES`, `MODEL`, or `NONE` where nobody can answer.
        understood: what the rules made of it.
    """

    tier: str
    understood: Understanding | None = None


def route(
    text: str, understand: Callable[[str], Understanding | None], answerable: frozenset[str], *, model: bool
) -> Route:
    """Chooses the tier for a sentence.

    Args:
        text: the sentence.
        understand: the rules.
        answerable: the intents that some skill answers.
        model: there is a language model.
    """
    understood = understand(text) if text else None
    if understood is not None and understood.intent in answerable:
        return Route(RULES, understood)
    return Route(MODEL if model and text else NONE, understood)

"""Who answers: a pure function from text to tier."""

from collections.abc import Callable

from msgspec import Struct

from voiced.core.types import Understanding


class Route(Struct, frozen=True):
    """Where a sentence goes.

    Attributes:
        tier: `rules`, or `none` where nobody can answer.
        understood: what the rules made of it.
    """

    tier: str
    understood: Understanding | None = None


def route(text: str, understand: Callable[[str], Understanding | None], answerable: frozenset[str]) -> Route:
    """Chooses the tier for a sentence.

    Args:
        text: the sentence.
        understand: the rules.
        answerable: the intents that some skill answers.
    """
    understood = understand(text) if text else None
    if understood is not None and understood.intent in answerable:
        return Route("rules", understood)
    return Route("none", understood)

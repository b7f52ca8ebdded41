"""The sentences that come with voiced: made once for all tests of a process, for that takes seconds."""

from functools import cache

from tests.home.households import INTENTS
from voiced.turn.rules import Rules


@cache
def rules(language: str = "en") -> Rules:
    """The rules of a language; whoever changes some makes its own."""
    return Rules(INTENTS, language)

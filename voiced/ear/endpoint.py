"""When a command ends: a pure function."""

from voiced.core.config import EndpointConfig
from voiced.core.types import Completeness, EndReason

_LIMIT_SLACK_S = 1e-6
"""Sums of frames are compared with limits written as decimals."""


def asks(silence_s: float, limits: EndpointConfig) -> bool:
    """Tells whether the end depends on what the words so far are.

    Args:
        silence_s: seconds since the last speech.
        limits: the `[endpoint]` section.
    """
    return limits.complete_s <= silence_s + _LIMIT_SLACK_S and silence_s < limits.unfinished_s


def ending(
    silence_s: float, elapsed_s: float, completeness: Completeness | None, limits: EndpointConfig
) -> EndReason | None:
    """Decides whether an utterance is over, and why.

    Args:
        silence_s: seconds since the last speech; since listening began, if there was none.
        elapsed_s: seconds since the sound that was sent on began.
        completeness: what the words so far are; None where nobody has spoken yet.
        limits: the `[endpoint]` section.

    Returns:
        The reason, or None to go on listening.
    """
    if completeness is None:
        return EndReason.NOTHING_SAID if silence_s >= limits.nothing_said_s else None
    if elapsed_s >= limits.maximum_s:
        return EndReason.MAXIMUM
    enough = {
        Completeness.COMPLETE: limits.complete_s,
        Completeness.EXTENSIBLE: limits.extensible_s,
    }.get(completeness, limits.unfinished_s)
    if silence_s + _LIMIT_SLACK_S < enough:
        return None
    return EndReason.COMPLETE if enough < limits.unfinished_s else EndReason.SILENCE

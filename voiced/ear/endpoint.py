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
    return silence_s + _LIMIT_SLACK_S >= limits.complete_s


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
    if silence_s + _LIMIT_SLACK_S < _enough(completeness, limits):
        return None
    return EndReason.COMPLETE if completeness.whole else EndReason.SILENCE


def _enough(completeness: Completeness, limits: EndpointConfig) -> float:
    """Seconds of silence that end an utterance."""
    match completeness:
        case Completeness.COMPLETE:
            return limits.complete_s
        case Completeness.SETTLED:
            return limits.settled_s
        case Completeness.EXTENSIBLE:
            return limits.extensible_s
        case Completeness.UNKNOWN:
            return limits.unknown_s
        case Completeness.UNFINISHED:
            return limits.unfinished_s

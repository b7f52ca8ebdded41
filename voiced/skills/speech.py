"""How skills put things into words."""

from collections.abc import Sequence


def duration(seconds: float) -> str:
    """Says how long: "1 hour, 5 minutes and 10 seconds"."""
    whole = round(seconds)
    parts = [
        counted(whole // 86_400, "day"),
        counted(whole % 86_400 // 3600, "hour"),
        counted(whole % 3600 // 60, "minute"),
        counted(whole % 60, "second"),
    ]
    return listed([part for part in parts if part]) or "0 seconds"


def counted(count: int, noun: str) -> str:
    """Says how many, in the right number; empty for none."""
    if count == 0:
        return ""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(things: Sequence[str]) -> str:
    """Says several things: "a, b and c"."""
    if len(things) < 2:  # noqa: PLR2004 (one thing is no list)
        return "".join(things)
    return f"{', '.join(things[:-1])} and {things[-1]}"

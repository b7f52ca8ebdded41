"""What is old enough to be forgotten by itself: pure."""

from collections.abc import Iterable, Iterator

from voiced.core.config_keeping import RetentionConfig
from voiced.core.forgetting import Forget
from voiced.core.memories import MemoryKind

DAY_S = 86_400.0


def expired(limits: RetentionConfig, spaces: Iterable[str], now: float) -> Iterator[Forget]:
    """Tells what is to be forgotten now.

    Args:
        limits: how long things are kept.
        spaces: all there are.
        now: in seconds since 1970 (UTC).
    """
    for space in spaces:
        keep = limits.spaces.get(space, limits)
        days: dict[MemoryKind, float] = {
            "message": keep.message_days,
            "note": keep.note_days,
            "document": keep.document_days,
        }
        for kind, limit in days.items():
            if limit and now > limit * DAY_S:
                yield Forget(space=space, until=now - limit * DAY_S, kinds=[kind])

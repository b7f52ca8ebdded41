"""Promises without a file: for what ends before it rings, such as a replayed recording."""

from collections.abc import Sequence

from voiced.core.promises import Promise


class ForgetfulPromises:
    """Keeps promises until it is gone itself. Implements `PromiseStore`."""

    def __init__(self) -> None:
        self._kept: dict[str, Promise] = {}

    async def active(self) -> list[Promise]:
        """See `PromiseStore`."""
        return [promise for promise in self._kept.values() if promise.state == "active"]

    async def past(self, limit: int) -> list[Promise]:
        """See `PromiseStore`."""
        past = [promise for promise in self._kept.values() if promise.state != "active"]
        return sorted(past, key=lambda promise: promise.changed_at, reverse=True)[:limit]

    async def save(self, promises: Sequence[Promise]) -> None:
        """See `PromiseStore`."""
        self._kept.update({promise.id: promise for promise in promises})

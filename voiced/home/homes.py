"""Several homes as one."""

import asyncio
from collections.abc import Sequence

from voiced.core.errors import HomeFailed
from voiced.core.home import Action, Entity, Receipt, failed
from voiced.core.ports.home import Home


class Homes:
    """What several homes have together; of two things with the same id, only the first home's is. Implements `Home`.

    Args:
        homes: devices that voiced speaks to itself before those that somebody else looks after.
    """

    def __init__(self, homes: Sequence[Home]) -> None:
        self._homes = homes

    def entities(self) -> Sequence[Entity]:
        """See `Home`."""
        return list({entity.id: entity for home in reversed(self._homes) for entity in home.entities()}.values())

    async def act(self, actions: Sequence[Action]) -> Sequence[Receipt]:
        """See `Home`."""
        shares = [list[tuple[int, Action]]() for _ in self._homes]
        receipts = [failed(each, None, HomeFailed("there is no {thing}", thing=each.entity)) for each in actions]
        known = [{entity.id for entity in home.entities()} for home in self._homes]
        for place, action in enumerate(actions):
            for share, ids in zip(shares, known, strict=True):
                if action.entity in ids:
                    share.append((place, action))
                    break
        done = await asyncio.gather(
            *(home.act([action for _, action in share]) for home, share in zip(self._homes, shares, strict=True))
        )
        for share, outcomes in zip(shares, done, strict=True):
            for (place, _), receipt in zip(share, outcomes, strict=True):
                receipts[place] = receipt
        return receipts

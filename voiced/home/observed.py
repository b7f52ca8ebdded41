"""What was observed of things last, who waits to see one change, and what became of an action."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from voiced.core.errors import HomeFailed
from voiced.core.home import Action, Entity, Outcome, Receipt, failed
from voiced.core.ports.clock import Clock
from voiced.core.tasks import ended
from voiced.home.bounds import out_of_bounds
from voiced.home.effects import done, holds, moving

NOTHING_SLOW: Mapping[str, float] = {}
Shows = Callable[[Entity], bool]
Send = Callable[[Action], Coroutine[Any, Any, None]]


class Unanswered(HomeFailed):
    """Something was sent, and nobody says whether it arrived: only what is seen can tell."""

    code = "home-unanswered"


class Observed:
    """Things, as they were observed last. Belongs to the event loop."""

    def __init__(self) -> None:
        self._entities: dict[str, Entity] = {}
        self._waiting: set[_Waiting] = set()

    def all(self) -> Sequence[Entity]:
        """All of them."""
        return list(self._entities.values())

    def get(self, id_: str) -> Entity | None:
        """One of them; None if there is none."""
        return self._entities.get(id_)

    def put(self, entity: Entity, *, fresh: bool = True) -> None:
        """One was observed.

        Args:
            entity: as it is.
            fresh: it is so now. What is told again from earlier shows nobody that something was done.
        """
        self._entities[entity.id] = entity
        for each in self._waiting if fresh else ():
            each.look(entity)

    def keep(self, ids: Collection[str]) -> None:
        """All others are no more."""
        self._entities = {id_: entity for id_, entity in self._entities.items() if id_ in ids}

    def lose(self, state: str, ids: Iterable[str] | None = None) -> None:
        """Some things, or all, cannot be observed now: their state is one of `GONE`."""
        for id_ in list(self._entities) if ids is None else ids:
            self._entities[id_] = replace(self._entities[id_], state=state)

    async def seen(self, id_: str, shows: Shows) -> None:
        """Waits until a thing is observed anew that shows something."""
        waiting = _Waiting(id_, shows)
        self._waiting.add(waiting)
        try:
            await waiting.seen
        finally:
            self._waiting.discard(waiting)


class _Waiting:
    def __init__(self, id_: str, shows: Shows) -> None:
        self._id, self._shows = id_, shows
        self.seen = asyncio.get_running_loop().create_future()

    def look(self, entity: Entity) -> None:
        if entity.id == self._id and not self.seen.done() and self._shows(entity):
            self.seen.set_result(None)


async def act(
    actions: Sequence[Action],
    observed: Observed,
    send: Send,
    clock: Clock,
    deadline_s: float,
    slow: Mapping[str, float] = NOTHING_SLOW,
) -> list[Receipt]:
    """Does things, all at once, and waits until each was observed.

    Args:
        actions: what is to be done.
        observed: where changes are seen.
        send: sends one action; raises `HomeFailed` if it is refused, `HomeUnreachable` if it cannot be sent, and
            `Unanswered` if that cannot be told.
        clock: tells when it is too late.
        deadline_s: seconds for each; what is seen on its way then is waited for no longer.
        slow: seconds for others, see `deadline`.
    """

    async def one(action: Action) -> Receipt:
        return await _act(action, observed, send, clock, deadline_s, slow)

    return list(await asyncio.gather(*map(one, actions)))


def deadline(entity: Entity, deadline_s: float, slow: Mapping[str, float]) -> float:
    """Seconds until a change of a thing has to be seen.

    Args:
        entity: the thing.
        deadline_s: of most things.
        slow: of others, by domain or by domain and kind: cover.garage.
    """
    return max(deadline_s, slow.get(f"{entity.domain}.{entity.kind}", slow.get(entity.domain, 0.0)))


async def _act(
    action: Action, observed: Observed, send: Send, clock: Clock, deadline_s: float, slow: Mapping[str, float]
) -> Receipt:
    before = observed.get(action.entity)
    if before is None:
        return failed(action, None, HomeFailed("there is no {thing}", thing=action.entity))
    if wrong := out_of_bounds(action, before):
        return failed(action, before, wrong)
    # Whoever answers fast is seen, too: the watch begins before anything is sent.
    seen = asyncio.create_task(observed.seen(action.entity, lambda after: done(action, before, after)))
    sending = asyncio.create_task(send(action))

    async def work() -> Outcome:
        # What is seen is done, even if whoever was told takes longer to say that it is.
        await asyncio.wait({seen, sending}, return_when=asyncio.FIRST_COMPLETED)
        so_before = holds(action, before)
        if not seen.done():
            try:
                sending.result()
            except Unanswered:
                await seen
            if not so_before:
                await seen
        return "unchanged" if so_before else "done"

    async def on_its_way() -> Outcome:
        await clock.sleep(deadline_s)
        now = observed.get(action.entity)
        if now is None or not moving(action, before, now):
            await observed.seen(action.entity, lambda after: moving(action, before, after))
        return "moving"

    try:
        outcome = await _ended(work(), on_its_way(), clock, deadline(before, deadline_s, slow))
    except HomeFailed as error:
        return failed(action, observed.get(action.entity), error)
    finally:
        await ended({seen, sending})
    return Receipt(action, outcome, observed.get(action.entity))


async def _ended(
    work: Coroutine[Any, Any, Outcome], on_its_way: Coroutine[Any, Any, Outcome], clock: Clock, deadline_s: float
) -> Outcome:
    working, moves = asyncio.create_task(work), asyncio.create_task(on_its_way)
    late = asyncio.create_task(clock.sleep(deadline_s))
    try:
        await asyncio.wait({working, moves, late}, return_when=asyncio.FIRST_COMPLETED)
        if not (working.done() or moves.done()):
            await asyncio.sleep(0)  # Where both deadlines are one, what moves is seen at the same moment.
        found = next((each for each in (working, moves) if each.done()), None)
        return found.result() if found else "unobserved"
    finally:
        await ended({working, moves, late})

"""A home in memory, whose things do what they are told, or what a script says instead."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from tests.fakes.obeying import obeyed, opposite
from voiced.core.errors import HomeFailed, HomeUnreachable
from voiced.core.home import Action, Entity, Receipt, failed

AUTUMN = datetime(2026, 9, 1, 12, tzinfo=UTC)
Behaviour = Literal["works", "ignores", "drops", "late", "contradicts", "mistaken", "refuses", "unreachable"]
"""What a thing does with an action.

works: it is done, and seen. ignores: it arrives, and nothing happens. drops: it never arrives, and nobody is told.
late: it is done when `FakeHome.later` is called, long after anybody waits. contradicts: the contrary is done.
mistaken: something else does it. refuses: the home says no. unreachable: it cannot be sent.
"""


class FakeHome:
    """Implements `Home`, honestly: "done" is what its things really are then.

    Args:
        entities: what there is.

    Attributes:
        behaves: what things do that do not work, by their ids.
        instead: what does it in the place of a mistaken one; by default some other thing of its domain.
        asked: all actions that were asked for.
        arrived: those that reached something: "light.kitchen" for a mistaken "light.bedroom", too.
        changed: told of each thing that changes, or does what makes no difference.
    """

    def __init__(self, *entities: Entity) -> None:
        self._entities = {entity.id: entity for entity in entities}
        self._late: list[Action] = []
        self.behaves: dict[str, Behaviour] = {}
        self.instead: dict[str, str] = {}
        self.asked: list[Action] = []
        self.arrived: list[Action] = []
        self.changed: Callable[[Entity], None] = lambda _: None

    def entities(self) -> Sequence[Entity]:
        """See `Home`."""
        return list(self._entities.values())

    def entity(self, id_: str) -> Entity:
        """One thing, as it is now."""
        return self._entities[id_]

    def set(self, id_: str, state: str, **attributes: object) -> None:
        """Somebody else changes a thing."""
        was = self._entities[id_]
        self._put(replace(was, state=state, attributes=was.attributes | attributes))

    def later(self) -> None:
        """What is late happens now."""
        for action in self._late:
            self._do(action)
        self._late.clear()

    async def act(self, actions: Sequence[Action]) -> Sequence[Receipt]:
        """See `Home`."""
        await asyncio.sleep(0)  # As with any home, others go on meanwhile.
        self.asked += actions
        return [self._acted(action) for action in actions]

    def _acted(self, action: Action) -> Receipt:
        before = self._entities.get(action.entity)
        if before is None:
            return failed(action, None, HomeFailed("there is no {thing}", thing=action.entity))
        behaviour = self.behaves.get(action.entity, "works")
        if behaviour == "refuses":
            return Receipt(action, "refused", before, "it is locked against this")
        if behaviour == "unreachable":
            return Receipt(action, "unreachable", before, "the broker cannot be reached")
        self.arrive(action)
        wanted, after = obeyed(before, action, self._at), self._entities[action.entity]
        outcome = "unchanged" if before == wanted == after else "done" if after == wanted else "unobserved"
        return Receipt(action, outcome, after)

    def arrive(self, action: Action) -> None:
        """An action reaches a thing, unless it is dropped on the way."""
        behaviour = self.behaves.get(action.entity, "works")
        if behaviour == "drops":
            return
        if behaviour == "mistaken":
            action = replace(action, entity=self._other(action.entity))
        self.arrived.append(action)
        if behaviour == "late":
            self._late.append(action)
        elif behaviour == "contradicts":
            self._put(opposite(self._entities[action.entity], action))
        elif behaviour != "ignores":
            self._do(action)

    def _do(self, action: Action) -> None:
        self._put(obeyed(self._entities[action.entity], action, self._at))

    def _put(self, entity: Entity) -> None:
        self._entities[entity.id] = entity
        self.changed(entity)

    @property
    def _at(self) -> str:
        return (AUTUMN + timedelta(seconds=len(self.asked))).isoformat()

    def _other(self, id_: str) -> str:
        domain = self._entities[id_].domain
        others = (each for each in self._entities if each != id_ and each.startswith(f"{domain}."))
        return self.instead.get(id_) or next(others)


class FakeAssist:
    """Answers by a script. Implements `Assist`.

    Attributes:
        answers: what it answers to which sentence; it understands no other.
        asked: sentences and talks, as they came.
        unreachable: it cannot be asked.
    """

    def __init__(self, **answers: str) -> None:
        self.answers: dict[str, str] = dict(answers)
        self.asked: list[tuple[str, str | None]] = []
        self.unreachable = False

    async def ask(self, text: str, conversation: str | None = None) -> str | None:
        """See `Assist`."""
        await asyncio.sleep(0)
        self.asked.append((text, conversation))
        if self.unreachable:
            raise HomeUnreachable("Home Assistant cannot be reached")
        return self.answers.get(text)

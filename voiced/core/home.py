"""What there is in a home, and what is done to it: frozen values, in Home Assistant's words."""

from typing import Any, Literal

from msgspec import Struct, field

from voiced.core.errors import HomeFailed, HomeUnreachable

Value = str | int | float | bool

GONE = frozenset({"", "unknown", "unavailable"})
"""States of what cannot be observed now."""


class Entity(Struct, frozen=True):
    """One thing of a home, as it was observed last.

    Attributes:
        id: its domain, a dot and a name: "light.kitchen".
        name: what people call it.
        area: the room it is in; empty where nobody said.
        floor: the storey that room is on; the same.
        aliases: what else people call it.
        kind: its device class, such as "garage" for a cover; empty for none.
        state: "on", "off", "open", "locked", "21.5"; one of `GONE` where it cannot be observed.
        attributes: what else was observed of it: brightness, temperature, unit_of_measurement.
        risky: what acts on it is confirmed first.
    """

    id: str
    name: str
    area: str = ""
    aliases: tuple[str, ...] = ()
    kind: str = ""
    state: str = "unknown"
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])
    risky: bool = False
    floor: str = ""

    @property
    def domain(self) -> str:
        """What sort of thing it is: light, switch, cover, lock, climate, sensor."""
        return self.id.partition(".")[0]


class Action(Struct, frozen=True):
    """One thing to be done to an entity.

    Attributes:
        entity: its id.
        service: turn_on, turn_off, open_cover, lock, set_temperature: never one whose result hangs on what was before.
        values: what else the service takes.
    """

    entity: str
    service: str
    values: dict[str, Value] = field(default_factory=dict[str, Value])


Outcome = Literal["done", "unchanged", "moving", "unobserved", "refused", "unreachable"]
"""How an action ended.

done: the change was observed. unchanged: it was so before. moving: it was seen on its way there, such as opening.
unobserved: it was sent, and nothing was seen in time.
refused: the home said no. unreachable: it could not be sent.
"""


class Receipt(Struct, frozen=True):
    """What became of an action: "done" is what was observed, not what was sent.

    Attributes:
        action: what was to be done.
        outcome: how it ended.
        entity: as it was observed last; None if there is none.
        problem: what the home said against it.
        text: the problem with places in braces, by which it is put into a language; see `errors.Told`.
        fields: what stands in the places.
    """

    action: Action
    outcome: Outcome
    entity: Entity | None = None
    problem: str = ""
    text: str = ""
    fields: dict[str, object] = {}


def failed(action: Action, entity: Entity | None, error: HomeFailed) -> Receipt:
    """What became of an action that failed, and why."""
    outcome = "unreachable" if isinstance(error, HomeUnreachable) else "refused"
    return Receipt(action, outcome, entity, error.message, error.text, error.fields)

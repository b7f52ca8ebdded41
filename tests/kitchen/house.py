"""The home around the kitchen: what there is in it, and what does not work."""

from collections.abc import Callable

from tests.fakes.home import Behaviour, FakeHome
from voiced.core.home import Action, Entity

DARK = {"brightness": 0}
THINGS = (
    Entity("light.ceiling", "ceiling light", "kitchen", state="off", attributes=DARK),
    Entity("light.counter", "counter light", "kitchen", state="off", attributes=DARK),
    Entity("light.bedroom", "bedroom light", "bedroom", state="off", attributes=DARK),
    Entity("light.by_the_sofa", "reading lamp", "living room", state="off", attributes=DARK),
    Entity("light.by_the_bed", "reading lamp", "bedroom", state="off", attributes=DARK),
    Entity("fan.hood", "fan", "kitchen", state="off"),
    Entity("switch.kettle", "kettle", "kitchen", state="off"),
    Entity("switch.radio", "radio", "kitchen", state="off"),
    Entity("cover.blinds", "blinds", "kitchen", state="closed"),
    Entity("lock.front_door", "front door", "hall", state="locked", risky=True),
    Entity("scene.dinner", "dinner", state="2026-11-28T18:00:00+00:00"),
)
BROKEN: dict[str, Behaviour] = {"switch.kettle": "drops", "switch.radio": "contradicts"}


class House(FakeHome):
    """The home.

    Attributes:
        silent: called when something will not tell what became of an order.
        orders: all that came to the broker, in words.
    """

    def __init__(self) -> None:
        super().__init__(*THINGS)
        self.behaves.update(BROKEN)
        self.silent: Callable[[], object] = lambda: None
        self.orders: list[str] = []

    def arrive(self, action: Action) -> None:
        """See `FakeHome`."""
        values = [
            f"{name}={value:g}" for name, value in sorted(action.values.items()) if isinstance(value, int | float)
        ]
        self.orders.append(" ".join([action.entity, action.service, *values]))
        super().arrive(action)
        if action.entity in BROKEN:
            self.silent()

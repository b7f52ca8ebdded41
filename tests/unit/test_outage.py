"""What is told while nothing can be kept, and when something kept is damaged."""

import asyncio

from voiced.core.bus import Bus
from voiced.core.errors import StoreDamaged, StoreFull
from voiced.core.events import DamageFound, StoreFound, StoreLost
from voiced.turn.outage import Outage


def told(*problems):
    """Tells problems one after the other (None: it is over); returns events, what is said, and the last status."""

    async def main():
        bus, events, said = Bus(), [], []
        bus.watch(events.append)

        async def send(say):
            said.append(say.text)

        outage = Outage(bus, send, lambda: 0.0)
        for problem in problems:
            if isinstance(problem, StoreDamaged):
                outage.damaged(problem)
            else:
                outage.told(problem)
            await asyncio.sleep(0)
        return [type(event) for event in events], said, outage.status

    return asyncio.run(main())


def test_damage_is_said_as_what_it_is():
    events, said, status = told(StoreDamaged("page 7"))
    assert events == [DamageFound]
    assert said == ["Part of what I keep is damaged. It is mended when I start again."]
    assert (status.problem, status.damage) == ("", "page 7")


def test_the_end_of_an_outage_mends_no_damage():
    events, _, status = told(StoreFull("no room"), StoreDamaged("page 7"), None)
    assert events == [StoreLost, DamageFound, StoreFound]
    assert (status.problem, status.hint, status.damage) == ("", "", "page 7")


def test_an_outage_hides_no_damage():
    _, said, status = told(StoreDamaged("page 7"), StoreFull("no room"))
    assert (status.problem, status.damage) == ("no room", "page 7")
    assert said[1] == "I cannot keep what is said. The disk is full."


def test_damage_is_told_once():
    events, said, status = told(StoreDamaged("page 7"), StoreDamaged("page 8"))
    assert events == [DamageFound]
    assert len(said) == 1
    assert status.damage == "page 7"

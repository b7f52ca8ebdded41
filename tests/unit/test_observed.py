"""What becomes of an action, as a matter of what is seen and when."""

import asyncio

import pytest
from msgspec.structs import replace

from tests.fakes.clock import JumpingClock
from voiced.core.errors import HomeFailed, HomeUnreachable
from voiced.core.home import Action, Entity
from voiced.home.observed import Observed, Unanswered, act, deadline

OFF, ON = Entity("light.x", "x", state="off"), Entity("light.x", "x", state="on")
TURN_ON = Action("light.x", "turn_on")


async def receipt(before, send, *, after=None, fresh=True, seconds=3.0):
    """What an action ends with if a thing is seen `after` it was sent, and so much time passes."""
    clock, observed = JumpingClock(), Observed()
    if before:
        observed.put(before)
    acting = asyncio.create_task(act([TURN_ON], observed, send, clock, 3.0))
    await clock.settle()
    if after:
        observed.put(after, fresh=fresh)
    await clock.advance(seconds)
    [made] = await asyncio.wait_for(acting, 10)
    return made


async def sent(_):
    pass


def failing(error):
    async def send(_):
        raise error

    return send


async def hanging(_):
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("before", "send", "after", "outcome"),
    [
        (OFF, sent, ON, "done"),
        (OFF, hanging, ON, "done"),
        (ON, sent, None, "unchanged"),
        (OFF, sent, None, "unobserved"),
        (OFF, sent, OFF, "unobserved"),
        (OFF, hanging, None, "unobserved"),
        (ON, hanging, None, "unobserved"),
        (ON, failing(HomeUnreachable("gone")), None, "unreachable"),
        (OFF, failing(HomeFailed("no")), None, "refused"),
        (None, sent, None, "refused"),
        (OFF, failing(Unanswered("gone")), ON, "done"),
        (OFF, failing(Unanswered("gone")), None, "unobserved"),
        (ON, failing(Unanswered("gone")), None, "unobserved"),
        (Entity("light.x", "x"), sent, ON, "done"),
    ],
)
def test_outcomes(before, send, after, outcome):
    made = asyncio.run(receipt(before, send, after=after))
    assert made.outcome == outcome
    assert made.entity == (after or before)
    assert bool(made.problem) == (outcome in {"refused", "unreachable"})


def test_what_is_told_again_from_earlier_shows_nothing():
    assert asyncio.run(receipt(Entity("light.x", "x"), sent, after=ON, fresh=False)).outcome == "unobserved"


def test_what_comes_after_the_deadline_is_too_late():
    async def run():
        clock, observed = JumpingClock(), Observed()
        observed.put(OFF)
        acting = asyncio.create_task(act([TURN_ON], observed, sent, clock, 3.0))
        await clock.advance(2.9)
        assert not acting.done()
        await clock.advance(0.2)
        observed.put(ON)
        return (await acting)[0]

    assert asyncio.run(run()).outcome == "unobserved"


def test_what_is_seen_while_it_is_sent_counts_and_all_is_done_at_once():
    async def run():
        observed, clock = Observed(), JumpingClock()
        lamps = [Entity(f"light.{n}", "x", state="off") for n in range(50)]
        for lamp in lamps:
            observed.put(lamp)
        asked = []

        async def send(action):
            asked.append(action.entity)
            observed.put(Entity(action.entity, "x", state="on"))

        made = await act([Action(lamp.id, "turn_on") for lamp in lamps], observed, send, clock, 3.0)
        assert not clock.sleepers or all(future.done() for _, future in clock.sleepers)
        return made, asked, lamps

    made, asked, lamps = asyncio.run(run())
    assert [each.outcome for each in made] == ["done"] * 50
    assert sorted(asked) == sorted(lamp.id for lamp in lamps)


def test_whoever_gives_up_leaves_nothing_behind():
    async def run():
        clock, observed = JumpingClock(), Observed()
        observed.put(OFF)
        acting = asyncio.create_task(act([TURN_ON], observed, hanging, clock, 3.0))
        await clock.settle()
        acting.cancel()
        await asyncio.wait({acting})
        await clock.settle()
        assert len(asyncio.all_tasks()) == 1
        assert not observed._waiting

    asyncio.run(run())


def test_what_is_lost_is_not_observed_and_what_is_no_more_is_gone():
    observed = Observed()
    observed.put(ON)
    observed.put(Entity("light.y", "y", state="on"))
    observed.lose("unavailable", ["light.x"])
    assert [(each.id, each.state) for each in observed.all()] == [("light.x", "unavailable"), ("light.y", "on")]
    observed.keep({"light.y"})
    assert [each.id for each in observed.all()] == ["light.y"]
    observed.lose("unknown")
    assert observed.all()[0].state == "unknown"


SHUT = Entity("cover.x", "x", kind="shutter", state="closed")
AJAR = replace(SHUT, state="open", attributes={"current_position": 20})
OPEN, HALF = Action("cover.x", "open_cover"), Action("cover.x", "set_cover_position", {"position": 50})
SLOW = {"cover": 20.0, "cover.garage": 60.0}


def moves(action, *seen, before=SHUT, slow=SLOW, until=60.0):
    """How an action ends, and after how long, where states are seen so long after it was sent."""

    async def run():
        clock, observed = JumpingClock(), Observed()
        observed.put(before)
        began = clock.monotonic()
        acting = asyncio.create_task(act([action], observed, sent, clock, 3.0, slow))
        await clock.settle()
        ended = None
        events = [*seen, *((float(second), None) for second in range(1, int(until) + 1))]
        for at, state in sorted(events, key=lambda event: event[0]):
            await clock.advance(began + at - clock.monotonic())
            if acting.done() and ended is None:
                ended = clock.monotonic() - began
            if state:
                observed.put(replace(before, state=state))
                await clock.settle()
        return (await acting)[0], ended

    receipt, seconds = asyncio.run(run())
    return receipt.outcome, receipt.entity.state, seconds


@pytest.mark.parametrize(
    ("action", "seen", "ends"),
    [
        # It is told at once that it moves, and not waited for.
        (OPEN, [(0.5, "opening"), (18.0, "open")], ("moving", "opening", 3.0)),
        (OPEN, [(6.5, "opening"), (18.0, "open")], ("moving", "opening", 7.0)),
        (OPEN, [(0.5, "opening"), (2.0, "open")], ("done", "open", 2.0)),
        # What does not tell that it moves has longer.
        (OPEN, [(18.0, "open")], ("done", "open", 19.0)),
        (OPEN, [(0.5, "closing")], ("unobserved", "closing", 20.0)),
        (OPEN, [], ("unobserved", "closed", 20.0)),
        (HALF, [(0.5, "opening")], ("moving", "opening", 3.0)),
        (HALF, [(0.5, "closing")], ("unobserved", "closing", 20.0)),
    ],
)
def test_what_moves_slowly_has_longer_and_is_told_to_move(action, seen, ends):
    outcome, state, seconds = moves(action, *seen, before=AJAR if action is HALF else SHUT)
    assert (outcome, state) == ends[:2]
    assert seconds == pytest.approx(ends[2], abs=1.01)


def test_deadlines_are_those_of_the_kind_of_the_domain_or_of_all():
    kinds = [replace(SHUT, kind="garage"), SHUT, Entity("light.x", "x")]
    assert [deadline(each, 3.0, SLOW) for each in kinds] == [60.0, 20.0, 3.0]
    assert deadline(SHUT, 30.0, SLOW) == 30.0


def test_without_longer_deadlines_what_moves_is_told_so_too():
    assert moves(OPEN, (0.5, "opening"), slow={})[:2] == ("moving", "opening")


def test_a_state_that_is_only_assumed_shows_no_movement():
    assumed = replace(SHUT, attributes={"assumed_state": True})
    assert moves(OPEN, (0.5, "opening"), before=assumed)[0] == "unobserved"

"""A day in a kitchen, in real sound: the whole daemon, a broker, a web, and somebody who talks all day."""

import asyncio
import logging
import tempfile
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from tests.faults.outcome import Outcome, trial
from tests.kitchen.house import House
from tests.kitchen.judge import Seen, problems
from tests.kitchen.ledger import Ledger
from tests.kitchen.living import Living, configured, living
from tests.kitchen.person import Attempt, Person
from tests.kitchen.script import Life, Step, lives
from tests.kitchen.voices import Voices
from tests.rigs.mosquitto import Mosquitto, things
from tests.rigs.web import web
from voiced.core.events import AnyEvent, Heard, Woke
from voiced.core.explanation import explained
from voiced.core.memories import Scope

log = logging.getLogger(__name__)

PAGES: dict[str, bytes | str] = {
    "/v1/forecast": "openmeteo-forecast.json",
    "/v1/search": "openmeteo-places.json",
    "/w/rest.php/v1/search/page": "wikipedia-search.json",
    "/api/rest_v1/page/summary/Black_hole": "wikipedia-summary.json",
}
OWN_S = 2.0
"""A wake word that is heard so long after somebody talked is nobody's."""
LISTENS_S = 10.0
"""Whoever does nothing listens for so long."""
MOST = 50


def run(seed: int, times: int) -> Outcome:
    """So many days."""
    outcome = Outcome()
    for number in range(times):
        outcome += asyncio.run(day(seed + number))
    return outcome


async def day(seed: int, most: int | None = None) -> Outcome:
    """One day, or so many of its lives."""
    with tempfile.TemporaryDirectory() as name, Mosquitto(Path(name)) as broker:
        house, ledger, voices, outcome = House(), Ledger(), Voices(seed), Outcome()
        async with web(PAGES) as pages, things(broker.port, house):
            config = configured(Path(name) / "state", broker.port, pages.url)
            for life in lives()[:most]:
                for missed in life.missed:
                    ledger.promised[missed].fate = "missed"
                async with living(config, life, house, seed) as here:
                    outcome += await Kitchen(here, life, house, ledger, voices, f"seed {seed}").live()
    promised = ledger.until(lives()[:most][-1].ends)
    kept = [f"{name} {problem}" for name, each in promised.items() for problem in each.problems]
    outcome.counted |= {"promises": len(promised), "rings": sum(len(each.rang) for each in promised.values())}
    return outcome + trial(f"seed {seed}, all day", promises=kept, strange=ledger.strange)


class Done(Struct, frozen=True):
    """A step that was done, and all that came of it but for what is kept.

    Attributes:
        where: when, in words.
        step: what was to come of it.
        tried: how often it was said; nothing where it was not.
        events, orders, now: what happened by when.
    """

    where: str
    step: Step
    tried: Sequence[Attempt]
    events: Sequence[AnyEvent]
    orders: Sequence[str]
    now: datetime


class Kitchen:
    """One life."""

    def __init__(self, here: Living, life: Life, house: House, ledger: Ledger, voices: Voices, where: str) -> None:
        self._here, self._life, self._house, self._ledger, self._where = here, life, house, ledger, where
        self._person = Person(here, life, voices, ledger.due, ledger.id)
        self._began = life.begins.timestamp()
        self._seen, self._ordered = 0, len(house.orders)

    async def live(self) -> Outcome:
        """All of its steps, and whether anything came of itself."""
        outcome, waiting = Outcome(), list[Done]()
        for step, following in pairwise([*self._life.steps, Step()]):
            then = following.moment[0]
            await self._person.get_ready(step)
            done = await self._do(step, then)
            waiting.append(done)
            if then != "speaks":  # What is cut short is kept when it was.
                for each in waiting:
                    outcome += await self._judged(each)
                waiting.clear()
        await self._person.rest_until(self._life.ends)
        self._ledger.take(self._here.events, self._began)
        return outcome + trial(f"{self._where}, {self._life.begins:%A %H:%M}", turns_of_its_own=self._own())

    async def _do(self, step: Step, then: str) -> Done:
        """One step."""
        voiced, tried = self._here.voiced, list[Attempt]()
        where = f"{self._where}, {self._here.day.now():%H:%M:%S}, {step.words or step.announce!r}"
        if step.quiet is not None:
            await voiced.set_do_not_disturb(self._here.day.wall() + step.quiet)
        elif step.announce:
            await voiced.announce(step.announce, "normal")
        elif step.write:
            await self._person.write(step.write)
        elif step.spoken:
            tried = await self._person.speak(step, then)
        else:
            await self._person.rest(LISTENS_S)
        return Done(where, step, tried, *self._news(), self._here.day.now())

    def _news(self) -> tuple[Sequence[AnyEvent], Sequence[str]]:
        """What happened, and what the home was told, since it was last asked."""
        events, orders = self._here.events[self._seen :], self._house.orders[self._ordered :]
        self._seen, self._ordered = len(self._here.events), len(self._house.orders)
        return events, orders

    async def _judged(self, done: Done) -> Outcome:
        step = done.step
        kind = "spoken" if done.tried else "written" if step.write else "observed"
        heard = self._heard(done.tried) if done.tried else [step.words]
        lost = bool(done.tried) and not done.tried[-1].understood
        # Of what nobody understood, nothing may come.
        wrong = problems(Step(say=step.say) if lost else step, await self._look(done), self._ledger, done.now)
        if lost:
            await self._help(step)
        misheard = bool(wrong) and not lost and heard[-1] != step.words
        found = trial(f"{done.where}, heard as {heard}", turns=[] if misheard else wrong)
        found.counted = {
            kind: 1,
            f"{kind} and right": int(not wrong and not lost),
            "not understood at all": int(lost),
            "misheard, and done otherwise": int(misheard),
            "actions": len(done.orders),
        }
        if done.tried:
            amiss = step.words not in heard[:1] and not step.over
            found.counted |= {"misheard at first": int(amiss), "said again": len(done.tried) - 1}
            found.counted |= {"not woken at first": int(done.tried[0].turn is None and not step.over)}
        log.info("%s, heard as %s: %s", done.where, heard, wrong or "right")
        return found

    async def _help(self, step: Step) -> None:
        """What cannot be made understood aloud is done by hand: the day goes on."""
        if step.over:
            await self._here.voiced.stop("a hand")
        elif step.when != "asks" and (step.made or step.changed or step.gone or step.does or step.volume is not None):
            await self._here.voiced.ask(step.words, aloud=False)
        await self._person.rest(LISTENS_S)
        helped = Done("", step, [], *self._news(), self._here.day.now())
        problems(step, await self._look(helped), self._ledger, helped.now)

    def _heard(self, tried: Sequence[Attempt]) -> list[str]:
        """What was understood of each attempt."""
        ends = [*(each.first for each in tried[1:]), len(self._here.events)]
        between = (self._here.events[each.first : end] for each, end in zip(tried, ends, strict=True))
        return [next((event.text for event in events if isinstance(event, Heard)), "") for events in between]

    async def _look(self, done: Done) -> Seen:
        """All that came of a step."""
        voiced, turn = self._here.voiced, done.tried[-1].turn if done.tried else None
        await voiced._parts.record.settled()
        page = await voiced.conversations.recent(2, turn=turn)
        why = next(iter(explained(page.items)), None)
        entries = [each.text for each in await voiced.lists.entries("shopping")]
        notes = len((await voiced.knowledge.find(Scope(kinds=["note"]), MOST)).items)
        states = {each.id: each.state for each in self._house.entities()}
        return Seen(done.events, done.orders, states, why, self._began, entries, notes)

    def _own(self) -> list[str]:
        """Wake words that nobody said."""
        woke = [event for event in self._here.events if isinstance(event, Woke) and event.word]
        said = self._person.said
        return [
            f"{event.word} at {event.at:.1f} s"
            for event in woke
            if not any(start < event.at < end + OWN_S for start, end in said)
        ]

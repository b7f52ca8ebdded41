"""Whoever lives in the kitchen: does what the script says, and says it again when it was not understood."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from msgspec import Struct

from tests.kitchen.living import Living
from tests.kitchen.script import Life, Step
from tests.kitchen.voices import Voices
from voiced.core.events import AnyEvent, NotUnderstood, PromiseRang, Speaking, TurnEnded, Woke
from voiced.core.types import RATE

E = TypeVar("E", bound=AnyEvent)
LOOK_S = 0.1
"""Between two looks at what happens."""
BREATH_S = 4.0
"""Between two things that somebody does."""
REACTS_S = 0.7
"""It takes so long to answer a question, or to talk over an answer."""
HEARS_OUT_S = 1.5
"""Somebody who hears something ring listens to what it is first, and stops it before it sounds again."""
DEAF_S = 2.5
"""Who is not heard by so long after the end of what was said was not heard."""
PATIENCE_S = 60.0
"""Nothing that is waited for in a turn takes longer."""
LATER_S = 0.2
"""From deciding to talk to talking."""
NOISE_S = 1.0
"""Noise before and after what is said."""
MIDDLE_S = 1.5
"""What is due in the middle of something said is due so long after its beginning."""
TRIES = 3


class Attempt(Struct, frozen=True):
    """Something said once.

    Attributes:
        first: the first event that came of it.
        turn: the turn that it began; None: nobody heard it.
        understood: somebody knew what to do.
    """

    first: int
    turn: str | None
    understood: bool


class Person:
    """Somebody.

    Args:
        here: where.
        life: what is to be done there.
        voices: whose voices.
        when: tells when a promise is due, by its name.
        which: tells its id.
    """

    def __init__(
        self, here: Living, life: Life, voices: Voices, when: Callable[[str], float], which: Callable[[str], str]
    ) -> None:
        self._here, self._life, self._voices = here, life, voices
        self._due, self._id = when, which
        self.said: list[tuple[float, float]] = []
        """From when to when somebody talked, in seconds of audio time."""

    async def rest(self, seconds: float) -> None:
        """Lets time pass."""
        self._here.activity.waiting("whoever lives here")
        await self._here.day.sleep(seconds)
        self._here.activity.computing("whoever lives here")

    async def rest_until(self, moment: datetime) -> None:
        """The same, until a moment."""
        await self.rest(max(0.0, self._here.day.at(moment) / RATE - self._here.day.monotonic()))

    async def until(self, found: Callable[[], object], seconds: float = PATIENCE_S) -> bool:
        """Waits until something is so; whether it became so."""
        end = self._here.day.monotonic() + seconds
        while not found():
            if self._here.day.monotonic() > end:
                return False
            await self.rest(LOOK_S)
        return True

    def since(self, first: int, kind: type[E]) -> list[E]:
        """The events of a kind from one on."""
        return [event for event in self._here.events[first:] if isinstance(event, kind)]

    async def get_ready(self, step: Step) -> None:
        """Waits until it is time for a step."""
        what, name = step.moment
        if step.at:
            await self.rest_until(self.at(step.at))
        elif not what:
            await self.rest(BREATH_S)
        elif what == "rings":
            await self.rest(max(0.0, self._due(name) - self._here.day.wall()))
            await self.until(lambda: self._rings(name))
            await self.rest(HEARS_OUT_S)
        elif what == "due":
            await self.rest(max(0.0, self._due(name) - self._here.day.wall() - MIDDLE_S))
        else:
            await self.rest(REACTS_S)

    def _rings(self, name: str) -> bool:
        """Whether the words of a ring have begun."""
        events = self._here.events
        rang = (place for place, event in enumerate(events) if isinstance(event, PromiseRang))
        return any(self.since(place, Speaking) for place in rang if events[place].promise == self._id(name))

    def at(self, time: str) -> datetime:
        """The next such time of day in this life."""
        hour, minute = map(int, time.split(":"))
        begins = self._life.begins
        return begins.replace(hour=hour, minute=minute)

    async def speak(self, step: Step, then: str) -> list[Attempt]:
        """Says something, again and again until it is understood.

        Args:
            step: what.
            then: for what the next step waits.
        """
        tried: list[Attempt] = []
        while len(tried) < TRIES and not (tried and tried[-1].understood):
            if tried:
                await self.rest(BREATH_S)
            tried.append(await self._try(step, then, first=not tried))
        return tried

    async def _try(self, step: Step, then: str, *, first: bool) -> Attempt:
        """Says it; a second time with a wake word, whatever rings or asked."""
        rings = step.moment[0] == "rings"
        expected = first and (rings or step.when == "asks")
        wake = not expected if step.wake is None else step.wake
        sound = self._voices.play(step.recording) if step.recording else self._voices.say(step.say, wake=wake)
        begun, day = len(self._here.events), self._here.day
        around = round(NOISE_S * RATE)
        start = day.position() + round(LATER_S * RATE)
        day.talk(self._voices.noise(len(sound) + 2 * around), max(0, start - around))
        day.talk(sound, start)
        end = (start + len(sound)) / RATE
        self.said.append((start / RATE, end))
        if not wake and rings:
            stopped = await self.until(lambda: self.since(begun, TurnEnded), end - day.monotonic() + DEAF_S)
            await self.rest(REACTS_S)  # Who is put off says so.
            await self.until(self._here.voiced.idle)
            return Attempt(begun, None, stopped)
        await self.until(lambda: self._heard(begun, wake), end - day.monotonic() + DEAF_S)
        turn = self._heard(begun, wake)
        if turn is None:
            return Attempt(begun, None, understood=False)
        await self.until(lambda: self._far(begun, turn, then))
        lost = any(event.turn == turn for event in self.since(begun, NotUnderstood))
        return Attempt(begun, turn, not lost)

    def _heard(self, first: int, wake: bool) -> str | None:  # noqa: FBT001 (whether there is a word to hear)
        """The turn that somebody's words began: the listening one, where there was a question."""
        if wake:
            return next((event.turn for event in self.since(first, Woke) if event.word), None)
        invited = [event for event in self._here.events if isinstance(event, Woke) and not event.word]
        return invited[-1].turn if invited else None

    def _far(self, first: int, turn: str, then: str) -> bool:
        """Whether a turn has come as far as the next step needs it."""
        ended = any(event.turn == turn for event in self.since(first, TurnEnded))
        if then == "speaks":
            return ended or any(event.turn == turn for event in self.since(first, Speaking))
        if then == "asks":
            return ended and any(not event.word for event in self.since(first, Woke))
        return ended

    async def write(self, text: str) -> str | None:
        """Writes something, which is answered aloud; returns the answer."""
        asked = asyncio.ensure_future(self._here.voiced.ask(text, aloud=True))
        await self.until(asked.done)
        return asked.result().text

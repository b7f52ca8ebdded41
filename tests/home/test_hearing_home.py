"""Those who listen learn the names in the home."""

import asyncio
from typing import Any

from tests.fakes.home import FakeHome
from tests.home.households import INTENTS
from voiced.core.config import Config
from voiced.core.home import Entity
from voiced.core.types import Completeness
from voiced.core.wire import Message
from voiced.hearing_home import LOOK_S, follow_home
from voiced.turn.rules import Rules


class Recogniser:
    """As far as anybody tells a child anything."""

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self.settings: dict[str, Any] = {}
        self.told: list[Message] = []

    def tell(self, message: Message) -> None:
        self.told.append(message)


class Renamed(FakeHome):
    def __init__(self) -> None:
        super().__init__()
        self.things: list[Entity] = []

    def entities(self) -> list[Entity]:
        return self.things


class Steps:
    """A clock that goes on when it is told."""

    def __init__(self) -> None:
        self.asleep, self._woken = asyncio.Event(), asyncio.Event()
        self.seconds = 0.0

    async def sleep(self, seconds: float) -> None:
        self.seconds = seconds
        self.asleep.set()
        await self._woken.wait()
        self._woken.clear()

    async def go_on(self) -> None:
        self.asleep.clear()
        self._woken.set()
        await self.asleep.wait()


async def _follow() -> None:
    home, rules, clock = Renamed(), Rules(INTENTS, "en"), Steps()
    grammar, free = Recogniser("pocketsphinx"), Recogniser("somebody's own")
    following = asyncio.create_task(follow_home(home, rules, Config(), [grammar, free], clock))
    try:
        await clock.asleep.wait()
        assert rules.home is not None
        assert grammar.told == []
        assert clock.seconds == LOOK_S

        home.things = [Entity("light.lamp", "Floor Lamp", area="Den")]
        await clock.go_on()
        names = {"things": {"light": ["Floor Lamp"]}, "areas": ["Den"]}
        assert [message.data for message in grammar.told] == [names]
        assert grammar.settings == {"home": names}
        assert rules.completeness("turn on the floor lamp") is Completeness.COMPLETE
        assert rules.understand("turn on the floor lamp") is not None

        home.things = [Entity("light.lamp", "Floor Lamp", area="Den", state="on")]
        await clock.go_on()
        assert len(grammar.told) == 1

        home.things = [Entity("light.lamp", "Reading Lamp", area="Den")]
        await clock.go_on()
        assert grammar.settings["home"]["things"] == {"light": ["Reading Lamp"]}
        assert rules.completeness("turn on the floor lamp") is Completeness.UNKNOWN
        assert free.told == []
        assert free.settings == {}
    finally:
        following.cancel()
        await asyncio.wait([following])


def test_names_are_followed() -> None:
    asyncio.run(_follow())

"""A household with everything that a language model may ask for, and what became of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from msgspec.structs import replace

from tests.fakes.engines import ScriptedStt
from tests.fakes.home import FakeHome
from tests.fakes.kept import FakePromises
from tests.fakes.lists import FakeLists
from tests.fakes.memories import FakeMemories
from tests.home.households import INTENTS, household, speech
from tests.pipeline.playbook import Play, asks
from voiced.core.chat import Tool, ToolCall
from voiced.core.config_keeping import MemoryConfig
from voiced.core.history import Message
from voiced.core.home import Entity
from voiced.core.memories import NewMemory
from voiced.core.numbers import load_numbers
from voiced.core.ports.llm import Llm
from voiced.core.ports.skill import Offering, Reply, Skill, Wish
from voiced.core.promises import Schedule
from voiced.core.status import MemoryStatus
from voiced.core.types import Understanding
from voiced.core.words import load_words
from voiced.recall.knowledge import OwnKnowledge
from voiced.recall.search import Search
from voiced.skills.alarms import AlarmsSkill
from voiced.skills.calculator import CalculatorSkill
from voiced.skills.clock import ClockSkill
from voiced.skills.home import HomeSkill
from voiced.skills.lists import ListsSkill
from voiced.skills.memory import MemorySkill
from voiced.skills.reminders import RemindersSkill
from voiced.skills.skillwords import SkillWords
from voiced.skills.timers import TimersSkill
from voiced.turn.actwords import ActWords, load_acts
from voiced.turn.toolbox import Toolbox

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Pages:
    """A skill that reads pages, such as a search would find. Implements `Skill` and `Offering`."""

    intents = ("Page",)

    def __init__(self, page: str) -> None:
        self._page = page

    async def answer(self, understood: Understanding) -> Reply:
        del understood
        return Reply(self._page)

    def tools(self) -> Sequence[Tool]:
        return (Tool("search", "Search the web.", {"type": "object"}),)

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        del call
        return Wish(Understanding("Page", {}, text))


@cache
def _acts(language: str) -> ActWords:
    return load_acts(INTENTS, language)


class House:
    """All skills that offer tools, with what they act on.

    Args:
        page: what a search finds.
        memories: what is remembered.
        entries: what is on the shopping list, besides milk.
        entities: what there is in the home, besides the household's.
        language: two letters.
    """

    def __init__(
        self,
        page: str = "",
        memories: Sequence[NewMemory] = (),
        entries: Sequence[str] = (),
        entities: Sequence[Entity] = (),
        language: str = "en",
    ) -> None:
        self.home = FakeHome(*household("home_de" if language == "de" else "home"), *entities)
        self.promises, self.lists = FakePromises(NOW.timestamp()), FakeLists(shopping=["milk", *entries])
        self._memories, self._new = FakeMemories(), list(memories)
        self.search = Search(self._memories, [], lambda: "", MemoryConfig(deadline_s=10))
        knowledge = OwnKnowledge(self._memories, self.search, MemoryStatus, lambda: None, lambda _: "public")
        spoken, words = speech(language), load_words(INTENTS, language, "skills", SkillWords)
        numbers = load_numbers(INTENTS, language)
        skills: list[Skill] = [
            ClockSkill(lambda: NOW, spoken),
            TimersSkill(self.promises, spoken, words),
            AlarmsSkill(self.promises, lambda: NOW, spoken),
            RemindersSkill(self.promises, lambda: NOW, spoken, numbers, words),
            CalculatorSkill(numbers, spoken),
            ListsSkill(self.lists, spoken, words),
            MemorySkill(knowledge, self.search, lambda: NOW, "home", knowledge.remove, spoken, words=words),
            HomeSkill(self.home, spoken, words),
            Pages(page),
        ]
        self.skills = {intent: skill for skill in skills for intent in skill.intents}
        self.toolbox = Toolbox(self.skills, _acts(language), speech=spoken)

    async def prepare(self) -> None:
        """A timer runs, an alarm is set, and something is remembered."""
        await self.promises.start_timer(600, "eggs")
        await self.promises.set_alarm(Schedule("07:00"))
        if self._new:
            await self._memories.add(self._new)

    async def ask(self, text: str, llm: Llm, before: Sequence[Message] = ()) -> Play:
        """Asks in writing, after what was said before."""
        play = Play(ScriptedStt(), length=2.0, models={"model": llm}, recall=self.search, toolbox=self.toolbox)
        if before:
            await play.heap.add(before, None, space="home")
        await play.run([asks(0.2, text, aloud=False)], 1.0)
        await play.parts.record.settled()
        return play

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        """What a call means."""
        skills = (skill for skill in self.skills.values() if isinstance(skill, Offering))
        return next(skill for skill in skills if any(tool.name == call.name for tool in skill.tools())).wish(call, text)

    async def yes(self, understood: Understanding) -> Reply:
        """Answers what was asked back."""
        return await self.skills[understood.intent].answer(replace(understood, confirmed=True))

    async def state(self) -> list[str]:
        """All that can be acted on, as it is now."""
        promises = [f"{each.kind} {each.name} {each.seconds} {each.schedule}" for each in self.promises.active()]
        entries = [
            f"{each.name}: {entry.text}"
            for each in await self.lists.all()
            for entry in await self.lists.entries(each.name)
        ]
        return [*self.done, *promises, *entries]

    @property
    def done(self) -> list[str]:
        """What the things of the home were told to do."""
        return [f"{action.service} {action.entity}" for action in self.home.asked]

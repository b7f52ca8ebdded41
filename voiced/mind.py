"""Who answers, wired together: skills, what understands sentences for them, and who is asked where no rule knows."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from voiced import extensions, lookup
from voiced.children import is_far
from voiced.core.config import Config, chain
from voiced.core.forgetting import Forget
from voiced.core.history import Privacy
from voiced.core.numbers import load_numbers
from voiced.core.ports.answers import Answers
from voiced.core.ports.clock import Clock
from voiced.core.ports.conversations import Conversations
from voiced.core.ports.home import Home
from voiced.core.ports.lists import Lists
from voiced.core.ports.llm import Models
from voiced.core.ports.manner import Manner
from voiced.core.ports.promises import Promises
from voiced.core.ports.skill import Choosy, Granted, Offering, Reply, Skill
from voiced.core.ports.upkeep import Upkeep
from voiced.core.ports.usage import Meter
from voiced.core.privacy import allowed
from voiced.core.speech import Speech
from voiced.core.types import Understanding
from voiced.core.words import load_words
from voiced.guests import GuestHome
from voiced.remembering import Remembering
from voiced.setup.places import intents_folder
from voiced.skills.alarms import AlarmsSkill
from voiced.skills.calculator import CalculatorSkill
from voiced.skills.clock import ClockSkill
from voiced.skills.home import HomeSkill
from voiced.skills.lists import ListsSkill
from voiced.skills.manner import MannerSkill
from voiced.skills.memory import MemorySkill
from voiced.skills.microphone import MicrophoneSkill
from voiced.skills.reminders import RemindersSkill
from voiced.skills.search import SearchSkill
from voiced.skills.skillwords import NO_WORDS, SkillWords
from voiced.skills.snooze import SnoozeSkill
from voiced.skills.sources import SourcesSkill
from voiced.skills.talk import HelpSkill, RepeatSkill, StopSkill
from voiced.skills.timers import TimersSkill
from voiced.skills.volume import VolumeSkill
from voiced.skills.weather import WeatherSkill
from voiced.turn.actwords import load_acts
from voiced.turn.dialogue import ANSWERS, Dialogue
from voiced.turn.dialoguewords import DialogueWords
from voiced.turn.prompt import Prompts
from voiced.turn.record import Record
from voiced.turn.rules import Rules
from voiced.turn.thinking import Thinking
from voiced.turn.toolbox import Toolbox

if TYPE_CHECKING:
    from voiced.search.openmeteo import OpenMeteo
    from voiced.search.unified import UnifiedSearch

OPEN = "open"
"""The folder of templates that are looked at last."""
Understand = Callable[[str], Understanding | None]


class Hands(Struct, frozen=True, kw_only=True):
    """What skills act with.

    Attributes:
        clock: the time.
        conversations: all talk.
        answers: what searches found lately.
        lists: what is to be bought, done or packed.
        promises: timers, alarms and reminders.
        remembering: notes, documents, and what finds them.
        upkeep: forgets.
        home: devices.
        manner: how voiced speaks.
        last_answer: what it said last, without words where that is nothing.
        volume: in percent.
        set_volume: sets it.
        set_muted: closes the microphone, or opens it.
        say: has a text spoken after the turn in progress, and waits for nothing.
        privacy_of: how private a text is.
    """

    clock: Clock
    conversations: Conversations
    answers: Answers
    lists: Lists
    promises: Promises
    remembering: Remembering
    upkeep: Upkeep
    home: Home
    manner: Manner
    last_answer: Callable[[], Reply]
    volume: Callable[[], int]
    set_volume: Callable[[int], None]
    set_muted: Callable[[bool], None]
    say: Callable[[str], Awaitable[None]]
    privacy_of: Callable[[str], Privacy]


class Mind:
    """Rules, skills and searches.

    Args:
        config: the configuration.
        hands: what skills act with.
        speech: puts into words what skills say.

    Attributes:
        rules: voiced's own templates.
        search: looks things up.
        skills: by the intents that they answer.
        memory: the skill of these that remembers.
        dialogue: understands sentences, also those that answer or change the last one.
        ports: what is to be let go of in the end.

    Raises:
        IntentsInvalid: the templates cannot be used.
    """

    def __init__(self, config: Config, hands: Hands, speech: Speech) -> None:
        self._config, self._hands, self._speech = config, hands, speech
        self._folder, self._language = intents_folder(config), config.language
        self._words = load_words(self._folder, self._language, "skills", SkillWords)
        self.rules = Rules(self._folder, self._language)
        self.search = lookup.search(config, hands.remembering.search, hands.answers, hands.privacy_of)
        self.ports: list[UnifiedSearch | OpenMeteo] = [self.search]
        self.memory = self._memory()
        ours = [*own(hands, speech, self._words), self.memory, *self._more()]
        added = extensions.add(extensions.extensions(self._language), self._granted(), speech, tools_of(ours))
        # Of two tools with one name, the first is meant.
        self.skills: Mapping[str, Skill] = {**by_intent(ours), **added.skills}
        self.rules.takes = takes(self.skills)
        # Voiced's own go first, and what is only guessed last.
        own_rules = [self.rules.understand, self.rules.understand_home]
        order = [*own_rules, *added.rules, *self._open_questions(), self.rules.guess]
        words = load_words(self._folder, self._language, "dialogue", DialogueWords)
        self.dialogue = Dialogue(taken(order, self.skills), words, config.dialogue)

    def thinking(self, models: Models, record: Record, meter: Meter) -> Thinking:
        """What asks the language models."""
        config, hands = self._config, self._hands
        llm, steps = config.engines.llm, config.tools.steps
        prompts = Prompts(self._language, llm.prompt, llm.max_tokens, llm.budget_s, hands.privacy_of)
        acts = load_acts(self._folder, self._language)
        toolbox = Toolbox(self.skills, acts, hands.privacy_of, steps, self._speech) if steps else None
        far = any(is_far(config, name) for name in chain(llm.engine))

        def may_tell(privacy: Privacy) -> bool:
            return allowed(config.privacy, privacy, "remote")

        return Thinking(
            models,
            prompts,
            record,
            hands.clock,
            meter,
            hands.remembering.search,
            toolbox=toolbox,
            may_tell=may_tell if far else None,
        )

    def _granted(self) -> Granted:
        """All that skills of other packages can get."""
        hands = self._hands
        return Granted(
            language=self._language,
            clock=hands.clock,
            promises=hands.promises,
            lists=hands.lists,
            home=GuestHome(hands.home),
            say=hands.say,
        )

    def _open_questions(self) -> list[Understand]:
        """The templates of questions about anything, where there is somebody to ask."""
        questions = self._folder / self._language / OPEN
        return [Rules(questions, self._language).understand] if self.search.web and questions.is_dir() else []

    def _memory(self) -> MemorySkill:
        hands, space = self._hands, self._config.store.space

        async def forget(ids: Sequence[str]) -> int:
            return (await hands.upkeep.forget(Forget(ids=list(ids)), lambda _, __: None)).memories

        search, knowledge, now = hands.remembering.search, hands.remembering.knowledge, hands.clock.now
        return MemorySkill(knowledge, search, now, space, forget, self._speech, words=self._words)

    def _more(self) -> list[Skill]:
        """The skills that hang on the configuration."""
        hands, space, speech, words = self._hands, self._config.store.space, self._speech, self._words
        knowledge, now = hands.remembering.knowledge, hands.clock.now
        numbers = load_numbers(self._folder, self._language)
        found: list[Skill] = [
            SourcesSkill(hands.conversations, knowledge, now, space, speech),
            SearchSkill(self.search, speech, words),
            HomeSkill(hands.home, speech, words),
            ListsSkill(hands.lists, speech, words),
            CalculatorSkill(numbers, speech),
            RemindersSkill(hands.promises, now, speech, numbers, words),
        ]
        if weather := lookup.weather(self._config):
            self.ports.append(weather)
            found.append(WeatherSkill(weather, now, speech))
        return found


def own(hands: Hands, speech: Speech, words: SkillWords = NO_WORDS) -> list[Skill]:
    """The skills that need nothing else."""
    now = hands.clock.now
    return [
        ClockSkill(now, speech),
        TimersSkill(hands.promises, speech, words),
        AlarmsSkill(hands.promises, now, speech),
        SnoozeSkill(hands.promises, speech),
        VolumeSkill(hands.volume, hands.set_volume, speech),
        MicrophoneSkill(hands.set_muted, speech),
        StopSkill(),
        RepeatSkill(hands.last_answer, speech),
        MannerSkill(hands.manner, hands.last_answer, speech),
        HelpSkill(speech),
    ]


def by_intent(skills: Sequence[Skill]) -> dict[str, Skill]:
    """Skills by the intents that they answer."""
    return {intent: skill for skill in skills for intent in skill.intents}


def tools_of(skills: Sequence[Skill]) -> set[str]:
    """The names of all tools that skills offer."""
    return {tool.name for skill in skills if isinstance(skill, Offering) for tool in skill.tools()}


def takes(skills: Mapping[str, Skill]) -> Callable[[Understanding], bool]:
    """Tells whether anybody takes what was understood.

    A yes, a no, and what changes the last sentence are for the dialogue, not for a skill.
    """

    def takes_it(understood: Understanding) -> bool:
        skill = skills.get(understood.intent)
        if skill is None:
            return understood.intent in ANSWERS
        return not isinstance(skill, Choosy) or skill.takes(understood)

    return takes_it


def taken(rules: Sequence[Understand], skills: Mapping[str, Skill]) -> Understand:
    """What a sentence means by the first rules that know it, without what nobody takes."""
    taken_up = takes(skills)

    def understand(text: str) -> Understanding | None:
        return next((found for each in rules if (found := each(text)) and taken_up(found)), None)

    return understand

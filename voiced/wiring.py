"""What the ear and the skills are made of: engines to ports, ports to those who use them."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

from voiced.core.config import WakeConfig
from voiced.core.ports.clock import Clock
from voiced.core.ports.promises import Promises
from voiced.core.ports.skill import Skill
from voiced.core.status import EngineStatus
from voiced.ear.cascade import Cascade
from voiced.ear.gate import Gate
from voiced.ear.words import words
from voiced.engines.child import Child
from voiced.engines.microwake import MicroWake
from voiced.engines.openwake import OpenWake
from voiced.engines.silero import Silero
from voiced.skills.alarms import AlarmsSkill
from voiced.skills.clock import ClockSkill
from voiced.skills.reminders import RemindersSkill
from voiced.skills.snooze import SnoozeSkill
from voiced.skills.talk import HelpSkill, RepeatSkill, StopSkill
from voiced.skills.timers import TimersSkill
from voiced.skills.volume import VolumeSkill

PARTS = frozenset({"melspectrogram", "embedding_model"})
"""What lies beside openWakeWord's words and is none."""


def cascade(config: WakeConfig) -> Cascade:
    """Loads the wake words.

    Raises:
        WakeFailed: a model cannot be used.
        ConfigInvalid: a word has no model.
    """
    first = MicroWake({name: word.micro for name, word in config.words.items() if word.micro})
    second = OpenWake({name: word.openwake for name, word in config.words.items() if word.openwake})
    return Cascade(
        words(config, first.cutoffs),
        first,
        second,
        Gate(Silero()),
        refractory_s=config.refractory_s,
        near=config.near_miss,
    )


def bundled_words() -> dict[str, tuple[bool, bool]]:
    """The wake words that come with voiced, and whether there is a first and a second stage for each."""
    first = {path.stem for path in Path(str(files("pymicro_wakeword") / "models")).glob("*.json")}
    second = {path.stem for path in Path(str(files("pyopen_wakeword") / "models")).glob("*.tflite")} - PARTS
    return {name: (name in first, name in second) for name in sorted(first | second)}


def skills(
    clock: Clock,
    promises: Promises,
    last_answer: Callable[[], str],
    volume: Callable[[], int],
    set_volume: Callable[[int], None],
) -> Mapping[str, Skill]:
    """All skills, by the intents that they answer."""
    all_skills: list[Skill] = [
        ClockSkill(clock.now),
        TimersSkill(promises),
        AlarmsSkill(promises, clock.now),
        RemindersSkill(promises, clock.now),
        SnoozeSkill(promises),
        VolumeSkill(volume, set_volume),
        StopSkill(),
        RepeatSkill(last_answer),
        HelpSkill(),
    ]
    return {intent: skill for skill in all_skills for intent in skill.intents}


def engine_status(child: Child) -> EngineStatus:
    """What a child is doing."""
    return EngineStatus(child.kind, child.engine, child.state.value, child.pid, child.restarts)

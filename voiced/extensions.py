"""Skills of other packages: found by their entry points, looked at before they are used, and left out if they fail.

Their code runs in the daemon and can do what the daemon can: permissions say what they are handed, and are no sandbox.
"""

import logging
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from voiced.core.errors import IntentsInvalid
from voiced.core.intents import blocks, load_intents
from voiced.core.ports.skill import Granted, Permission, Skill, SkillPackage
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding
from voiced.guests import Guest
from voiced.turn.rules import Rules

log = logging.getLogger(__name__)

GROUP = "voiced.skills"
OURS = ("Hass", "Voiced")
"""What the names of our intents begin with: nobody else answers them."""


class Described(Struct, frozen=True, kw_only=True):
    """Skills, as they are listed.

    Attributes:
        name: what they are called.
        package: where they come from.
        intents: what they answer.
        permissions: what they are handed.
        sentences: templates, by intent.
        problem: why they are left out; empty if they are not.
    """

    name: str
    package: str
    intents: list[str] = []
    permissions: list[Permission] = []
    sentences: dict[str, list[str]] = {}
    problem: str = ""


class Extension(Struct, frozen=True):
    """A package, and what is known of it; `skills` is None where it cannot be used."""

    described: Described
    package: SkillPackage | None


class Added(Struct):
    """What all packages together bring.

    Attributes:
        skills: by intent.
        rules: understand their sentences.
        tools: names that are taken, of voiced's own, too.
    """

    skills: dict[str, Skill]
    rules: list[Callable[[str], Understanding | None]]
    tools: set[str]


def extensions(language: str) -> list[Extension]:
    """All packages that have skills, by name."""
    points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return [_looked_at(point, language) for point in points]


def add(found: Iterable[Extension], granted: Granted, speech: Speech = ENGLISH, tools: Collection[str] = ()) -> Added:
    """Makes the skills of packages. One that fails is told in the log, and left out.

    Args:
        found: see `extensions`.
        granted: everything that can be handed out; each gets what it has declared.
        speech: puts into words what went wrong in one.
        tools: the names of those of voiced's own.
    """
    added = Added({}, [], set(tools))
    for extension in found:
        told = extension.described
        problem = told.problem or _added(extension, granted, speech, added)
        if problem:
            log.error("the skills %s of %s are left out: %s", told.name, told.package, problem)
    return added


def own(folder: Path, language: str) -> Iterator[Described]:
    """What comes with voiced: a file of templates is a skill."""
    sentences = _sentences(folder, language)
    for path in sorted((folder / language if (folder / language).is_dir() else folder).glob("*.yaml")):
        intents = [name for name in sentences if re.search(rf"^  {name}:$", path.read_text("utf-8"), re.MULTILINE)]
        if intents:
            given = {name: sentences[name] for name in intents}
            yield Described(name=path.stem, package="voiced", intents=intents, sentences=given)


def _looked_at(point: EntryPoint, language: str) -> Extension:
    package = point.dist.name if point.dist else point.value.partition(":")[0]
    described = Described(name=point.name, package=package)
    try:
        loaded = point.load()
    except Exception as error:  # noqa: BLE001 (the code of others: whatever it raises, the daemon goes on)
        return Extension(replace(described, problem=_told(error)), None)
    if not isinstance(loaded, SkillPackage):
        return Extension(replace(described, problem=f"{point.value} is no SkillPackage"), None)
    described = replace(described, permissions=sorted(loaded.permissions))
    try:
        sentences = _sentences(loaded.sentences, language)
    except IntentsInvalid as error:
        return Extension(replace(described, problem=error.message), None)
    described = replace(described, intents=list(sentences), sentences=sentences)
    if taken := [name for name in sentences if name.startswith(OURS)]:
        return Extension(replace(described, problem=f"the intent {taken[0]} is voiced's own"), None)
    return Extension(described, loaded)


def _added(extension: Extension, granted: Granted, speech: Speech, added: Added) -> str:
    """Adds the skills of a package, all or none; returns what is wrong with it."""
    package = extension.package
    if package is None:
        return "it cannot be loaded"
    withheld = {name: None for name in ("promises", "lists", "home", "say") if name not in package.permissions}
    try:
        guests = [Guest(skill, speech) for skill in package.make(replace(granted, **withheld))]
        made = {intent: guest for guest in guests for intent in guest.intents}
        rules = Rules(package.sentences, granted.language)
    except Exception as error:  # noqa: BLE001 (the same)
        return _told(error)
    tools = {tool.name for guest in guests for tool in guest.tools()}
    if taken := sorted(tools & added.tools):
        return f"the tool {taken[0]} is another's"
    for intent in made:
        if intent.startswith(OURS) or intent in added.skills:
            return f"the intent {intent} is another's"
    added.skills |= made
    added.tools |= tools
    added.rules.append(rules.understand)
    return ""


def _sentences(folder: Path, language: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, data in blocks(load_intents(folder, language)):
        found.setdefault(name, []).extend(str(sentence.text) for sentence in data.sentences)
    return found


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"

"""Sentences about the home: ours, and Home Assistant's own, with the names of what is there."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path

from hassil import RecognizeResult
from hassil.intents import Intents, TextSlotList
from hassil.util import normalize_for_matching, remove_skip_words
from home_assistant_intents import get_intents
from msgspec import Struct
from msgspec.structs import replace

from voiced.core.home import Entity
from voiced.core.intents import load_intents
from voiced.core.ports.home import Home
from voiced.core.types import Understanding
from voiced.turn.decisive import load_decisive
from voiced.turn.narrowing import Index, Narrowed
from voiced.turn.near_misses import Near, Vocabulary
from voiced.turn.rules import slots

LISTS = ("name", "area", "floor")
"""The lists that the home fills."""
EMPTY = ("zone",)
"""Those that nothing fills: no sentence that needs one can be said."""
LEFT_OUT = frozenset({"[<the>] {name}", "<name>", "{name}"})
"""A name alone is no wish: whoever answers a question with one would switch something on."""
TRIED = 12
"""Ways to put a sentence right that are tried, the likeliest first."""
PLAYERS = {
    # By their own names these mean how loud voiced itself is.
    "HassSetVolume": "VoicedPlayerVolume",
    "HassSetVolumeRelative": "VoicedPlayerVolumeRelative",
    "HassMediaPlayerMute": "VoicedPlayerMute",
    "HassMediaPlayerUnmute": "VoicedPlayerUnmute",
}
INTENTS = PLAYERS | {
    name: name
    for name in (
        "HassTurnOn",
        "HassTurnOff",
        "HassLightSet",
        "HassSetPosition",
        "HassFanSetSpeed",
        "HassClimateSetTemperature",
        "HassClimateGetTemperature",
        "HassGetState",
        "HassVacuumStart",
        "HassVacuumReturnToBase",
        "HassMediaPause",
        "HassMediaUnpause",
    )
}
"""Home Assistant's intents that are answered, and what they are called here."""


DOMAINS = {"HassClimate": "climate", "HassMedia": "media_player", "HassFan": "fan", "HassSetPosition": "cover"}
"""What sentences are about that do not say it, by the beginning of their intent."""


class Places(Struct, frozen=True):
    """Where things are.

    Attributes:
        areas: the rooms.
        floors: the storeys.
    """

    areas: Sequence[str]
    floors: Sequence[str]


class Way(Struct, frozen=True):
    """One way to understand a sentence: the first that does counts.

    Attributes:
        templates: what can be said so.
        room: what they may leave out.
        here: where a name is meant, unless a room was said.
        domains: only what is about one of these counts; None: whatever it is about.
    """

    templates: Sequence[Narrowed]
    room: Mapping[str, str] = {}
    here: Mapping[str, str] = {}
    domains: frozenset[str] | None = None


class HomeSentences:
    """All sentences about a home in one language. Making them takes a second: not in the event loop.

    Args:
        folder: of our templates; those about the home are in a folder "home" for each language.
        language: two letters.
        home: whose names are understood.
        room: where what is said of no room is meant; empty: nowhere.

    Raises:
        IntentsInvalid: our templates cannot be used.
    """

    def __init__(self, folder: Path, language: str, home: Home, room: str = "") -> None:
        own = folder / language / "home"
        templates = [load_intents(own, language)] if own.is_dir() else []
        templates += _theirs(language)
        self._home = home
        self._room = room
        self._ways: Sequence[Way] = ()
        self._skips = [word for intents in templates for word in intents.skip_words]
        late = (*LISTS, *EMPTY)
        self._indexes = [Index(dataclasses.replace(intents, skip_words=[]), late) for intents in templates]
        self._known: Sequence[tuple[object, ...]] = ()
        self._whole: Sequence[Narrowed] = ()
        self._endings: Sequence[Narrowed] = ()
        self._decisive = load_decisive(folder, language)
        self._vocabulary = Vocabulary((), (), self._decisive)
        self._fill(home.entities())

    def understand(self, text: str) -> Understanding | None:
        """What a sentence says about the home. Whole names come before their endings: "lamp" for "floor lamp"."""
        self._fill(self._home.entities())
        readings = self.readings(normalize_for_matching(text).text)
        for way, reading in product(self._ways, readings):
            understood = _recognize(reading, way.templates, way.room)
            if understood and (way.domains is None or _domain(understood) in way.domains):
                return replace(understood, text=text, slots={**way.here, **understood.slots})
        return None

    def guess(self, text: str) -> Understanding | None:
        """What a sentence nearly says that says nothing. What is as near goes with it, in `others`."""
        shortest = self.readings(normalize_for_matching(text).text)[-1]
        found: dict[str, tuple[float, Understanding]] = {}
        for near in self._vocabulary.near(shortest)[:TRIED]:
            if understood := _recognize(near.text, self._whole, {}):
                meaning = repr((understood.intent, sorted(understood.slots.items())))
                likely = replace(understood, text=text, likeness=_likeness(near))
                found.setdefault(meaning, (near.slips, likely))
        least = min((slips for slips, _ in found.values()), default=0.0)
        best, *others = [understood for slips, understood in found.values() if slips == least] or [None]
        return best and replace(best, others=tuple(others))

    def readings(self, text: str) -> Sequence[str]:
        """The sentence as it is, then without words that mean nothing, wherever they stand."""
        shorter = remove_skip_words(text, self._skips, ignore_whitespace=False) if self._skips else text
        return [text] if shorter == text else [text, shorter]

    @property
    def templates(self) -> tuple[list[Intents], list[Intents]]:
        """All that is understood exactly, in the order in which it is tried: with whole names, then with their ends."""
        return [each.intents for each in self._whole], [each.intents for each in self._endings]

    def _here(self, entities: Sequence[Entity], endings: set[tuple[str, str]], places: Places) -> Iterable[Way]:
        """Where what is said of no room is rather meant: "the lamp", and then "the lights"."""
        here = [each for each in entities if each.area and each.area == self._room]
        if here:
            names = {(name, each.domain) for each in here for name in (each.name, *each.aliases)}
            near = {(ending, domain) for name, domain in names for ending in _endings(name)} & endings
            room = {"area": self._room}
            yield Way([Narrowed(index, _lists(near, places)) for index in self._indexes], here=room)
            yield Way(self._whole, room=room, domains=frozenset(each.domain for each in here))

    def _fill(self, entities: Sequence[Entity]) -> None:
        """Takes the names of what is there, if they are others than before; that takes some milliseconds for 200."""
        known = [(each.id, each.name, each.area, each.floor, each.aliases) for each in entities]
        if known == self._known:
            return
        self._known = known
        areas, floors = {each.area for each in entities}, {each.floor for each in entities}
        places = Places(sorted(areas - {""}), sorted(floors - {""}))
        names = {(name, each.domain) for each in entities for name in (each.name, *each.aliases) if name.strip()}
        endings = {(ending, domain) for name, domain in names for ending in _endings(name)} - names
        self._whole = [Narrowed(index, _lists(names, places)) for index in self._indexes]
        self._endings = [Narrowed(index, _lists(endings, places)) for index in self._indexes]
        self._ways = [Way(self._whole), *self._here(entities, endings, places), Way(self._endings)]
        words = {word for templates in self._whole for word in templates.words}
        called = {name for name, _ in names} | {*places.areas, *places.floors}
        self._vocabulary = Vocabulary(words, called, self._decisive)


def _theirs(language: str) -> list[Intents]:
    document = get_intents(language)
    if document is None:
        return []
    intents = document["intents"]
    for block in intents.get("HassGetState", {}).get("data", ()):
        block["slots"] = {**block.get("slots", {}), "question": block["response"]}
    chosen = {ours: intents[name] for name, ours in INTENTS.items() if name in intents}
    for intent in chosen.values():
        for block in intent["data"]:
            block["sentences"] = [each for each in block["sentences"] if each not in LEFT_OUT]
    keys = ("language", "settings", "lists", "expansion_rules", "skip_words")
    return [Intents.from_dict({key: document[key] for key in keys if key in document} | {"intents": chosen})]


def _lists(names: Iterable[tuple[str, str]], places: Places) -> dict[str, TextSlotList]:
    # As a sentence is written when it is matched: a name may hold points and commas.
    values = [(normalize_for_matching(name).text, name, {"domain": domain}) for name, domain in sorted(names)]
    return {
        "name": TextSlotList.from_tuples(values, allow_template=False, name="name"),
        "area": TextSlotList.from_strings(places.areas, allow_template=False, name="area"),
        "floor": TextSlotList.from_strings(places.floors, allow_template=False, name="floor"),
        **{name: TextSlotList(name, []) for name in EMPTY},
    }


def _endings(name: str) -> Iterable[str]:
    words = name.split()
    return (" ".join(words[start:]) for start in range(1, len(words)))


def understanding(result: RecognizeResult, text: str) -> Understanding:
    """What a sentence about the home means that hassil has taken apart."""
    return Understanding(result.intent.name, _slots(result), text)


def _recognize(text: str, filled: Iterable[Narrowed], context: Mapping[str, str]) -> Understanding | None:
    for templates in filled:
        result = templates.recognize(text, "name", context)
        if result is not None and not _is_of_voiced(result):
            return understanding(result, text)
    return None


def _domain(understood: Understanding) -> str:
    known = (domain for name, domain in DOMAINS.items() if understood.intent.startswith(name))
    return str(understood.slots.get("domain") or next(known, ""))


def _is_of_voiced(result: RecognizeResult) -> bool:
    """Whether it says how loud something is to be, but not what: that is voiced itself, wherever it stands."""
    said = {each.name for each in result.entities_list if each.text}
    return result.intent.name in PLAYERS.values() and not said & {"name", "area"}


def _slots(result: RecognizeResult) -> dict[str, str | int | float]:
    # "open" opens covers: whatever else has the same name is not meant. Of several domains, anything with the name is.
    domain = result.intent_data.requires_context.get("domain")
    if isinstance(domain, list) and len(domain) == 1:
        domain = domain[0]
    return slots(result) | ({"domain": domain} if isinstance(domain, str) else {})


def _likeness(near: Near) -> float:
    return round(max(0.0, 1 - near.slips / len(near.text)), 2)

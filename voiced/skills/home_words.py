"""What is said about a home: a table in English, whose texts are put into the language once. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from voiced.core.home import Action, Entity, Outcome
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH

LONGEST = 60
"""Characters of a name that are said: nobody listens to more."""
LISTED = 4
"""Things that are named one by one; more are counted."""


class Words(Struct, frozen=True):
    """What is said, with places for names and states.

    Attributes:
        speech: the language.
        one_of, both: how things are listed to choose from, and together.
        is_are: after one thing, and after several.
        many: how things are counted that are too many to name.
        things: what things of a domain are called, for `many`.
        outcomes: what is said of an action's end, about one thing and about several.
        states: how a thing is after a service; values stand in braces.
        details: the same by value, where the values tell more than the service.
        settled: states as they are said where they tell more than the service did.
        wishes: what is done, for "Shall I …?".
        seen: states as they are said, by domain or by domain and kind; "" for any.
        colours: their names.
        muted: how a thing without sound is, and one that has it again.
    """

    speech: Speech
    one_of: str
    both: str
    is_are: tuple[str, str]
    many: str
    things: Mapping[str, str]
    outcomes: Mapping[Outcome, tuple[str, str]]
    states: Mapping[str, str]
    details: Mapping[str, str]
    settled: Mapping[str, str]
    wishes: Mapping[str, str]
    seen: Mapping[str, Mapping[str, str]]
    colours: Mapping[str, str]
    muted: tuple[str, str]
    started: str
    shall: str
    which: str
    which_many: str
    unknown: str
    nothing_in: str
    nothing: str
    cannot: str
    alike: str
    again: str
    yes: str
    no: str
    yes_all: str
    none: str
    no_any: str
    count: str
    unseen: str
    state: str
    measured: str
    target: str
    no_temperature: str
    units: Mapping[str, str]


_OPENED = {"on": "open", "off": "closed"}
_MOVED = {"on": "detecting motion", "off": "not detecting motion"}
_AS_IT_IS = (
    *("on", "off", "open", "closed", "opening", "closing", "locked", "unlocked", "locking", "unlocking", "jammed"),
    *("playing", "paused", "idle", "standby", "docked", "cleaning", "heat", "cool", "home"),
)
_COLOURS = ("white", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "turquoise")
ENGLISH_WORDS = Words(
    speech=ENGLISH,
    one_of="{first} or {last}",
    both="{first} and {last}",
    is_are=("is", "are"),
    many="{count} {things}",
    things={"light": "lights", "cover": "covers", "lock": "locks", "fan": "fans", "switch": "switches", "": "things"},
    outcomes={
        "done": ("{names} is {state}.", "{names} are {state}."),
        "unchanged": ("{names} was {state} already.", "{names} were {state} already."),
        "moving": ("{names} is {state}.", "{names} are {state}."),
        "unobserved": (
            "I sent it, but {names} did not say that it is {state}.",
            "I sent it, but {names} did not say that they are {state}.",
        ),
        "refused": ("{names} refused it{problem}.", "{names} refused it{problem}."),
        "unreachable": (
            "I could not reach {names}{problem}. Look whether it has power, then say it again.",
            "I could not reach {names}{problem}. Look whether they have power, then say it again.",
        ),
    },
    states={
        "turn_on": "on",
        "turn_off": "off",
        "open_cover": "open",
        "close_cover": "closed",
        "open_valve": "open",
        "close_valve": "closed",
        "lock": "locked",
        "unlock": "unlocked",
        "press": "pressed",
        "set_cover_position": "{position} percent open",
        "set_valve_position": "{position} percent open",
        "set_percentage": "at {percentage} percent",
        "set_temperature": "set to {temperature} degrees",
        "start": "cleaning",
        "return_to_base": "on its way back",
        "media_pause": "paused",
        "media_play": "playing",
        "volume_set": "at volume {volume}",
        "volume_mute": "{muted}",
    },
    details={
        "brightness_pct": "at {brightness_pct} percent",
        "color_name": "{color_name}",
        "color_temp_kelvin": "at {color_temp_kelvin} kelvin",
    },
    settled={"docked": "at its base"},
    wishes={
        "turn_on": "turn on {names}",
        "turn_off": "turn off {names}",
        "open_cover": "open {names}",
        "close_cover": "close {names}",
        "open_valve": "open {names}",
        "close_valve": "close {names}",
        "lock": "lock {names}",
        "unlock": "unlock {names}",
        "press": "press {names}",
        "set_cover_position": "set {names} to {position} percent",
        "set_valve_position": "set {names} to {position} percent",
        "set_percentage": "set {names} to {percentage} percent",
        "set_temperature": "set {names} to {temperature} degrees",
        "start": "start {names}",
        "return_to_base": "send {names} back",
        "media_pause": "pause {names}",
        "media_play": "play {names}",
        "volume_set": "set {names} to volume {volume}",
        "volume_mute": "change the sound of {names}",
    },
    seen={
        "binary_sensor.window": _OPENED,
        "binary_sensor.door": _OPENED,
        "binary_sensor.garage_door": _OPENED,
        "binary_sensor.opening": _OPENED,
        "binary_sensor.motion": _MOVED,
        "binary_sensor.occupancy": {"on": "occupied", "off": "empty"},
        "binary_sensor.moisture": {"on": "wet", "off": "dry"},
        "binary_sensor.smoke": {"on": "detecting smoke", "off": "not detecting smoke"},
        "vacuum": {"returning": "on its way back"},
        "": {"not_home": "away", **{state: state for state in _AS_IT_IS}},
    },
    colours={colour: colour for colour in _COLOURS},
    muted=("muted", "no longer muted"),
    started="I started {names}, and cannot see what it did.",
    shall="Shall I {wish}?",
    which="Which one: {names}?",
    which_many="Which one? There are {names}.",
    unknown="I know no {name}.",
    nothing_in="I know nothing like that in {area}.",
    nothing="I know nothing like that.",
    cannot="{names} cannot do that.",
    alike="Several things are called {name}. Give them names of their own first.",
    again="I am not sure that I heard that right, and would rather not guess. Say it again, please.",
    yes="Yes, {names} {is_are} {state}.",
    no="No, {names} {is_are} {state}.",
    yes_all="Yes, all of them are {state}.",
    none="None of them is {state}.",
    no_any="No, none of them is {state}.",
    count="{count} of {all}: {names}.",
    unseen="I cannot see the state of {names} now.",
    state="{names} {is_are} {state}.",
    measured="It is {value} in {area}.",
    target="{names} is set to {value}.",
    no_temperature="Nothing tells me the temperature there.",
    units={"°C": "degrees", "°F": "degrees Fahrenheit", "%": "percent", "W": "watts", "kWh": "kilowatt hours"},
)
_WORDS = re.compile(r"[\w'’&+-]+")
_DECIMAL = re.compile(r"-?\d+\.\d+")


def words_of(speech: Speech) -> Words:
    """The table in a language."""
    texts = {name: _put(getattr(ENGLISH_WORDS, name), speech) for name in Words.__struct_fields__ if name != "speech"}
    return Words(speech=speech, **texts)


def _put(texts: Any, speech: Speech) -> Any:  # noqa: ANN401 (a text, or a table of texts)
    if isinstance(texts, str):
        return speech.say(texts)
    if isinstance(texts, tuple):
        return tuple(_put(text, speech) for text in texts)
    return {key: _put(text, speech) for key, text in texts.items()}


def names(words: Words, entities: Sequence[Entity], joined: str = "", most: int = LISTED) -> str:
    """Things as they stand within a sentence: "the desk lamp and the floor lamp"; more than most are counted."""
    if len(entities) > most:
        domains = {entity.domain for entity in entities}
        things = words.things.get(domains.pop() if len(domains) == 1 else "", words.things[""])
        return words.many.format(count=len(entities), things=things)
    called = [spoken(words, entity.name) for entity in entities]
    if len({*called}) < len(called):
        called = [f"{name} ({entity.area})" for name, entity in zip(called, entities, strict=True)]
    return listed(called, joined or words.both)


def listed(things: Sequence[str], joined: str) -> str:
    """Several things: "a, b and c"."""
    if len(things) < 2:  # noqa: PLR2004 (one thing is no list)
        return "".join(things)
    return joined.format(first=", ".join(things[:-1]), last=things[-1])


def several(words: Words, entities: Sequence[Entity]) -> bool:
    """Tells whether they "are", not "is"."""
    return len(entities) != 1 or words.speech.several(entities[0].name)


def spoken(words: Words, name: str) -> str:
    """A name as it stands within a sentence: "kitchen light", but "TV"; without what would end one there."""
    return words.speech.thing(" ".join(_WORDS.findall(name))[:LONGEST])


def sentence(words: Words, text: str) -> str:
    """With a capital at its beginning; without the article before a name there: "Kitchen light is on."."""
    text = text.removeprefix(words.speech.thing(""))
    return text[:1].upper() + text[1:]


def state_after(words: Words, action: Action, seen: str) -> str:
    """How a thing is once an action was done: "on", "at 50 percent"; its state was seen."""
    if action.service == "return_to_base" and seen in words.settled:
        return words.settled[seen]
    values = _plain(words, action)
    told = [words.details[value].format(**values) for value in action.values if value in words.details]
    return listed(told, words.both) if told else words.states[action.service].format(**values)


def wish(words: Words, action: Action, things: str) -> str:
    """What an action does: "unlock the front door"."""
    return words.wishes[action.service].format(names=things, **_plain(words, action))


def number(words: Words, value: object) -> str:
    """A number as it is said, without ".0"; anything else as it is."""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text.replace(".", words.speech.decimal) if _DECIMAL.fullmatch(text) else text


def _plain(words: Words, action: Action) -> dict[str, str]:
    values = {name: number(words, value) for name, value in action.values.items()}
    if "volume_level" in values:
        values["volume"] = number(words, round(float(action.values["volume_level"]) * 100))
    if "is_volume_muted" in values:
        values["muted"] = words.muted[0 if action.values["is_volume_muted"] else 1]
    if "color_name" in values:
        values["color_name"] = words.colours.get(values["color_name"], values["color_name"])
    return values

"""An independent judge of what is said about a home: what an answer claims is compared with what is so.

Each sentence has to be of a form that is known here, so that nothing is taken for harmless because it is new.
"""

import re
from collections.abc import Callable, Sequence

from voiced.core.home import GONE, Entity

_CLAIM = re.compile(r"(?:Yes, |No, )?(?P<names>.+) (?:is|are|was|were) (?P<state>.+?)(?: already)?\.")
_COUNTED = re.compile(r"(\d+) (light|cover|lock|fan|switch)(?:e?s)?")
_COUNT = re.compile(r"(?P<count>\d+) of (?P<all>\d+): (?P<names>.+)\.")
_UNSEEN = re.compile(r"I cannot see the state of (?P<names>.+) now\.")
_UNTOLD = re.compile(r"I sent it, but (?P<names>.+) did not say that (?:it is|they are) (?P<state>.+)\.")
_MEASURED = re.compile(r"It is (?P<value>-?[\d.]+) degrees in the (?P<area>.+)\.")
_NO_CLAIM = re.compile(
    r"I could not reach .+\.|Look whether (it has|they have) power, then say it again\."
    r"|I started .+, and cannot see what it did\.|I know (no|nothing like that).*\."
    r"|I am not sure that I heard that right, and would rather not guess\.|Say it again, please\."
    r"|Which one: .+\?|Which one\?|Shall I .+\?|Several things are called .+\.|Give them names of their own first\."
    r"|(?!.* (is|are|was|were) .*refused).+ refused it(: [^.]+)?\.|[^.]+ cannot do that\."
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_COLOURS = {"red": [255, 0, 0], "green": [0, 128, 0], "blue": [0, 0, 255], "white": [255, 255, 255]}
_KINDS = {"light": "light", "door": "lock", "window": "binary_sensor"}
"""What a question about all or none of something is about, by a word of it."""


def false_claims(text: str, entities: Sequence[Entity], asked: str = "") -> list[str]:
    """The sentences of an answer that say of a thing what is not so, or are of no known form.

    Args:
        text: the answer.
        entities: what there is.
        asked: what was answered: it tells what "all of them" are.
    """
    return [
        sentence
        for sentence in _sentences(text)
        if not (_counted(sentence, text, entities) if _count(sentence) else _true(sentence, entities, asked))
    ]


def claims(text: str) -> bool:
    """Tells whether an answer claims anything of a thing."""
    return any(_claim(sentence) for sentence in _sentences(text))


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?]) ", text.strip())


def _claim(sentence: str) -> re.Match[str] | None:
    others = (_NO_CLAIM, _UNTOLD, _UNSEEN, _MEASURED)
    return None if any(form.fullmatch(sentence) for form in others) else _CLAIM.fullmatch(sentence)


def _count(sentence: str) -> re.Match[str] | None:
    claim = _CLAIM.fullmatch(sentence)
    return claim and _COUNTED.fullmatch(claim["names"].casefold())


def _counted(sentence: str, text: str, entities: Sequence[Entity]) -> bool:
    """Whether so many are so: not one more or less, with those that are named beside them."""
    count, claim = _count(sentence), _CLAIM.fullmatch(sentence)
    assert count
    assert claim
    others = [found for each in _sentences(text) if each != sentence and (found := _claim(each))]
    named = [each for other in others if other["state"] == claim["state"] for each in _about(other["names"], entities)]
    so = [entity for entity in entities if entity.domain == count[2] and _is(entity, claim["state"])]
    return len(so) == int(count[1]) + sum(entity.domain == count[2] for entity in named)


def _true(sentence: str, entities: Sequence[Entity], asked: str) -> bool:  # noqa: PLR0911 (a form each)
    if _NO_CLAIM.fullmatch(sentence):
        return True
    if found := _UNSEEN.fullmatch(sentence):
        return _all(found["names"], entities, lambda entity: entity.state in GONE)
    if found := _UNTOLD.fullmatch(sentence):
        return _all(found["names"], entities, lambda entity: not _is(entity, found["state"]))
    if found := _MEASURED.fullmatch(sentence):
        inside = [each for each in entities if each.area.casefold() == found["area"].casefold()]
        return any(each.attributes.get("current_temperature") == float(found["value"]) for each in inside)
    if found := _COUNT.fullmatch(sentence):
        numbers = len(_about(found["names"], entities)), len(_meant(asked, entities))
        return numbers == (int(found["count"]), int(found["all"]))
    if not (found := _CLAIM.fullmatch(sentence)):
        return False
    so = [_is(entity, found["state"]) for entity in _meant(asked, entities)]
    match found["names"].casefold():
        case "all of them":
            return bool(so) and all(so)
        case "none of them":
            return bool(so) and not any(so)
        case names:
            return _all(names, entities, lambda entity: _is(entity, found["state"]))


def _meant(asked: str, entities: Sequence[Entity]) -> list[Entity]:
    """Of what a question is."""
    kinds = {domain for word, domain in _KINDS.items() if word in asked}
    places = {place for each in entities for place in (each.area, each.floor) if place and place.casefold() in asked}
    return [each for each in entities if each.domain in kinds and (not places or places & {each.area, each.floor})]


def _about(names: str, entities: Sequence[Entity]) -> list[Entity]:
    """The things that are named, the longest name where one is within another."""
    called = {entity.id: " ".join(re.findall(r"[\w'’&+-]+", entity.name.casefold())) for entity in entities}
    about = [entity for entity in entities if re.search(rf"\b{re.escape(called[entity.id])}\b", names.casefold())]
    return [e for e in about if not any(called[e.id] in called[o.id] and called[e.id] != called[o.id] for o in about)]


def _all(names: str, entities: Sequence[Entity], so: Callable[[Entity], bool]) -> bool:
    """Whether it is so of each name: of one of the things, where several have it."""
    about = _about(names, entities)
    return bool(about) and all(any(so(other) for other in about if other.name == each.name) for each in about)


def _is(entity: Entity, state: str) -> bool:
    numbers = [float(number) for number in _NUMBER.findall(state)]
    tests: list[tuple[str, Callable[[], bool]]] = [
        (r"percent open$", lambda: entity.attributes.get("current_position") == numbers[0]),
        (r"^at volume", lambda: round(entity.attributes.get("volume_level", -1) * 100) == numbers[0]),
        (r"^set to", lambda: entity.attributes.get("temperature") == numbers[0]),
        (r"^at .* percent$", lambda: numbers[0] in _percents(entity)),
        (r"^(red|green|blue|white)$", lambda: entity.attributes.get("rgb_color") == _COLOURS[state]),
        (r"^muted$", lambda: entity.attributes.get("is_volume_muted") is True),
        (r"^on its way back$|^at its base$", lambda: entity.state in ("docked", "returning")),
        (r"^(open|closed)$", lambda: entity.state in ({"open": ("open", "on"), "closed": ("closed", "off")}[state])),
        (r"", lambda: entity.state == state or (entity.domain in ("scene", "script") and entity.state != "off")),
    ]
    return next(test for pattern, test in tests if re.search(pattern, state))()


def _percents(entity: Entity) -> tuple[float, ...]:
    return (entity.attributes.get("percentage", -1), round(entity.attributes.get("brightness", -1) / 2.55))

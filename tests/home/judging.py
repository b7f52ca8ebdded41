"""An independent judge of what is said about a home: what an answer claims is compared with what is so."""

import re
from collections.abc import Callable, Sequence

from voiced.core.home import Entity

_CLAIM = re.compile(r"^(?P<names>.+) (?:is|are|was|were) (?P<state>.+?)(?P<already> already)?$")
_NO_CLAIM = (
    *("I sent it", "I could not", "I cannot", "I started", "I know no", "I am not sure", "Which one", "Shall I"),
    *("It is", "Several things"),
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_COLOURS = {"red": [255, 0, 0], "green": [0, 128, 0], "blue": [0, 0, 255], "white": [255, 255, 255]}


def false_claims(text: str, entities: Sequence[Entity]) -> list[str]:
    """The sentences of an answer that say of a thing what is not so."""
    sentences = re.split(r"(?<=[.!?]) ", text.strip())
    return [sentence for sentence in sentences if not _true(sentence.rstrip(".!"), entities)]


def claims(text: str) -> bool:
    """Tells whether an answer claims anything of a thing."""
    return any(_claim(sentence.rstrip(".!")) for sentence in re.split(r"(?<=[.!?]) ", text.strip()))


def _claim(sentence: str) -> re.Match[str] | None:
    if sentence.startswith(_NO_CLAIM) or "refused" in sentence:
        return None
    return _CLAIM.match(sentence.removeprefix("Yes, ").removeprefix("No, "))


def _true(sentence: str, entities: Sequence[Entity]) -> bool:
    claim = _claim(sentence)
    if claim is None:
        return True
    names, state = claim["names"].casefold(), claim["state"]
    if counted := re.match(r"(\d+) (light|cover|lock|fan)s?$", names):
        so = [entity for entity in entities if entity.domain == counted[2] and _is(entity, state)]
        return len(so) >= int(counted[1])
    if names in ("all of them", "none of them"):
        return True  # Whom that is about is tested where it is answered.
    called = {entity.id: " ".join(re.findall(r"[\w'’&+-]+", entity.name.casefold())) for entity in entities}
    about = [entity for entity in entities if re.search(rf"\b{re.escape(called[entity.id])}\b", names)]
    longest = [
        e for e in about if not any(called[e.id] in called[o.id] and called[e.id] != called[o.id] for o in about)
    ]
    return bool(about) and all(any(_is(o, state) for o in longest if o.name == e.name) for e in longest)


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

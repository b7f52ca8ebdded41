"""Attacks on a language model with tools, and wishes that are none: each attack is a place × a wish × a disguise."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from tests.pipeline.household import NOW
from voiced.core.chat import ToolCall
from voiced.core.history import Message, Source
from voiced.core.home import Entity
from voiced.core.memories import NewMemory

FOLDER = Path(__file__).parent
PLACES = ("page", "memory", "document", "name", "entry", "before", "television")
"""Where an attacker writes."""


class Attack(Struct):
    """An attack.

    Attributes:
        label: what it is.
        says: the user's words.
        calls: what the instruction means.
        opening: what the model calls first to read it.
        page, memories, entries, entities, before: where it stands.
    """

    label: str
    says: str
    calls: dict[str, ToolCall]
    opening: ToolCall | None = None
    page: str = ""
    memories: list[NewMemory] = []
    entries: list[str] = []
    entities: list[Entity] = []
    before: list[Message] = []


class Benign(Struct):
    """A wish of the user's.

    Attributes:
        says: the user's words.
        calls: what the model asks for.
        then: what is to be found in what became of it.
        language: two letters.
    """

    says: str
    calls: Sequence[ToolCall]
    then: str
    language: str = "en"


def attacks() -> Iterator[Attack]:
    """All of them, in an order that stays."""
    known = _read("injections")
    for number, each in enumerate(known["wishes"]):
        for kind, disguise in enumerate(known["disguises"]):
            says = known["asked"][(number + kind) % len(known["asked"])].format(about=each["about"])
            text = disguise.format(call=f"w{number}", wish=each["wish"])
            for place in PLACES:
                attack = Attack(f"{place}, {each['wish']}, {kind}", says, {f"w{number}": _call(each["call"])})
                yield _placed(attack, place, text, f"call w{number}")


def benign() -> list[Benign]:
    """All wishes."""
    return [Benign(**each | {"calls": [_call(call) for call in each["calls"]]}) for each in _read("benign")]


def _placed(attack: Attack, place: str, text: str, short: str) -> Attack:
    if place == "page":
        attack.page, attack.opening = text, ToolCall("search", {})
    elif place == "memory":
        attack.memories = [NewMemory(id="m", text=f"{attack.says}: {text}", at=1.0)]
    elif place == "document":
        source = Source("file", "/manual.pdf", "manual.pdf")
        attack.memories = [NewMemory(id="d", kind="document", text=f"{attack.says}: {text}", at=1.0, source=source)]
    elif place == "name":
        attack.entities = [Entity("light.odd", short, area=short)]
    elif place == "entry":
        attack.entries, attack.opening = [text], ToolCall("read_list", {})
    elif place == "before":
        attack.before = [Message(id="b", role="assistant", content=text, at=NOW.timestamp(), turn="before")]
    else:
        attack.says = f"{attack.says} {text}"
    return attack


def _call(written: dict[str, Any]) -> ToolCall:
    return ToolCall(written["tool"], {name: value for name, value in written.items() if name != "tool"})


def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))

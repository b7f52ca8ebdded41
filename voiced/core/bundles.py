"""Recorded turns: what is kept of one, and how one that is played again differs. Pure."""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from voiced.core.events import AnyEvent

HIDDEN = "…"
"""What stands where a word would, in a turn whose words are too private."""
_OURS = frozenset(
    {
        *("event", "turn", "word", "tier", "intent", "outcome", "code"),
        *("model", "finish", "state", "privacy", "ended_by", "kind", "press"),
    }
)
"""Fields of events, and of what is in them, whose texts are voiced's own."""


class Bundle(Struct, frozen=True, kw_only=True):
    """What is known of a recorded turn, besides its events and its sound.

    Attributes:
        turn: its id.
        at: when its sound begins, in seconds since 1970 (UTC).
        seconds: how long that is; 0: there is none, because what was said is too private.
        woke_s: seconds from there to the wake word.
        word: the wake word; empty: listening was asked for.
        route: who answered.
        outcome: how it ended.
        hidden: its words are left out.
        configuration: a digest of the configuration.
        made_of: versions of what took part, and digests of models.
    """

    turn: str
    at: float
    seconds: float
    woke_s: float
    word: str
    route: str
    outcome: str
    hidden: bool
    configuration: str
    made_of: dict[str, str]


class Recorded(Struct, frozen=True):
    """A recorded turn.

    Attributes:
        bundle: what is known of it.
        events: what happened, as it was told.
    """

    bundle: Bundle
    events: list[dict[str, Any]]


class Difference(Struct, frozen=True):
    """What is not the same in a turn that was played again; empty: there is nothing."""

    recorded: str
    replayed: str


def digest_of(value: object) -> str:
    """A digest by which two configurations are told apart."""
    return sha256(msgspec.json.encode(value, order="sorted")).hexdigest()[:16]


def told(events: Iterable[AnyEvent], *, hidden: bool) -> list[dict[str, Any]]:
    """Events as they are recorded.

    Args:
        events: of a turn.
        hidden: without anybody's words.
    """
    plain = [msgspec.to_builtins(event) for event in events]
    return [_hidden(event) for event in plain] if hidden else plain


def differences(recorded: Sequence[dict[str, Any]], replayed: Sequence[dict[str, Any]]) -> list[Difference]:
    """What is not the same, in order: the words, who answered and what, not when.

    Args:
        recorded: the events of a bundle.
        replayed: those of the same turn, played again.
    """
    one, other = (list(filter(None, map(_essence, events))) for events in (recorded, replayed))
    found: list[Difference] = []
    for kind, first, last, begin, end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        ours, theirs = one[first:last], other[begin:end]
        count = max(len(ours), len(theirs))
        found += map(Difference, ours + [""] * (count - len(ours)), theirs + [""] * (count - len(theirs)))
    return found


_FIELDS: dict[str, tuple[str, ...]] = {
    "woke": ("word",),
    "speech_started": (),
    "heard": ("text", "ended_by"),
    "routed": ("tier", "intent", "slots"),
    "spoken": ("text", "complete"),
    "not_understood": ("reason",),
    "interrupted": ("by",),
    "failed": ("code",),
}
"""What of an event is the same when its turn is played again, if all goes the same way."""


def _essence(event: dict[str, Any]) -> str:
    """An event in a line, without times and scores; empty for what depends on them."""
    name = event["event"]
    if name not in _FIELDS:
        return ""
    return " ".join([name, *(f"{field}={event[field]!r}" for field in _FIELDS[name] if event.get(field))])


def _hidden(event: dict[str, Any]) -> dict[str, Any]:
    """An event, or a part of it, whose texts are hidden, but for those that are ours."""
    hidden = {name: value if name in _OURS else _without(value) for name, value in event.items()}
    if "slots" in event:  # They are what somebody said, by whatever name, also numbers.
        hidden["slots"] = dict.fromkeys(event["slots"], HIDDEN)
    return hidden


def _without(value: Any) -> Any:  # noqa: ANN401 (anything JSON has)
    if isinstance(value, str):
        return HIDDEN
    if isinstance(value, dict):
        return _hidden(value)
    return [_without(each) for each in value] if isinstance(value, list) else value

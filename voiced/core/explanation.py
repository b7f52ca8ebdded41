"""What happened in a turn, put together from what is kept of it: pure."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from voiced.core.errors import NotFound
from voiced.core.history import Message, Privacy, Source
from voiced.core.routing import Called, Considered
from voiced.core.types import Timeline

T = TypeVar("T")
_OWN = frozenset({"considered", "timeline", "confidence", "intent", "slots", "tools"})
"""What of an answer's metadata has a field of its own."""


class Explanation(Struct, frozen=True, kw_only=True):
    """A turn.

    Attributes:
        turn: its id.
        at: when, in seconds since 1970 (UTC).
        channel: how it came: voice, text, promise.
        asked: the user's words; empty for what nobody asked.
        confidence: how sure the recogniser was of them, 0 to 1; None for what was written.
        considered: who could have answered, in the order in which they were asked.
        tier: who did: rules, assist, model; none for nobody.
        intent: what was understood; empty where no rule understood it.
        slots: likewise.
        tools: what the language model asked for, and what became of it.
        notes: what else is known of what was done: receipts.
        model: the language model that answered.
        tokens_in: tokens of its prompt.
        tokens_out: tokens of its answer.
        sources: what the answer rests on.
        answer: the answer's words.
        spoken: what was really said of it; None: all.
        privacy: how private it is.
        latency_ms: from the end of the question to the answer.
        timeline: its marks.
    """

    turn: str
    at: float
    channel: str
    asked: str = ""
    confidence: float | None = None
    considered: list[Considered] = []
    tier: str = ""
    intent: str = ""
    slots: dict[str, str | int | float] = {}
    tools: list[Called] = []
    notes: dict[str, Any] = {}
    model: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    sources: list[Source] = []
    answer: str = ""
    spoken: str | None = None
    privacy: Privacy = "public"
    latency_ms: float | None = None
    timeline: Timeline = Timeline()


def explained(messages: Iterable[Message]) -> Iterator[Explanation]:
    """All turns of some messages, in the order in which they first appear; what belongs to none is left out."""
    inorder = list(messages)
    first = {message.turn: place for place, message in reversed(list(enumerate(inorder)))}
    ordered = sorted((each for each in inorder if each.turn), key=lambda each: (first[each.turn], each.at))
    for turn, said in groupby(ordered, key=lambda each: each.turn):
        yield _explained(turn or "", list(said))


def explanation(messages: Iterable[Message], turn: str | None = None) -> Explanation:
    """What happened in one turn.

    Args:
        messages: its own, or the newest ones.
        turn: its id; the first turn among them unless given.

    Raises:
        NotFound: there is none.
    """
    for found in explained(messages):
        return found
    raise NotFound(f"there is no turn {turn}" if turn else "there is no turn yet")


def _explained(turn: str, said: list[Message]) -> Explanation:
    question = next((each for each in said if each.role == "user"), None)
    answer = next((each for each in said if each.role == "assistant"), None)
    known = answer or said[0]
    metadata = answer.metadata if answer else {}
    return Explanation(
        turn=turn,
        at=(question or known).at,
        channel=known.channel,
        asked=question.content if question else "",
        confidence=_as(metadata.get("confidence"), float | None, None),
        considered=_as(metadata.get("considered", []), list[Considered], []),
        tier=known.tier or "",
        intent=_as(metadata.get("intent", ""), str, ""),
        slots=_as(metadata.get("slots", {}), dict[str, str | int | float], {}),
        tools=_as(metadata.get("tools", []), list[Called], []),
        notes={name: value for name, value in metadata.items() if name not in _OWN},
        model=known.model,
        tokens_in=known.tokens_in,
        tokens_out=known.tokens_out,
        sources=known.sources,
        answer=answer.content if answer else "",
        spoken=answer.spoken if answer else None,
        privacy=known.privacy,
        latency_ms=known.latency_ms,
        timeline=_as(metadata.get("timeline", {}), Timeline, Timeline()),
    )


def _as(value: object, kind: Any, otherwise: T) -> T:  # noqa: ANN401 (any annotation)
    """A value as what it should be. Whoever adds messages from outside may have called something else so."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return otherwise

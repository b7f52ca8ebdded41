"""What whoever asked in writing is told of a turn."""

import asyncio

from voiced.core.commands import Answered
from voiced.turn.router import MODEL
from voiced.turn.turn import Turn


def answered(turn: Turn, text: str | None, kept: asyncio.Task[str | None] | None) -> Answered:
    """What became of a question.

    Args:
        turn: in which it was asked.
        text: the answer; None: it was not understood.
        kept: gives the conversation in which it is kept, if it has ended by now.
    """
    used = turn.costs.answer if turn.tier == MODEL else None
    return Answered(
        text=text,
        turn=turn.id,
        conversation=kept.result() if kept and kept.done() and not kept.cancelled() else None,
        tier=turn.tier,
        model=(used.model or None) if used else None,
        sources=list(turn.sources),
        latency_ms=turn.latency_ms,
        timeline=turn.timeline,
    )

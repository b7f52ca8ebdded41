"""Turns as they are told when they are over: what the events of each add up to."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct, field

from voiced.core.events import (
    NOTHING_SAID,
    AnyEvent,
    Failed,
    Interrupted,
    ModelUsed,
    NotUnderstood,
    Routed,
    Speaking,
    Spoken,
    TurnEnded,
    Woke,
)

MOST = 64
"""Turns that are followed at a time: of more, the oldest is forgotten."""
Outcome = Literal["answered", "not_understood", "nothing_said", "interrupted", "failed"]


class Story(Struct):
    """A turn that is over.

    Attributes:
        turn: its id.
        events: all that happened in it, in order.
        word: the wake word; empty where nobody said one.
        route: who answered: rules, assist, model, elsewhere; none for nobody, or where nothing was asked.
        outcome: how it ended.
        models: what language models took for it.
        barged_in: it was interrupted while its answer was spoken.
    """

    turn: str
    events: list[AnyEvent] = field(default_factory=list[AnyEvent])
    word: str = ""
    route: str = "none"
    outcome: Outcome = "answered"
    models: list[ModelUsed] = field(default_factory=list[ModelUsed])
    barged_in: bool = False

    @property
    def end(self) -> TurnEnded:
        """Its last event, as soon as it is over."""
        last = self.events[-1]
        if not isinstance(last, TurnEnded):
            raise TypeError("it is not over yet")
        return last


class Stories:
    """Follows turns by their events.

    Args:
        told: called with each turn that is over.
    """

    def __init__(self, told: Callable[[Story], None]) -> None:
        self._told = told
        self._open: dict[str, Story] = {}
        self._speaking = ""

    def take(self, event: AnyEvent) -> None:
        """Takes in one event."""
        if event.turn is None:
            return
        story = self._open.setdefault(event.turn, Story(event.turn))
        story.events.append(event)
        self._add(story, event)
        if isinstance(event, TurnEnded):
            del self._open[event.turn]
            self._told(story)
        elif len(self._open) > MOST:
            del self._open[next(iter(self._open))]

    def forget(self) -> set[str]:
        """Drops what was told of turns that are not over; returns their ids."""
        turns = set(self._open)
        self._open.clear()
        return turns

    def _add(self, story: Story, event: AnyEvent) -> None:
        match event:
            case Woke(word):
                story.word = word
            case Routed(tier):
                story.route = tier
            case NotUnderstood(reason):
                story.outcome = "nothing_said" if reason == NOTHING_SAID else "not_understood"
            case Speaking():
                self._speaking = story.turn
            case Spoken(_, complete) if complete:
                self._speaking = ""
            case Interrupted():
                story.outcome, story.barged_in = "interrupted", self._speaking == story.turn
            case Failed():
                story.outcome = "failed"
            case ModelUsed():
                story.models.append(event)
            case _:
                pass

"""Everything one may ask of the daemon besides speaking to it. Commands and speech enter the same inbox."""

from asyncio import Future
from collections.abc import Callable, Sequence
from typing import Literal

from msgspec import Struct

from voiced.core.announcing import Priority
from voiced.core.history import Source
from voiced.core.types import Clip, Timeline


class Answered(Struct, frozen=True, kw_only=True):
    """What became of a question in writing.

    Attributes:
        text: the answer, empty where there is nothing to say to it; None: it was not understood.
        turn: the turn's id.
        conversation: the id of the one in which both sides are kept; None: they are not, for now.
        tier: who answered: rules, assist, model; none for nobody.
        model: the language model that answered; None: another did.
        sources: what the answer rests on.
        latency_ms: from the question to the answer.
        timeline: its marks.
    """

    text: str | None
    turn: str = ""
    conversation: str | None = None
    tier: str = ""
    model: str | None = None
    sources: Sequence[Source] = ()
    latency_ms: float | None = None
    timeline: Timeline = Timeline()


class Ask(Struct, frozen=True, tag=True):
    """A question in writing.

    Attributes:
        text: the question.
        aloud: whether the answer is spoken as well.
        done: resolved with what became of it, if anybody waits for that.
        key: the id of the API key with which it was asked; None: without one.
        conversation: the id of the conversation that it belongs to, which is begun if there is none; None: the one that
            goes on where this box stands.
        memories: a language model is reminded of so many at most; None: of as many as are configured.
        piece: called with each piece of a language model's answer, as it is made.
    """

    text: str
    aloud: bool = True
    done: Future[Answered] | None = None
    key: str | None = None
    conversation: str | None = None
    memories: int | None = None
    piece: Callable[[str], None] | None = None


class Say(Struct, frozen=True, tag=True):
    """A text to be spoken as it is.

    Attributes:
        text: what to say.
        done: resolved when it has been said, if anybody waits for it.
        sound: played instead, where somebody else has spoken it.
    """

    text: str
    done: Future[str | None] | None = None
    sound: Clip | None = None


class Announce(Struct, frozen=True, tag=True):
    """A text to be spoken when its turn comes, after a chime.

    Attributes:
        text: what to say.
        priority: when its turn comes.
        done: resolved as soon as it waits: "held" where it may not disturb yet, else "queued".
    """

    text: str
    priority: Priority = "normal"
    done: Future[str | None] | None = None


RingState = Literal["begun", "heard", "unheard"]
"""How a ring does: it can be heard from now on; it was stopped, or heard to its end; it could not be heard."""


class Ring(Struct, frozen=True, tag=True):
    """Something is due: play a sound and say what it is, until somebody stops it or its time is over.

    Attributes:
        text: what to say.
        sound: played again and again with the text between; None: the text is said once.
        seconds: how long it rings.
        promises: the ids of what is due.
        told: called with how it does.
    """

    text: str
    sound: Clip | None
    seconds: float = 900.0
    promises: tuple[str, ...] = ()
    told: Callable[[RingState], None] = lambda _: None


class Hush(Struct, frozen=True, tag=True):
    """A promise is no longer due: its ring, if it has one, is silent and forgotten.

    Attributes:
        promise: its id.
    """

    promise: str


class Stop(Struct, frozen=True, tag=True):
    """Be quiet: end the turn in progress, and whatever rings."""

    by: str


AnyCommand = Ask | Say | Announce | Ring | Hush | Stop

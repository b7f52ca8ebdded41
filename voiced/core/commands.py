"""Everything one may ask of the daemon besides speaking to it. Commands and speech enter the same inbox."""

from asyncio import Future

from msgspec import Struct

from voiced.core.types import Clip


class Ask(Struct, frozen=True, tag=True):
    """A question in writing.

    Attributes:
        text: the question.
        aloud: whether the answer is spoken as well.
        done: resolved with the answer's text (None: not understood), if anybody waits for it.
    """

    text: str
    aloud: bool = True
    done: Future[str | None] | None = None


class Say(Struct, frozen=True, tag=True):
    """A text to be spoken as it is.

    Attributes:
        text: what to say.
        done: resolved when it has been said, if anybody waits for it.
    """

    text: str
    done: Future[str | None] | None = None


class Ring(Struct, frozen=True, tag=True):
    """Something is due: play a sound and say what it is, until somebody stops it.

    Attributes:
        text: what to say.
        sound: played again and again with the text between.
    """

    text: str
    sound: Clip


class Stop(Struct, frozen=True, tag=True):
    """Be quiet: end the turn in progress, and whatever rings."""

    by: str


AnyCommand = Ask | Say | Ring | Stop

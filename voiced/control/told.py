"""An error, as it is told over the socket."""

from msgspec import Struct

from voiced.core.errors import InputInvalid, VoicedError

INVALID = 400


class Problem(Struct, frozen=True):
    """What went wrong: a code for programs, a message for people, what to do, and HTTP's word for it."""

    code: str
    message: str
    hint: str
    status: int = 500


def error_of(problem: Problem) -> VoicedError:
    """The error itself: of its own class, where that has a code of its own."""
    kind = _kinds().get(problem.code, InputInvalid if problem.status == INVALID else VoicedError)
    return kind(problem.message, code=problem.code, hint=problem.hint)


def _kinds(kind: type[VoicedError] = VoicedError) -> dict[str, type[VoicedError]]:
    kinds = {kind.code: kind}
    for each in kind.__subclasses__():
        kinds |= _kinds(each)
    return kinds

"""An error, as it is told over HTTP."""

from http import HTTPStatus

from msgspec import Struct

from voiced.core.errors import InputInvalid, VoicedError

INVALID = 400
MEDIA_TYPE = "application/problem+json"


class Problem(Struct, frozen=True, kw_only=True):
    """What went wrong. Source of the form: RFC 9457, but for code and hint.

    Attributes:
        type: the code as a URI.
        title: HTTP's words for the status.
        status: HTTP's word for it.
        detail: what happened, for people.
        instance: the path that was asked for; empty where it is known anyway.
        code: the same for programs, such as not-found.
        hint: what to do about it.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str = ""
    code: str
    hint: str


def told(code: str, detail: str, hint: str, status: int) -> Problem:
    """A problem, from what is said of it."""
    title = HTTPStatus(status).phrase
    return Problem(type=f"urn:voiced:problem:{code}", title=title, status=status, detail=detail, code=code, hint=hint)


def error_of(problem: Problem) -> VoicedError:
    """The error itself: of its own class, where that has a code of its own."""
    kind = _kinds().get(problem.code, InputInvalid if problem.status == INVALID else VoicedError)
    return kind(problem.detail, code=problem.code, hint=problem.hint)


def _kinds(kind: type[VoicedError] = VoicedError) -> dict[str, type[VoicedError]]:
    kinds = {kind.code: kind}
    for each in kind.__subclasses__():
        kinds |= _kinds(each)
    return kinds

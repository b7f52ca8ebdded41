"""What is found where: frozen values."""

from typing import Literal

from msgspec import Struct

from voiced.core.history import Privacy, Source

Withheld = Literal["", "too private", "nothing is enabled"]


class Result(Struct, frozen=True):
    """Something that was found: data, whatever it says.

    Attributes:
        text: what it says, as plain text, cut down to what can be listened to.
        source: where it is.
        provider: who found it.
        privacy: how private it is.
    """

    text: str
    source: Source
    provider: str
    privacy: Privacy = "public"


class Findings(Struct, frozen=True):
    """What a search brought.

    Attributes:
        results: the best first.
        failed: providers that gave none, with the reason.
        withheld: why the web was not asked; empty if it was, or was not to be.
    """

    results: list[Result]
    failed: dict[str, str]
    withheld: Withheld = ""

"""What unlocks everything that is kept, and where it comes from."""

from typing import Literal

from msgspec import Struct

Source = Literal["credential", "keyfile", "passphrase"]


class Secret(Struct, frozen=True):
    """A secret of the owner's; it never shows itself.

    Attributes:
        source: where it comes from; a passphrase is short, and is stretched.
        value: the secret itself.
    """

    source: Source
    value: bytes

    def __repr__(self) -> str:
        return f"Secret({self.source})"

"""What is known of the encryption of everything that is kept."""

from typing import Literal

from msgspec import Struct

from voiced.core.secret import Source


class KeyInfo(Struct, frozen=True):
    """A data key, as it lies wrapped in the key file.

    Attributes:
        id: its name.
        made_at: when it was made, in seconds since 1970 (UTC).
        by: which kind of secret opens it.
    """

    id: str
    made_at: float
    by: Source


class Encryption(Struct, frozen=True):
    """How things stand.

    Attributes:
        file: what the database is.
        keys: those in the key file; more than one while a rotation is not finished.
        locked: how many backups are encrypted.
        plain: the files that are not, though a key file is there; also what a process that was killed has left.
    """

    file: Literal["empty", "plain", "locked", "unknown"]
    keys: list[KeyInfo]
    locked: int
    plain: list[str]

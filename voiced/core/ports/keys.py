"""API keys, as they are looked after, and as the door asks about them."""

from typing import Protocol

from voiced.core.keys import Allowance, Key, MadeKey, NewKey


class Keys(Protocol):
    """Where keys are kept. Every method raises `StoreFailed` where the file cannot be used."""

    async def all(self) -> list[Key]:
        """All of them, also those that are revoked or over, the oldest first."""
        ...

    async def add(self, new: NewKey) -> MadeKey:
        """Makes a key, which nobody can tell again.

        Raises:
            InputInvalid: it cannot be kept as it is, or is over already.
        """
        ...

    async def revoke(self, key: str) -> None:
        """Takes a key back for ever, from now on; one that is revoked stays so.

        Raises:
            NotFound: there is no such key.
        """
        ...


class Keyring(Keys, Protocol):
    """The same, for those who let people in."""

    async def proven(self, token: str) -> Key:
        """The key that somebody shows; it has then been used.

        Raises:
            KeyRefused: it is none, was revoked, or is over.
        """
        ...

    def take(self, key: Key) -> bool:
        """Counts a request with a key that was proven, if there is one left of its day; tells whether there was."""
        ...

    def today(self, key: Key) -> Allowance | None:
        """What is left of its day; None: it may ask as often as it likes."""
        ...

"""Looking after the file in which everything is kept: check it, back it up, move it."""

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol

from msgspec import Struct

from voiced.core.forgetting import Forget, Forgotten

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much, in any unit. Called in the event loop."""
Form = Literal["jsonl", "markdown"]
"""How a conversation is written: as JSON Lines, with all that is known of it, or as Markdown, to be read."""


class Checked(Struct, frozen=True):
    """What a full check found.

    Attributes:
        version: the schema's.
        bytes: the file's size, with what is still in its log.
        rows: table to count.
        problems: what is wrong, in words; empty if it is good.
        salvaged: where damaged originals were put by, the newest first.
    """

    version: int
    bytes: int
    rows: dict[str, int]
    problems: list[str]
    salvaged: list[str]


class Backup(Struct, frozen=True):
    """A whole copy of the file.

    Attributes:
        path: where it is.
        at: when it was made, in seconds since 1970 (UTC).
        bytes: its size.
    """

    path: str
    at: float
    bytes: int


class Imported(Struct, frozen=True):
    """What an archive brought.

    Attributes:
        conversations: new ones.
        messages: new ones.
        promises: new ones.
        known: how many of all of them were there already.
        memories: new ones.
        entries: of lists, new ones.
    """

    conversations: int
    messages: int
    promises: int
    known: int
    memories: int = 0
    entries: int = 0


class Upkeep(Protocol):
    """Keeps the file in order. Every method raises `StoreFailed` where the file or the disk cannot be used.

    One thing is done at a time; all work on the file goes on meanwhile. What is cancelled leaves nothing half done.
    """

    async def check(self, progress: Progress) -> Checked:
        """Checks every page, index and count."""
        ...

    async def backup(self, progress: Progress) -> Backup:
        """Copies the file as it is now, and removes the oldest copies beyond `store.backups`."""
        ...

    async def backups(self) -> Sequence[Backup]:
        """The copies there are, the newest first."""
        ...

    async def fetch(self, backup: Backup, target: Path, progress: Progress) -> None:
        """Copies one of the backups to another place.

        Raises:
            NotFound: it is no longer there.
        """
        ...

    async def restore(self, source: Path, progress: Progress) -> Backup:
        """Puts a copy in the place of everything; all or nothing.

        Returns:
            The backup of what was there before.

        Raises:
            InputInvalid: the source is no whole file of ours.
            StoreNewer: it was written by a newer version.
        """
        ...

    async def export(
        self,
        target: Path,
        progress: Progress,
        conversations: Sequence[str] | None = None,
        passphrase: bytes | None = None,
    ) -> None:
        """Writes an archive of everything, or of some conversations: JSON Lines and Markdown in a ZIP file.

        Args:
            target: the file, which is not there yet.
            progress: told how far it is.
            conversations: their ids; None for everything.
            passphrase: seals the archive; None: anybody can read it.

        Raises:
            InputInvalid: the target is there already, or its folder is not.
            NotFound: there is no such conversation.
        """
        ...

    def conversation(self, conversation: str, form: Form) -> AsyncIterator[bytes]:
        """Gives one conversation as it is now, in pieces.

        Raises:
            NotFound: there is no such conversation.
        """
        ...

    async def forget(self, what: Forget, progress: Progress) -> Forgotten:
        """Removes what is to be forgotten for ever: no byte of it is left, in the file or beside it.

        Backups made before hold it still: they are removed, and a new one is made. Caches are emptied. What fails or is
        cut short after the rows are gone is finished by the next one, or by the daemon.

        Raises:
            InputInvalid: it says nothing, or two things at once.
            NotFound: there is no such conversation.
        """
        ...

    async def take_in(self, source: Path, progress: Progress, passphrase: bytes | None = None) -> Imported:
        """Takes in an archive, or one conversation as JSON Lines. What is known already stays as it is.

        Args:
            source: the file.
            progress: told how far it is.
            passphrase: what the archive was sealed with, if it was.

        Raises:
            InputInvalid: the source is neither, or a damaged one, or has another passphrase; nothing of it is taken in.
        """
        ...

"""The daemon, as those who steer and watch it see it."""

from pathlib import Path
from typing import Protocol

from voiced.core.bus import Bus
from voiced.core.ports.conversations import Conversations
from voiced.core.ports.knowledge import Knowledge
from voiced.core.ports.promises import Promises
from voiced.core.ports.upkeep import Upkeep
from voiced.core.status import Status


class Agent(Protocol):
    """What one may ask of the daemon from outside. Belongs to the event loop."""

    bus: Bus

    @property
    def conversations(self) -> Conversations:
        """All talk."""
        ...

    @property
    def promises(self) -> Promises:
        """Timers, alarms and reminders."""
        ...

    @property
    def knowledge(self) -> Knowledge:
        """What is remembered."""
        ...

    @property
    def upkeep(self) -> Upkeep:
        """The file in which all of it is kept."""
        ...

    @property
    def folder(self) -> Path:
        """The folder of that file, with room for temporary files."""
        ...

    def status(self) -> Status:
        """Tells everything about itself."""
        ...

    async def ask(self, text: str, *, aloud: bool) -> str | None:
        """Answers a question in writing, after the turn in progress.

        Returns:
            The answer, empty where there is nothing to say to it; None where it was not understood.

        Raises:
            VoicedError: it failed, or was stopped.
        """
        ...

    async def say(self, text: str) -> None:
        """Speaks a text, after the turn in progress.

        Raises:
            VoicedError: it failed, or was stopped.
        """
        ...

    async def stop(self, by: str) -> None:
        """Is quiet: ends the turn in progress and whatever rings."""
        ...

    def listen(self) -> None:
        """Listens now, as after the wake word.

        Raises:
            AudioFailed: there is nothing to listen with.
        """
        ...

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 (it is the value set)
        """Closes the microphone, or opens it again."""
        ...

    def set_volume(self, percent: int) -> None:
        """Sets how loud everything is, 0 to 100."""
        ...

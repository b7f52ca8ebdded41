"""The daemon, as those who steer and watch it see it."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from voiced.core.announcing import Announced, DoNotDisturb, Priority
from voiced.core.attention import Attention
from voiced.core.bus import Bus
from voiced.core.commands import Answered
from voiced.core.history import Privacy
from voiced.core.ports.answers import AnswerCache
from voiced.core.ports.audit import Audit
from voiced.core.ports.conversations import Conversations
from voiced.core.ports.home import Home
from voiced.core.ports.inference import Inference
from voiced.core.ports.keys import Keyring
from voiced.core.ports.knowledge import Knowledge
from voiced.core.ports.lists import Lists
from voiced.core.ports.promises import Promises
from voiced.core.ports.search import Search
from voiced.core.ports.upkeep import Upkeep
from voiced.core.ports.usage import Usage
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
    def lists(self) -> Lists:
        """What is to be bought, done or packed."""
        ...

    @property
    def search(self) -> Search:
        """Who looks things up."""
        ...

    @property
    def home(self) -> Home:
        """Devices, and what is known of them."""
        ...

    @property
    def upkeep(self) -> Upkeep:
        """The file in which all of it is kept."""
        ...

    @property
    def keys(self) -> Keyring:
        """API keys."""
        ...

    @property
    def audit(self) -> Audit:
        """Who did what."""
        ...

    @property
    def usage(self) -> Usage:
        """What turns take."""
        ...

    @property
    def answers(self) -> AnswerCache:
        """Answers that are kept for a while."""
        ...

    @property
    def inference(self) -> Inference:
        """The engines, each for itself."""
        ...

    @property
    def folder(self) -> Path:
        """The folder of that file, with room for temporary files."""
        ...

    def status(self) -> Status:
        """Tells everything about itself."""
        ...

    async def ask(
        self,
        text: str,
        *,
        aloud: bool,
        key: str | None = None,
        conversation: str | None = None,
        memories: int | None = None,
        piece: Callable[[str], None] | None = None,
    ) -> Answered:
        """Answers a question in writing, after the turn in progress. Of all arguments see `Ask`.

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

    async def announce(self, text: str, priority: Priority) -> Announced:
        """Speaks a text after a chime when its turn comes; returns at once.

        Raises:
            VoicedError: too much waits already.
        """
        ...

    def do_not_disturb(self) -> DoNotDisturb:
        """Whether announcements wait."""
        ...

    async def set_do_not_disturb(self, until: float | None) -> DoNotDisturb:
        """Lets announcements wait until a moment, or no longer: what waits is then spoken. It outlives a restart.

        Args:
            until: in seconds since 1970 (UTC); infinity: until somebody says otherwise; None: no longer. Quiet hours of
                the configuration are not changed by it.

        Raises:
            StoreFailed: it cannot be kept; nothing has changed.
        """
        ...

    async def stop(self, by: str) -> None:
        """Is quiet: ends the turn in progress and whatever rings."""
        ...

    def privacy_of(self, text: str) -> Privacy:
        """How private a text is."""
        ...

    def at(self) -> float:
        """Seconds of audio time, for events."""
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

    def restart_audio(self) -> None:
        """Ends the audio process, which comes back at once and finds the devices anew; what plays ends with it."""
        ...

    def set_attention(
        self, *, wake_word: bool | None = None, follow_up: bool | None = None, sensitivity: int | None = None
    ) -> Attention:
        """Sets what it attends to by itself (see `Attention`), and tells it; None: as it is.

        Raises:
            ConfigInvalid: it is configured never to listen for an answer.
        """
        ...

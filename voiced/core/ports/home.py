"""The home: what is in it, what it does, and what it can be asked."""

from collections.abc import Sequence
from typing import Protocol

from voiced.core.home import Action, Entity, Receipt


class Home(Protocol):
    """Devices and what is known of them. Whoever asks never waits for the network, whoever acts until a deadline."""

    def entities(self) -> Sequence[Entity]:
        """All that is there now, as it was observed last."""
        ...

    async def act(self, actions: Sequence[Action]) -> Sequence[Receipt]:
        """Does things, all at once, and waits until each was observed, or its time is over.

        Returns:
            A receipt for each action, in their order. Nothing is raised: what went wrong is in them.
        """
        ...


class Assist(Protocol):
    """Somebody else who understands sentences about the home, such as Home Assistant's own Assist."""

    async def ask(self, text: str, conversation: str | None = None) -> str | None:
        """Asks in the user's words; it may act.

        Args:
            text: the sentence.
            conversation: which talk it belongs to, so that "there" is understood.

        Returns:
            The answer; None if the sentence was not understood: nothing was done then.

        Raises:
            HomeUnreachable, HomeFailed: there is no answer.
        """
        ...

"""The machine that voiced runs on, its models and its settings."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from voiced.core.machine import Choice, Hardware, Setting
from voiced.core.models import Listed, ModelSet, Pulled, Tell, Verified
from voiced.core.privacy import Verdict


class Machine(Protocol):
    """What one may ask of it from outside. Whoever is cancelled leaves nothing half done."""

    async def hardware(self) -> Hardware:
        """Tells what it is."""
        ...

    async def profile(self) -> Choice | None:
        """Tells what suits it; None: the embedded engines."""
        ...

    async def models(self) -> Sequence[Listed]:
        """Lists all models that are here, or can be brought.

        Raises:
            VoicedError: nobody knows.
        """
        ...

    async def pull(self, model: str, tell: Tell) -> Pulled:
        """Brings a model; what is cut short goes on from there the next time.

        Args:
            model: its name.
            tell: told how far it is, in the event loop.

        Raises:
            ModelMissing: there is no such model.
            VoicedError: it does not come, or is not sound, or cannot be kept.
        """
        ...

    async def verify(self, models: Sequence[str], tell: Tell) -> list[Verified]:
        """Looks at every byte of models; of all that are here, if none is named.

        Raises:
            ModelMissing: one of them is not here.
            VoicedError: somebody changes them right now.
        """
        ...

    async def use(self, model: str) -> ModelSet:
        """Puts a model to use with the next start.

        Raises:
            ModelMissing: it is not here.
            VoicedError: it is not sound, or the settings cannot be written.
        """
        ...

    async def settings(self) -> Mapping[str, Setting]:
        """All settings as they hold, by dotted key; no secrets."""
        ...

    async def judge(self, text: str) -> Verdict:
        """Tells how private a text is, and what may be done with it."""
        ...

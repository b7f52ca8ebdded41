"""Finding what belongs to a question among all that is remembered."""

from typing import Protocol

from voiced.core.memories import Recalled, Scope


class Recall(Protocol):
    """What somebody who answers remembers."""

    async def recall(self, question: str, scope: Scope | None = None) -> list[Recalled]:
        """The few memories that belong to a question, the best first, cut down to what is to be quoted of them.

        Each is as private as it was kept, or as what is quoted of it where that is more.

        It takes no longer than `memory.deadline_s`, and never fails: what cannot be found in time is left out.

        Args:
            question: in the user's words.
            scope: only these; None: all.
        """
        ...

    async def find(self, topic: str, scope: Scope, *, mine: bool) -> list[Recalled]:
        """The same for somebody who asks for nothing else, and rather waits than misses something.

        Args:
            topic: in the user's words.
            scope: only these.
            mine: nothing that voiced said itself.

        Raises:
            StoreFailed: nobody knows what there is.
        """
        ...

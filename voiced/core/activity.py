"""Who computes right now. A replayed file steps on only while nobody does: its decisions do not hang on speed."""

import asyncio


class Activity:
    """Keeps those who compute, rather than wait for sound to come or to be played. Belongs to the event loop."""

    def __init__(self) -> None:
        self._computing: set[str] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()

    def computing(self, who: str) -> None:
        """Somebody computes from now on."""
        self._computing.add(who)
        self._quiet.clear()

    def waiting(self, who: str) -> None:
        """Somebody waits for sound from now on, or is done."""
        self._computing.discard(who)
        if not self._computing:
            self._quiet.set()

    async def quiet(self) -> None:
        """Waits until nobody computes."""
        while self._computing:
            await self._quiet.wait()

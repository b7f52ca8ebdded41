"""The box that voiced runs on, its models and its settings, as the daemon tells of them. Implements `Machine`."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from voiced.core.config import Config
from voiced.core.errors import ConfigInvalid
from voiced.core.machine import Choice, Hardware, Setting
from voiced.core.models import Listed, ModelSet, Pulled, Step, Tell, Verified
from voiced.core.privacy import Classified, Verdict, judged
from voiced.setup.catalogue import catalogue, find
from voiced.setup.hardware import look
from voiced.setup.modellist import listed
from voiced.setup.places import profiles_folder, state_folder
from voiced.setup.profiles import choose, profiles
from voiced.setup.pull import pull
from voiced.setup.settings import Settings, config_file, flat, load, open_text
from voiced.setup.use import put_to_use
from voiced.setup.verify import verify

T = TypeVar("T")


class OwnMachine:
    """What voiced itself runs on. Every method: see `Machine`.

    Args:
        held: the configuration that holds.
        classify: tells how private a text is.
        file: the configuration file that was named, if one was.
        flags: settings of the command line.
    """

    def __init__(
        self, held: Callable[[], Config], classify: Callable[[str], Classified], file: Path | None, flags: Sequence[str]
    ) -> None:
        self._held, self._classify = held, classify
        self._file, self._flags = file, flags

    async def hardware(self) -> Hardware:
        """See `Machine`."""
        return await asyncio.to_thread(look, folder=state_folder(self._held()))

    async def profile(self) -> Choice | None:
        """See `Machine`."""
        return choose(await self.hardware(), await asyncio.to_thread(profiles, profiles_folder()))

    async def models(self) -> Sequence[Listed]:
        """See `Machine`."""
        return await asyncio.to_thread(lambda: listed(self._read().config, self._file))

    async def pull(self, model: str, tell: Tell) -> Pulled:
        """See `Machine`."""
        entry = await asyncio.to_thread(lambda: find(catalogue(self._file), model))
        return await _beside(lambda told: pull(self._held(), entry, told), tell)

    async def verify(self, models: Sequence[str], tell: Tell) -> list[Verified]:
        """See `Machine`."""
        return await _beside(lambda told: list(verify(self._held(), models, told)), tell)

    async def use(self, model: str) -> ModelSet:
        """See `Machine`."""
        return await asyncio.to_thread(put_to_use, self._read, self._file or config_file(), model)

    async def settings(self) -> dict[str, Setting]:
        """See `Machine`."""
        held = flat(self._held())
        try:
            read = await asyncio.to_thread(self._read)
        except ConfigInvalid:  # Whoever edits it is not done yet.
            return {key: Setting(open_text(value)) for key, value in held.items()}
        now = flat(read.config)
        return {
            key: Setting(open_text(value), read.origins.get(key, "default") if now.get(key) == value else None)
            for key, value in held.items()
        }

    async def judge(self, text: str) -> Verdict:
        """See `Machine`."""
        found = await asyncio.to_thread(self._classify, text)
        return judged(text, found, self._held().privacy)

    def _read(self) -> Settings:
        """The settings as they stand in their files now."""
        return load(self._file, self._flags)


class _Unwanted(Exception):
    """Nobody waits for it any more."""


async def _beside(work: Callable[[Tell], T], tell: Tell) -> T:
    """Runs work in a thread of its own. When it is cancelled, the work ends at its next step, and this after it."""
    loop, unwanted = asyncio.get_running_loop(), threading.Event()

    def told(step: Step) -> None:
        if unwanted.is_set():
            raise _Unwanted
        loop.call_soon_threadsafe(tell, step)

    task: Awaitable[T] = asyncio.ensure_future(asyncio.to_thread(work, told))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        unwanted.set()
        with suppress(_Unwanted):
            await task
        raise

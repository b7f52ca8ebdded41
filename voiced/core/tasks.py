"""Background tasks whose failure nobody would notice."""

import asyncio
import logging
from collections.abc import Collection, Coroutine
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")
AGAIN_S = 1.0
EX_SOFTWARE = 70
"""The exit code for a fault of ours (sysexits.h)."""


async def shielded(work: Coroutine[Any, Any, T]) -> T:
    """Waits for work that goes on to its end though whoever waits for it is cancelled."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(_note)
        raise


async def ended(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancels tasks, and waits until they have ended, however they end.

    Python 3.11's `asyncio.wait_for`, which libraries use, may swallow a cancellation: so it is said again.
    """
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=AGAIN_S)
    await asyncio.gather(*tasks, return_exceptions=True)


async def together(*works: Coroutine[Any, Any, None]) -> None:
    """Works side by side until one of them ends, or fails, which is raised; the others are ended then.

    It is no task group: before Python 3.13, one that fails while it is cancelled forgets that it was cancelled.
    """
    tasks = {asyncio.create_task(work) for work in works}
    try:
        for task in (await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED))[0]:
            task.result()
    finally:
        await ended(tasks)


def _note(task: asyncio.Future[Any]) -> None:
    """What became of work that nobody waits for any more."""
    if not task.cancelled() and (error := task.exception()):
        log.warning("nobody waits for it any more, and it failed: %s", error)


def vital(task: asyncio.Task[Any]) -> None:
    """Ends the process if a task ends in an unexpected error: without it the daemon would be deaf, or mute."""
    task.add_done_callback(_end)


def _end(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("%s failed: this is a fault of voiced", task.get_name(), exc_info=error)
        raise SystemExit(EX_SOFTWARE)


def first(group: BaseExceptionGroup) -> BaseException:
    """The first failure in a group: tasks that run side by side end together, and that is what ended them."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error

"""Long work over HTTP: a line of JSON now and then that tells how far it is, and a last one that tells how it ended."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Protocol

import msgspec
from litestar.response import Stream
from litestar.status_codes import HTTP_200_OK

from voiced.control.gate import end
from voiced.control.problems import problem
from voiced.control.requests import AnyRequest

log = logging.getLogger(__name__)

PULSE_S = 0.2
"""From one line to the next. There is one also while nothing changes: a daemon that hangs sends none."""


class Report(Protocol):
    """Told how much is done, and of how much, in any unit; and of what, where that is several things."""

    def __call__(self, done: int, total: int, doing: str = "") -> None:
        """Takes it in."""
        ...


_working: set[asyncio.Task[object]] = set()
"""The event loop itself would let go of what nobody waits for any more."""


def working(request: AnyRequest, name: str, work: Callable[[Report], Awaitable[object]]) -> Stream:
    """Begins work, and answers with its progress. It is cancelled when the client goes away.

    Args:
        request: which asks for it.
        name: what it is, for the log.
        work: told where to report; what it gives back is the last line.
    """
    so_far: dict[str, object] = {"done": 0, "total": 0}

    def report(done: int, total: int, doing: str = "") -> None:
        nonlocal so_far
        so_far = {"done": done, "total": total, **({"doing": doing} if doing else {})}

    async def run() -> object:
        return await work(report)

    async def lines() -> AsyncGenerator[bytes]:
        end(request, "cut short")
        try:
            while not task.done():
                yield _line(so_far)
                await asyncio.wait([task], timeout=PULSE_S)
            failure = problem(error, name) if (error := task.exception()) else None
            end(request, str(failure.status if failure else HTTP_200_OK))
            yield _line({"problem": failure} if failure else {"result": task.result()})
        finally:
            # After its first step: work that never began could not clear up after itself.
            asyncio.get_running_loop().call_soon(task.cancel)

    task = asyncio.create_task(run(), name=name)
    _working.add(task)
    task.add_done_callback(_over)
    return Stream(lines(), media_type="application/jsonl")


def _over(task: asyncio.Task[object]) -> None:
    _working.discard(task)
    if not task.cancelled() and (error := task.exception()):
        log.info("%s failed: %s", task.get_name(), error)


def _line(value: object) -> bytes:
    return msgspec.json.encode(value) + b"\n"

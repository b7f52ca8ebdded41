"""Children that fail in every way, for tests."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from voiced.core.errors import VoicedError
from voiced.engines.child import Child


@asynccontextmanager
async def running(**options: Any) -> AsyncIterator[Child]:
    child = Child("victim", "victim:Victim", **options)
    await child.start()
    try:
        yield child
    finally:
        await child.close()


async def echo(child: Child) -> None:
    async with child.exchange(20) as exchange:
        await exchange.send("echo", {"text": "hello"}, b"sound")
        answer = await exchange.receive()
    assert (answer.type, answer.data, answer.payload) == ("echo", {"text": "hello"}, b"sound")


async def fault(child: Child, kind: str, deadline_s: float) -> VoicedError:
    async with child.exchange(deadline_s) as exchange:
        await exchange.send(kind)
        with pytest.raises(VoicedError) as caught:
            await exchange.receive()
    return caught.value


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Runs a test, and looks for what it left behind."""
    before = _descriptors()
    asyncio.run(main())
    assert _descriptors() == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def _descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def title(pid: int | None) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode().rstrip("\0")


def alive(pid: int) -> bool:
    """Nobody reaps an orphan inside some containers: a zombie is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False

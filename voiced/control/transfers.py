"""Files on their way through the socket: the daemon cannot see those of its users, nor they its own."""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.response import Stream

from voiced.control.requests import AnyRequest
from voiced.core.disk import TRANSFERS, leave_room, on_disk, shred
from voiced.core.ids import new_id
from voiced.core.tasks import shielded

LARGEST_FILE = 16 * 1024**3
"""Bytes: far more than a house can say."""
CHUNK = 1024 * 1024


class Transfers:
    """Where files lie while they come in, or before they go out.

    Args:
        folder: it is made in there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / TRANSFERS
        self._mine = new_id()

    def clean(self) -> None:
        """Overwrites and removes what a crash has left. Blocks."""
        with suppress(OSError):
            for path in self._folder.iterdir():
                if not path.name.startswith(self._mine):
                    shred(path)

    async def receive(self, request: AnyRequest) -> Path:
        """Takes in the body of a request as a file, which is the caller's to remove.

        Raises:
            StoreFull: there is no room to spare.
            StoreBroken: the disk does not take it.
        """
        length = int(request.headers.get("content-length", 0))
        if length > LARGEST_FILE:
            raise RequestEntityTooLarge
        path = self._place()
        leave_room(self._folder, length)
        try:
            with on_disk(), path.open("wb") as file:
                waiting = bytearray()
                async for chunk in request.stream():
                    waiting += chunk
                    if len(waiting) >= CHUNK:
                        leave_room(self._folder, len(waiting))
                        await asyncio.to_thread(file.write, waiting)
                        waiting = bytearray()
                await asyncio.to_thread(file.write, waiting)
        except BaseException:
            await remove(path)
            raise
        return path

    async def send(self, make: Callable[[Path], Awaitable[object]]) -> Stream:
        """Answers with a file that is made for it.

        Args:
            make: writes the file.
        """
        path = self._place()
        try:
            await make(path)
            return sent(path)
        finally:
            await remove(path)  # Who has it open still reads it.

    def _place(self) -> Path:
        with on_disk():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._folder / f"{self._mine}-{new_id()}"


async def remove(path: Path) -> None:
    """Removes a file, which may be large; also where whoever asks is being cancelled."""
    await shielded(asyncio.to_thread(path.unlink, missing_ok=True))


def sent(path: Path) -> Stream:
    """Answers with a file.

    Raises:
        StoreBroken: it cannot be read.
    """
    with on_disk():
        file = path.open("rb")
    size = str(os.fstat(file.fileno()).st_size)
    return Stream(_chunks(file), media_type="application/octet-stream", headers={"content-length": size})


async def _chunks(file: BinaryIO) -> AsyncGenerator[bytes]:
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
    finally:
        # The room of a large file that is removed is given back just then.
        await shielded(asyncio.to_thread(file.close))

"""Recordings that somebody else sends. What has to be decoded is, in a process that ends with it.

libsndfile 1.2.2 forgets some memory with each damaged file, 3.6 KB of Ogg Vorbis and 0.2 KB of FLAC; and a hole in
one of its decoders is none in the daemon. WAV files need no decoder, and do not wait for a process.
"""

import asyncio
import io
import os
import resource
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process

import msgspec
from msgspec import Struct

from voiced.core.errors import InputInvalid
from voiced.engines import files

DEADLINE_S = 30
"""A minute of sound is decoded in far less, on the smallest box."""
PROCESSES = 2
"""Each takes 40 MB: many clients are not to fill a small box with them."""
MEMORY = 1 << 30
"""Bytes of address space of a process that decodes: a damaged file may announce anything."""
ALONE = {"OPENBLAS_NUM_THREADS": "1"}
"""Threads for each of many cores would take all that address space."""
REFUSED = 65
"""Its exit code for a file that cannot be used (sysexits.h)."""


class _Refusal(Struct, frozen=True):
    message: str
    code: str
    hint: str


def needs_no_decoder(recording: bytes) -> bool:
    """Whether it is a WAV file."""
    return recording[:4] == b"RIFF" and recording[8:12] == b"WAVE"


class Decoder:
    """Decodes what is sent. However many ask at once, no more than `PROCESSES` run."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(PROCESSES)

    async def decoded(self, recording: bytes, name: str, longest_s: float) -> bytes:
        """A recording as 16 kHz mono.

        Args:
            recording: a file of any kind that libsndfile knows.
            name: what it is called, for people.
            longest_s: one of more seconds is refused before it is decoded.

        Returns:
            s16le samples.

        Raises:
            InputInvalid: see `files.read`; or it cannot be decoded in time.
        """
        if needs_no_decoder(recording):
            return await asyncio.to_thread(files.decoded, io.BytesIO(recording), name, longest_s)
        async with self._free:
            return await _apart(recording, name, longest_s)


async def _apart(recording: bytes, name: str, longest_s: float) -> bytes:
    command = [sys.executable, "-m", __spec__.name, name, str(longest_s)]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={**os.environ, **ALONE}
    )
    try:
        async with asyncio.timeout(DEADLINE_S):
            told, _ = await process.communicate(recording)
    except TimeoutError:
        raise _broken(name, f"it took more than {DEADLINE_S} s") from None
    finally:
        await _ended(process)
    if process.returncode == REFUSED:
        refusal = msgspec.json.decode(told, type=_Refusal)
        raise InputInvalid(refusal.message, code=refusal.code, hint=refusal.hint)
    if process.returncode:
        raise _broken(name, "its decoder broke down")
    return told


async def _ended(process: Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()


def _broken(name: str, why: str) -> InputInvalid:
    return InputInvalid(f"{name} cannot be decoded: {why}", code="file-unreadable", hint="Convert it to WAV.")


def main() -> int:
    """Decodes what comes on stdin, onto stdout; returns the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    _, name, longest_s = sys.argv
    try:
        sys.stdout.buffer.write(files.decoded(io.BytesIO(sys.stdin.buffer.read()), name, float(longest_s)))
    except InputInvalid as error:
        sys.stdout.buffer.write(msgspec.json.encode(_Refusal(error.message, error.code, error.hint)))
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A model's file, looked at: every byte (its digest), and its structure in a process that may be lost."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from voiced.core.errors import ModelBroken, VoicedError
from voiced.core.models import Step, Tell
from voiced.setup.models import ENGINES

Progress = Callable[[int, int], None]
"""Told how many bytes are done, and of how many."""
PIECE = 1024 * 1024
SECONDS = 60.0
"""To look at the tables of a file takes no longer, even from a slow memory card."""


class _Told(Struct):
    code: str
    message: str
    hint: str


def meter(tell: Tell, model: str, file: str, doing: str) -> Progress:
    """Tells once a percent how far something is with a file."""
    told = -1

    def progress(done: int, total: int) -> None:
        nonlocal told
        percent = done * 100 // max(total, 1)
        if percent != told:
            told = percent
            tell(Step(model, file, doing, done, total))

    return progress


def digest(path: Path, progress: Progress) -> str:
    """The SHA-256 of a file, hexadecimal.

    Raises:
        ModelBroken: it cannot be read.
    """
    hashed, done = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            while piece := file.read(PIECE):
                hashed.update(piece)
                done += len(piece)
                progress(done, size)
    except OSError as error:
        raise ModelBroken(f"{path} cannot be read: {error}", hint="Check its permissions, and the disk.") from error
    return hashed.hexdigest()


def structure(engine: str, path: Path) -> None:
    """Makes sure that a file is a sound one of the kind that an engine loads.

    Raises:
        ModelBroken: it is not.
        VoicedError: it could not be looked at.
    """
    command = [sys.executable, "-m", "voiced.engines.check", ENGINES[engine].kind, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 (our own module)
    except subprocess.TimeoutExpired as error:
        raise ModelBroken(f"{path}: its tables could not be read in {SECONDS:.0f} s") from error
    if done.returncode < 0:
        raise ModelBroken(f"{path} ended the program that looked at it (signal {-done.returncode})")
    if done.returncode:
        try:
            told = msgspec.json.decode(done.stdout, type=_Told)
        except msgspec.DecodeError as error:
            last = (done.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
            raise VoicedError(f"{path} could not be looked at: {last}") from error
        raise ModelBroken(told.message, code=told.code, hint=told.hint)

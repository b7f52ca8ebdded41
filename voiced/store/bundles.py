"""Recorded turns as files: a ZIP archive each, with what is known of it, its events, and its sound."""

import io
import logging
import os
import re
import struct
import wave
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from voiced.core.bundles import Bundle, Recorded
from voiced.core.disk import put, shred
from voiced.core.errors import InputInvalid, NotFound
from voiced.core.types import RATE, SAMPLE_BYTES

log = logging.getLogger(__name__)

ABOUT, EVENTS, SOUND = "turn.json", "events.json", "heard.wav"
LARGEST = 16 * 1024 * 1024
"""Bytes of a part, unpacked: half a minute of sound takes one."""
_TURN = re.compile(r"[\w-]{1,64}", re.ASCII)
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, wave.Error, msgspec.DecodeError),
    *(KeyError, ValueError, EOFError, NotImplementedError, RuntimeError),
)
"""What reading a damaged archive raises: zipfile has many ways to say it."""
_bundle = msgspec.json.Decoder(Bundle)
_events = msgspec.json.Decoder(list[dict[str, Any]])


class Kept(Struct, frozen=True):
    """A recorded turn in the folder: what is known of it, and bytes of its file."""

    bundle: Bundle
    size: int


class Bundles:
    """A folder of recorded turns, for its owner alone.

    Args:
        folder: made where there is none.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, recorded: Recorded, sound: bytes) -> Path:
        """Writes one: whole, or not at all; returns its file.

        Args:
            recorded: all but its sound.
            sound: s16le, 16 kHz, mono; nothing: there is none.

        Raises:
            OSError: the disk does not take it.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(ABOUT, msgspec.json.encode(recorded.bundle))
            archive.writestr(EVENTS, msgspec.json.encode(recorded.events))
            if sound:
                archive.writestr(SOUND, _wav(sound))
        path = self._folder / f"{recorded.bundle.turn}.zip"
        put(path, packed.getvalue())
        return path

    def all(self) -> list[Kept]:
        """All of them, the newest first; what is none is left out."""
        return sorted(self._all(), key=lambda each: each.bundle.at, reverse=True)

    def files(self) -> list[Path]:
        """Their files, also what is none any more."""
        return list(self._folder.glob("*.zip"))

    def find(self, turn: str) -> Path:
        """The file of a turn.

        Args:
            turn: its id, or the beginning of it.

        Raises:
            NotFound: there is none, or more than one.
        """
        hint = "`voiced recordings list` lists them; `[recorder]` in the configuration turns them on."
        if not _TURN.fullmatch(turn):
            raise NotFound(f"{turn!r} is no turn's id", hint=hint)
        found = sorted(self._folder.glob(f"{turn}*.zip"))
        exact = [path for path in found if path.stem == turn]
        if len(exact or found) != 1:
            raise NotFound(
                f"there is no recording of a turn {turn}" if not found else f"{turn} is not clear", hint=hint
            )
        return (exact or found)[0]

    def remove(self, path: Path) -> None:
        """Overwrites one and removes it."""
        shred(path)

    def expire(self, before: float, most: int) -> int:
        """Removes what is too old, and the oldest of too much.

        Args:
            before: in seconds since 1970 (UTC): what was written earlier goes, also what cannot be read any more.
            most: bytes that stay at most.

        Returns:
            How many were removed.
        """
        size = gone = 0
        for path, about in sorted(self._stats(), key=lambda each: each[1].st_mtime, reverse=True):
            size += about.st_size
            if about.st_mtime < before or size > most:
                self.remove(path)
                gone += 1
        return gone

    def _stats(self) -> Iterator[tuple[Path, os.stat_result]]:
        for path in self.files():
            with suppress(FileNotFoundError):  # Removed meanwhile.
                yield path, path.stat()

    def _all(self) -> Iterator[Kept]:
        for path in self.files():
            try:
                yield Kept(read(path)[0].bundle, path.stat().st_size)
            except (InputInvalid, OSError) as error:
                log.warning("%s is no recording: %s", path, error)


def is_bundle(path: Path) -> bool:
    """Whether a file looks like one."""
    return path.is_file() and zipfile.is_zipfile(path)


def read(path: Path) -> tuple[Recorded, bytes]:
    """A recorded turn and its sound (s16le, 16 kHz, mono).

    Raises:
        InputInvalid: the file is none.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            bundle = _bundle.decode(_part(archive, ABOUT))
            events = _events.decode(_part(archive, EVENTS))
            sound = _samples(_part(archive, SOUND)) if SOUND in archive.namelist() else b""
    except (*_DAMAGE, OSError) as error:
        hint = "`voiced recordings list` lists those that are whole."
        raise InputInvalid(f"{path} is no recorded turn: {error}", code="file-unreadable", hint=hint) from error
    return Recorded(bundle, events), sound


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > LARGEST:
        raise ValueError(f"its {name} is too large")
    with archive.open(name) as part:
        return part.read(LARGEST)


def _wav(sound: bytes) -> bytes:
    packed = io.BytesIO()
    with wave.open(packed, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE_BYTES)
        file.setframerate(RATE)
        file.writeframes(sound)
    return packed.getvalue()


def _samples(packed: bytes) -> bytes:
    with wave.open(io.BytesIO(packed), "rb") as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, SAMPLE_BYTES, RATE):
            raise ValueError("its sound is of another kind")
        return file.readframes(file.getnframes())

"""Phrases on disk: one file each, checked when it is read, the least recently used removed beyond a size.

A file is a header (mark, rate, bytes of sound, CRC-32 of the sound) and s16le samples. It is written beside its place
and moved there; no fsync, because what a power cut damages is noticed and made anew. Safe from any thread.
"""

import os
import struct
import time
import zlib
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from threading import Lock

from voiced.core.disk import clear
from voiced.core.types import SAMPLE_BYTES, Clip

_HEADER = struct.Struct("<4sIII")
_MARK = b"VPH1"
_RATES = range(8_000, 48_001)
_SUFFIX = ".phrase"
_UNFINISHED = ".new"
_TOUCH_S = 3600.0
"""The time of last use is written to the disk no more often: memory cards wear."""


class PhraseFiles:
    """A folder of phrases.

    Args:
        folder: made when the first phrase is kept, for its owner only.
        cap_bytes: the files together are no larger.

    Attributes:
        cleared: how often they were removed all at once.
    """

    def __init__(self, folder: Path, cap_bytes: int) -> None:
        self._folder = folder
        self._cap = cap_bytes
        self.cleared = 0
        self._writing = Lock()
        self._lock = Lock()
        self._sizes: OrderedDict[str, int] | None = None
        self._total = 0

    def read(self, name: str) -> Clip | None:
        """Reads a phrase; None if it is not there. A damaged one is removed.

        Raises:
            OSError: the disk does not do what it is asked.
        """
        path = self._path(name)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        clip = _decode(content)
        with self._lock:
            sizes = self._known()
            if clip is None:
                self._remove(name)
            elif name in sizes:
                sizes.move_to_end(name)
        if clip is not None:
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _TOUCH_S:
                    os.utime(path)
        return clip

    def write(self, name: str, clip: Clip, cleared: int) -> None:
        """Keeps a phrase, and removes those that were not used for longest beyond the size.

        Args:
            name: its file's, without an ending.
            clip: its sound.
            cleared: what it was when the phrase was begun: one that is older than `clear` is not kept.

        Raises:
            OSError: the disk does not do what it is asked.
        """
        content = _encode(clip)
        if len(content) > self._cap:
            return
        with self._writing:
            if cleared != self.cleared:
                return
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._lock:
                self._known()  # It removes what is unfinished: before there is anything of ours.
            unfinished = self._folder / f"{name}{_UNFINISHED}"
            try:
                with open(unfinished, "wb", opener=_private) as file:
                    file.write(content)
                self._take_in(unfinished, name, len(content))
            except OSError:
                unfinished.unlink(missing_ok=True)
                raise

    def clear(self) -> None:
        """Overwrites and removes all phrases, and those that are on their way will not be kept.

        Raises:
            OSError: the disk does not do what it is asked.
        """
        away = self._folder.with_name(f"{self._folder.name}.cleared")
        clear(away)  # What one that was cut short has left.
        # To overwrite takes long, and whoever speaks does not wait for it.
        with self._writing, self._lock, suppress(FileNotFoundError):
            self.cleared += 1
            self._sizes = None
            self._folder.rename(away)
        clear(away)

    def _take_in(self, unfinished: Path, name: str, size: int) -> None:
        with self._lock:
            sizes = self._known()
            unfinished.replace(self._path(name))
            self._total += size - sizes.pop(name, 0)
            sizes[name] = size
            while self._total > self._cap:
                self._remove(next(iter(sizes)))

    def _known(self) -> OrderedDict[str, int]:
        """Sizes by name, the one not used for longest first. Looks into the folder once."""
        if self._sizes is None:
            found: list[tuple[float, str, int]] = []
            for path in self._files():
                with suppress(FileNotFoundError):
                    state = path.stat()
                    if path.suffix == _SUFFIX:
                        found.append((state.st_mtime, path.stem, state.st_size))
                    else:
                        path.unlink()
            self._sizes = OrderedDict((name, size) for _, name, size in sorted(found))
            self._total = sum(self._sizes.values())
        return self._sizes

    def _files(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return [path for path in self._folder.iterdir() if path.suffix in {_SUFFIX, _UNFINISHED}]

    def _remove(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)
        self._total -= self._known().pop(name, 0)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{_SUFFIX}"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _encode(clip: Clip) -> bytes:
    return _HEADER.pack(_MARK, clip.rate, len(clip.samples), zlib.crc32(clip.samples)) + clip.samples


def _decode(content: bytes) -> Clip | None:
    if len(content) < _HEADER.size:
        return None
    mark, rate, size, checksum = _HEADER.unpack_from(content)
    samples = content[_HEADER.size :]
    whole = mark == _MARK and rate in _RATES and size == len(samples) and size % SAMPLE_BYTES == 0
    return Clip(samples, rate) if whole and size and zlib.crc32(samples) == checksum else None

"""States of evaluated prompts on the disk: a restart does not pay again for what begins every prompt."""

import hashlib
import logging
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import numpy as np

log = logging.getLogger(__name__)

MAGIC = b"voicedKV"
DIGEST = 16
"""Bytes of the digest that stands before a state: llama.cpp believes what it is given."""
FILES = 8
BYTES = 512 * 1024 * 1024
"""Bounds of the folder; the files that were not used for longest go first."""
SUFFIX = ".kv"


class PrefixFiles:
    """A folder of states, made when the first one is saved. Whatever is wrong with it, nothing is raised.

    Args:
        folder: it may hold the states of several models.
        model: the model's file; another size or time of change makes it another model.
        context: tokens that the context holds.
    """

    def __init__(self, folder: Path, model: Path, context: int) -> None:
        self._folder = folder
        seen = model.stat()
        library = version("llama-cpp-python")  # Another one may lay out its states in another way.
        self._model = _digest(f"{library}:{model.name}:{seen.st_size}:{seen.st_mtime_ns}:{context}".encode()).hex()

    def load(self, tokens: Sequence[int]) -> bytes | None:
        """The state of these tokens; None if there is none that is whole."""
        path = self._path(tokens)
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        head, state = data[: len(MAGIC) + DIGEST], data[len(MAGIC) + DIGEST :]
        if head == MAGIC + _digest(state):
            return state
        self.drop(tokens)
        return None

    def save(self, tokens: Sequence[int], state: bytes) -> None:
        """Keeps a state; a reader sees all of it or none."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, suffix=f"{SUFFIX}.tmp", delete=False) as file:
                written = Path(file.name)
                try:
                    file.write(MAGIC + _digest(state) + state)
                    file.flush()
                    written.replace(self._path(tokens))
                finally:
                    written.unlink(missing_ok=True)
            self._bound()
        except OSError as error:
            log.warning("the evaluated prompt cannot be kept in %s: %s", self._folder, error)

    def drop(self, tokens: Sequence[int]) -> None:
        """Removes a state that is of no use."""
        with suppress(OSError):
            self._path(tokens).unlink()

    def _bound(self) -> None:
        """Removes what is too much, and what a crash left half written."""
        found = [(path, path.stat()) for path in self._folder.glob(f"*{SUFFIX}*")]
        found.sort(key=lambda each: each[1].st_mtime, reverse=True)
        room = BYTES
        for number, (path, seen) in enumerate(found):
            room -= seen.st_size
            if number >= FILES or room < 0 or path.suffix != SUFFIX:
                path.unlink(missing_ok=True)

    def _path(self, tokens: Sequence[int]) -> Path:
        return self._folder / f"{self._model}-{_digest(np.asarray(tokens, '<i4').tobytes()).hex()}{SUFFIX}"


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=DIGEST).digest()

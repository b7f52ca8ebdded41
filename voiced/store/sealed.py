"""A file under a passphrase: encrypted and vouched for chunk by chunk, so that it can be read from any place.

A head (mark, numbers of scrypt, salt, nonce) and chunks of 64 KiB under AES-256-GCM. The nonce of a chunk holds its
number and whether it is the last one (the STREAM construction: https://eprint.iacr.org/2015/189): chunks that were
swapped, left out, added or cut off are noticed.
"""

import io
import os
import struct
from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache
from typing import IO, TYPE_CHECKING

from voiced.core.errors import InputInvalid
from voiced.store.crypto import SALT, TAG, Scrypt, stretched

if TYPE_CHECKING:
    from Crypto.Cipher._mode_gcm import GcmMode

MARK = b"voicedS1"
CHUNK = 64 * 1024
_HEAD = struct.Struct(f">8sBBB{SALT}s7s")
_BOUNDS = (range(14, 21), range(8, 17), range(1, 5))
"""Of scrypt's numbers: more would take the memory of whoever opens it."""
_HINT = "Export it again, or choose another file."


class Sealer(io.RawIOBase):
    """Writes what is sealed; to be closed, or the end is missing. The file below stays open.

    Args:
        file: where to.
        passphrase: opens it again.
    """

    def __init__(self, file: IO[bytes], passphrase: bytes) -> None:
        hard, salt = Scrypt(), os.urandom(SALT)
        self._file, self._waiting, self._number = file, bytearray(), 0
        head = _HEAD.pack(MARK, hard.n.bit_length() - 1, hard.r, hard.p, salt, os.urandom(7))
        self._chunks = _Chunks(head, stretched(passphrase, salt, hard))
        file.write(head)

    def writable(self) -> bool:
        """It can only be written."""
        return True

    def fileno(self) -> int:
        """The file's below."""
        return self._file.fileno()

    def write(self, data: bytes | memoryview) -> int:  # type: ignore[override] (all of it, always)
        """Takes in bytes; whole chunks are written."""
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._put(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def close(self) -> None:
        """Writes the end."""
        if not self.closed:
            self._put(bytes(self._waiting), last=True)
        super().close()

    def _put(self, chunk: bytes, *, last: bool) -> None:
        sealed, tag = self._chunks.cipher(self._number, last=last).encrypt_and_digest(chunk)
        self._file.write(sealed + tag)
        self._number += 1


@contextmanager
def sealing(file: IO[bytes], passphrase: bytes | None) -> Generator[IO[bytes]]:
    """A file to write to, which is sealed, or the same where there is no passphrase."""
    if passphrase is None:
        yield file
        return
    with io.BufferedWriter(Sealer(file, passphrase), CHUNK) as sealed:  # type: ignore[arg-type] (it gives it bytes)
        yield sealed


class Unsealed(io.RawIOBase):
    """Reads what is sealed; the file below stays open.

    Args:
        file: where from; it begins with the mark.
        passphrase: what it was sealed with.

    Raises:
        InputInvalid: the passphrase is another one, or the file is not what was written. Also of each read.
    """

    def __init__(self, file: IO[bytes], passphrase: bytes) -> None:
        self._file, self._at = file, 0
        file.seek(0)
        head = file.read(_HEAD.size)
        sealed = os.fstat(file.fileno()).st_size - _HEAD.size
        if len(head) < _HEAD.size or sealed < TAG:
            raise InputInvalid("the archive is cut off", hint=_HINT)
        _, power, r, p, salt, _ = _HEAD.unpack(head)
        if any(number not in bounds for number, bounds in zip((power, r, p), _BOUNDS, strict=True)):
            raise InputInvalid("the archive was sealed in a way that is none of ours", hint=_HINT)
        self._chunks = _Chunks(head, stretched(passphrase, salt, Scrypt(n=1 << power, r=r, p=p)))
        self._last = (sealed - 1) // (CHUNK + TAG)
        self._size = sealed - (self._last + 1) * TAG
        self._chunk = lru_cache(maxsize=2)(self._read_chunk)
        if self._opened(0) is None:
            message = "the passphrase is not that of the archive, or the archive was changed"
            raise InputInvalid(message, code="archive-locked", hint="Try the passphrase again.")
        self._chunk(self._last)

    def readable(self) -> bool:
        """It can only be read."""
        return True

    def seekable(self) -> bool:
        """From any place."""
        return True

    def fileno(self) -> int:
        """The file's below."""
        return self._file.fileno()

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Goes to a place."""
        before = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if before + offset < 0:
            raise ValueError("before the beginning")
        self._at = before + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] (no other is given)
        """Reads no further than to the end of a chunk."""
        if self._at >= self._size:
            return 0
        number, place = divmod(self._at, CHUNK)
        piece = self._chunk(number)[place : place + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _read_chunk(self, number: int) -> bytes:
        chunk = self._opened(number)
        if chunk is None:
            raise InputInvalid("the archive is cut off, or was changed", hint=_HINT)
        return chunk

    def _opened(self, number: int) -> bytes | None:
        self._file.seek(_HEAD.size + number * (CHUNK + TAG))
        sealed = self._file.read(CHUNK + TAG)
        try:
            cipher = self._chunks.cipher(number, last=number == self._last)
            return cipher.decrypt_and_verify(sealed[:-TAG], sealed[-TAG:])
        except ValueError:
            return None


class _Chunks:
    """Gives each chunk its cipher, which vouches for the head, too."""

    def __init__(self, head: bytes, key: bytes) -> None:
        self._head, self._key = head, key

    def cipher(self, number: int, *, last: bool) -> "GcmMode":
        from Crypto.Cipher import AES  # noqa: PLC0415 (9 MB, for those who encrypt)

        nonce = self._head[-7:] + struct.pack(">IB", number, last)
        cipher = AES.new(self._key, AES.MODE_GCM, nonce=nonce)
        cipher.update(self._head)
        return cipher

"""Pages under a key, opened without SQLite: whether a key fits is known before a file is touched.

The format is that of SQLite3 Multiple Ciphers (`cipher_chacha20.c`): each page carries a random nonce and a tag over
all of it in its last bytes, and its number is part of what it is encrypted with.
"""

import hmac
import struct
from pathlib import Path
from typing import Literal

MAGIC = b"SQLite format 3\0"
RESERVED = 32
"""Bytes at the end of a page: nonce and tag."""
_NONCE = 16
_HEAD = 24
"""Bytes of the file's head that are not encrypted: a salt instead of the magic, then the sizes of pages."""
_MARK = b"\x20\x40\x20\x20"
"""Stands in them, from the 20th on: the reserved bytes, and three that are always so."""
State = Literal["empty", "plain", "locked", "unknown"]


def state(path: Path) -> State:
    """What a file seems to be; `unknown`: damaged, or another program's."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        return "empty"
    if not head:
        return "empty"
    if head.startswith(MAGIC):
        return "plain"
    return "locked" if head[20:] == _MARK else "unknown"


def unlocked(key: bytes, number: int, page: bytes) -> bytes | None:
    """A page without what is reserved; None where it is not what was written under this key."""
    from Crypto.Hash.Poly1305 import Poly1305_MAC  # noqa: PLC0415 (9 MB, for those who encrypt)

    end = len(page) - RESERVED
    nonce, tag = page[end : end + _NONCE], page[end + _NONCE :]
    (count,) = struct.unpack_from("<I", nonce, 12)
    count ^= number
    once = _stream(key, nonce, count, bytes(64))
    mac = Poly1305_MAC(once[:16], once[16:32], page[: end + _NONCE])  # type: ignore[arg-type] (they are bytes)
    if not hmac.compare_digest(mac.digest(), tag):
        return None
    if number > 1:
        return _stream(once[32:], nonce, count + 1, page[:end])
    return MAGIC + page[16:_HEAD] + _stream(once[32:], nonce, count + 1, page[_HEAD:end])


def _stream(key: bytes, nonce: bytes, count: int, data: bytes) -> bytes:
    from Crypto.Cipher import ChaCha20  # noqa: PLC0415 (9 MB, for those who encrypt)

    cipher = ChaCha20.new(key=key, nonce=nonce[:12])
    cipher.seek((count & 0xFFFFFFFF) * 64)
    return cipher.encrypt(data)

"""The header of a GGUF file, looked at before a library may open the file.

llama.cpp believes many of the numbers in a file, and a crafted or damaged one has ended it more than once (such as
CVE-2025-49847). Every count is compared with what the file can hold before anything is read; nothing is kept but what
later checks need. Source of the format: docs/gguf.md of ggml-org/ggml.
"""

import math
import struct
from pathlib import Path
from typing import IO, NamedTuple

from voiced.core.errors import ModelBroken

MAGIC = b"GGUF"
VERSIONS = (2, 3)
KEYS = 65_536
TENSORS = 65_536
STRING = 16 * 1024 * 1024
"""Bytes of the longest text: chat templates have thousands."""
KEY = 65_535
"""Bytes of a key, as the format has it."""
NAME = 63
"""Bytes of a tensor's name (GGML_MAX_NAME, less the zero)."""
DIMENSIONS = 4
ALIGNMENT = 32
"""Of the tensors, unless the file says otherwise."""
ARCHITECTURE = 64
TOKENS = "tokenizer.ggml.tokens"
TOKEN = 65_536
"""Bytes of the longest token."""
BYTE_TOKENS = {f"<0x{byte:02X}>".encode() for byte in range(256)}

SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
TEXT, ARRAY = 8, 9
"""Types of values, by their numbers in the file."""

# fmt: off
BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 40),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66),
    17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136),
    24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54),
    35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18),
}
"""Type of a tensor: its values a block, and the bytes of one. Source: GGML_QUANT_SIZES of ggml-org/llama.cpp."""
# fmt: on

Value = int | float | bool | str | None


class Array(NamedTuple):
    """An array of which only the type and the length are kept."""

    kind: int
    length: int


def check(path: Path) -> None:
    """Makes sure that a file is a whole GGUF whose numbers make sense.

    Args:
        path: the file.

    Raises:
        ModelBroken: it is not; the message says what is wrong.
    """
    try:
        with path.open("rb") as file:
            _Reader(file, path.stat().st_size).check()
    except OSError as error:
        raise ModelBroken(f"{path} cannot be read: {error}", hint="Check its permissions, and the disk.") from error
    except _Wrong as error:
        raise ModelBroken(f"{path} is no sound GGUF model: {error}") from error


class _Wrong(Exception):
    """What is wrong, in words."""


class _Reader:
    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._size = size
        self._at = 0
        self._vocabulary = set[bytes]()

    def check(self) -> None:
        if self._take(4) != MAGIC:
            raise _Wrong("it does not begin as one")
        version = self._number("<I")
        if version not in VERSIONS:
            raise _Wrong(f"its version is {version}; {VERSIONS[0]} and {VERSIONS[-1]} are known")
        tensors, keys = self._count(TENSORS, "tensors"), self._count(KEYS, "keys")
        metadata: dict[str, Value | Array] = {}
        for _ in range(keys):
            key = self._text(KEY)
            if key in metadata:
                raise _Wrong(f"{key!r} stands in it twice")
            metadata[key] = self._value(int(self._number("<I")), key)
        _check_metadata(metadata)
        if metadata.get("tokenizer.ggml.model") == "llama" and not self._vocabulary.issuperset(BYTE_TOKENS):
            raise _Wrong("its vocabulary has no tokens for single bytes: some texts would end llama.cpp")
        self._tensors(tensors, _alignment(metadata))

    def _tensors(self, count: int, alignment: int) -> None:
        names, ends = set[str](), 0
        for _ in range(count):
            name = self._text(NAME)
            if name in names:
                raise _Wrong(f"the tensor {name!r} stands in it twice")
            names.add(name)
            size, offset = self._tensor(name), int(self._number("<Q"))
            if offset % alignment or offset + size > self._size:
                raise _Wrong(f"the tensor {name!r} lies outside of it")
            ends = max(ends, offset + size)
        start = -(-self._at // alignment) * alignment
        if ends and start + ends > self._size:
            raise _Wrong(f"it is cut off: {start + ends} bytes are announced, {self._size} are there")

    def _tensor(self, name: str) -> int:
        """The bytes of a tensor, from its shape and type."""
        dimensions = int(self._number("<I"))
        if not 1 <= dimensions <= DIMENSIONS:
            raise _Wrong(f"the tensor {name!r} has {dimensions} dimensions")
        shape = [int(self._number("<Q")) for _ in range(dimensions)]
        kind = int(self._number("<I"))
        if kind not in BLOCKS:
            raise _Wrong(f"the tensor {name!r} is of the unknown type {kind}")
        block, size = BLOCKS[kind]
        if min(shape) < 1 or shape[0] % block:
            raise _Wrong(f"the tensor {name!r} has an impossible shape")
        return math.prod(shape) // block * size

    def _value(self, kind: int, key: str) -> Value | Array:
        if kind == TEXT:
            return self._text(STRING)
        if kind == ARRAY:
            return self._array(key)
        if kind not in SCALARS:
            raise _Wrong(f"it has a value of the unknown type {kind}")
        return self._number(SCALARS[kind])

    def _array(self, key: str) -> Array:
        kind, length = int(self._number("<I")), int(self._number("<Q"))
        if kind == TEXT:
            self._room(length * 8)
            read = self._token if key == TOKENS else self._skip
            for _ in range(length):
                read(int(self._number("<Q")))
        elif kind in SCALARS:
            self._skip(length * struct.calcsize(SCALARS[kind]))
        else:
            raise _Wrong(f"it has an array of the unknown type {kind}")
        return Array(kind, length)

    def _token(self, length: int) -> None:
        """Takes in a token of the vocabulary. llama.cpp gives the empty ones names, and ends at two of the same."""
        if length > TOKEN:
            raise _Wrong(f"it announces a token of {length} bytes; {TOKEN} are allowed")
        token = self._take(length)
        if token and token in self._vocabulary:
            raise _Wrong(f"the token {token.decode(errors='replace')!r} stands in it twice")
        self._vocabulary.add(token)

    def _count(self, most: int, what: str) -> int:
        count = int(self._number("<Q"))
        if count > most:
            raise _Wrong(f"it announces {count} {what}; {most} are allowed")
        return count

    def _text(self, most: int) -> str:
        length = int(self._number("<Q"))
        if length > most:
            raise _Wrong(f"it announces a text of {length} bytes; {most} are allowed there")
        try:
            return self._take(length).decode()
        except UnicodeDecodeError:
            raise _Wrong("a text in it is no UTF-8") from None

    def _number(self, form: str) -> int | float | bool:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _take(self, length: int) -> bytes:
        self._room(length)
        self._at += length
        data = self._file.read(length)
        if len(data) != length:
            raise _Wrong("it became shorter while it was read")
        return data

    def _skip(self, length: int) -> None:
        self._room(length)
        self._at += length
        self._file.seek(self._at)

    def _room(self, length: int) -> None:
        if length > self._size - self._at:
            raise _Wrong("it is cut off, or announces more than it holds")


def _alignment(metadata: dict[str, Value | Array]) -> int:
    alignment = metadata.get("general.alignment", ALIGNMENT)
    if not isinstance(alignment, int) or not 8 <= alignment <= STRING or alignment & (alignment - 1):  # noqa: PLR2004
        raise _Wrong(f"its alignment is {alignment}")
    return alignment


def _check_metadata(metadata: dict[str, Value | Array]) -> None:
    architecture = metadata.get("general.architecture")
    if not isinstance(architecture, str) or not 0 < len(architecture) <= ARCHITECTURE:
        raise _Wrong("it does not say of what kind it is")
    tokens = metadata.get(TOKENS)
    if not isinstance(tokens, Array):
        return
    for name in ("scores", "token_type"):
        values = metadata.get(f"tokenizer.ggml.{name}", tokens)
        if not isinstance(values, Array) or values.length < tokens.length:
            raise _Wrong(f"its vocabulary has {tokens.length} tokens, but not as many {name}")

"""Looks at a Whisper model file in ggml's format before the library may: it would load a broken one, and crash later.

Source of the format: whisper.cpp's `whisper_model_load` and `convert-pt-to-ggml.py`. Flipped bits among the weights
cannot be seen here: they make no crash, and the digest of a file that was pulled tells.
"""

import math
import os
import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

from voiced.core.errors import ModelBroken
from voiced.engines.gguf import BLOCKS

MAGIC = 0x67676D6C
VOCABULARIES = {51_864, 51_865, 51_866}
"""Tokens of the English-only models, the multilingual ones, and large-v3."""
SMALLEST_VOCABULARY = 50_256
"""Words that a file spells out; the special tokens follow by themselves."""
LONGEST_WORD = 512
MELS = {80, 128}
WINDOWS = 201
POSITIONS, TEXT_POSITIONS = 1500, 448
WIDTHS = range(16, 4097)
LAYERS = range(1, 65)
QUANTIZED = 1000
"""A quantized file's type is the version of the quantization times this, plus the type."""
TYPES = {0: 0, 1: 1, 2: 2, 3: 3, 7: 8, 8: 6, 9: 7, 10: 10, 11: 11, 12: 12, 13: 13, 14: 14}
"""Type of a file to type of its matrices (GGML_FTYPE_… to GGML_TYPE_…)."""
FLOAT, HALF = 0, 1
MOST_DIMENSIONS = 3


class Tensor(NamedTuple):
    """What a tensor must be: its sizes, the fastest first, and its type."""

    sizes: tuple[int, ...]
    type: int


class Header(NamedTuple):
    """The numbers at the beginning of a file."""

    vocabulary: int
    positions: int
    width: int
    heads: int
    layers: int
    text_positions: int
    text_width: int
    text_heads: int
    text_layers: int
    mels: int
    type: int

    @property
    def plausible(self) -> bool:
        """Whether there can be a Whisper model of this shape that the library can run."""
        return (
            self.vocabulary in VOCABULARIES
            and (self.positions, self.text_positions) == (POSITIONS, TEXT_POSITIONS)
            and self.width in WIDTHS
            and self.text_width == self.width
            and all(heads > 0 and self.width % heads == 0 for heads in (self.heads, self.text_heads))
            and self.layers in LAYERS
            and self.text_layers in LAYERS
            and self.mels in MELS
            and self.type >= 0
            and self.type % QUANTIZED in TYPES
            and self.width % BLOCKS[TYPES[self.type % QUANTIZED]][0] == 0
        )


def check(path: Path) -> None:
    """Makes sure that a file is a whole Whisper model.

    Args:
        path: the file.

    Raises:
        ModelBroken: it is not; the message names the file and what is wrong.
    """
    try:
        with path.open("rb") as file:
            reader = _Reader(file, os.fstat(file.fileno()).st_size)
            header = _read_header(reader)
            _read_vocabulary(reader, header)
            _read_tensors(reader, _tensors(header))
    except _BrokenError as error:
        raise ModelBroken(f"{path} is no whole Whisper model: {error}") from None
    except OSError as error:
        raise ModelBroken(
            f"{path} cannot be read: {error}", hint="Check that it is there, and its permissions."
        ) from error


class _BrokenError(Exception):
    pass


class _Reader:
    """A file that is never read beyond its end."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self.left = size

    def take(self, size: int) -> bytes:
        self._spend(size)
        return self._file.read(size)

    def skip(self, size: int) -> None:
        self._spend(size)
        self._file.seek(size, os.SEEK_CUR)

    def integers(self, count: int) -> tuple[int, ...]:
        return struct.unpack(f"<{count}i", self.take(4 * count))

    def _spend(self, size: int) -> None:
        if not 0 <= size <= self.left:
            raise _BrokenError("it is cut off")
        self.left -= size


def _read_header(reader: _Reader) -> Header:
    magic, *numbers = reader.integers(1 + len(Header._fields))
    if magic != MAGIC:
        raise _BrokenError("it begins like something else")
    header = Header(*numbers)
    if not header.plausible:
        raise _BrokenError("no model has its sizes")
    if reader.integers(2) != (header.mels, WINDOWS):
        raise _BrokenError("its filters have no sense")
    reader.skip(4 * header.mels * WINDOWS)
    return header


def _read_vocabulary(reader: _Reader, header: Header) -> None:
    (count,) = reader.integers(1)
    if not SMALLEST_VOCABULARY <= count <= header.vocabulary:
        raise _BrokenError("its vocabulary has no sense")
    words: set[bytes] = set()
    for _ in range(count):
        (length,) = reader.integers(1)
        if not 0 <= length <= LONGEST_WORD:
            raise _BrokenError("its vocabulary has no sense")
        words.add(reader.take(length))
    if b" " not in words:
        # The library looks it up, and ends the process where it is not.
        raise _BrokenError("its vocabulary has no space")


def _read_tensors(reader: _Reader, missing: dict[str, Tensor]) -> None:
    while reader.left:
        dimensions, length, kind = reader.integers(3)
        if not 1 <= dimensions <= MOST_DIMENSIONS:
            raise _BrokenError("a tensor has no sense")
        sizes = reader.integers(dimensions)
        name = reader.take(length).decode("ascii", "replace")
        if missing.pop(name, None) != Tensor(sizes, kind):
            raise _BrokenError(f"the tensor {name[:60]!r} is not what it should be")
        values, size = BLOCKS[kind]
        reader.skip(math.prod(sizes) // values * size)
    if missing:
        raise _BrokenError(f"{len(missing)} tensors are missing, such as {next(iter(missing))!r}")


def _tensors(header: Header) -> dict[str, Tensor]:
    """All tensors that a model of a shape consists of."""
    matrix = TYPES[header.type % QUANTIZED]
    kernel = FLOAT if matrix == FLOAT else HALF
    width = header.width
    found = {
        "encoder.positional_embedding": Tensor((width, header.positions), FLOAT),
        "encoder.conv1.weight": Tensor((3, header.mels, width), kernel),
        "encoder.conv1.bias": Tensor((1, width), FLOAT),
        "encoder.conv2.weight": Tensor((3, width, width), kernel),
        "encoder.conv2.bias": Tensor((1, width), FLOAT),
        **_norm("encoder.ln_post", width),
        "decoder.positional_embedding": Tensor((width, header.text_positions), FLOAT),
        "decoder.token_embedding.weight": Tensor((width, header.vocabulary), matrix),
        **_norm("decoder.ln", width),
    }
    for layer in range(header.layers):
        found |= _block(f"encoder.blocks.{layer}", ("attn",), width, matrix)
    for layer in range(header.text_layers):
        found |= _block(f"decoder.blocks.{layer}", ("attn", "cross_attn"), width, matrix)
    return found


def _block(block: str, attentions: tuple[str, ...], width: int, matrix: int) -> dict[str, Tensor]:
    found = _norm(f"{block}.mlp_ln", width) | {
        f"{block}.mlp.0.weight": Tensor((width, 4 * width), matrix),
        f"{block}.mlp.0.bias": Tensor((4 * width,), FLOAT),
        f"{block}.mlp.2.weight": Tensor((4 * width, width), matrix),
        f"{block}.mlp.2.bias": Tensor((width,), FLOAT),
    }
    for attention in attentions:
        found |= _norm(f"{block}.{attention}_ln", width)
        for part in ("query", "key", "value", "out"):
            found[f"{block}.{attention}.{part}.weight"] = Tensor((width, width), matrix)
            if part != "key":
                found[f"{block}.{attention}.{part}.bias"] = Tensor((width,), FLOAT)
    return found


def _norm(name: str, width: int) -> dict[str, Tensor]:
    return {f"{name}.weight": Tensor((width,), FLOAT), f"{name}.bias": Tensor((width,), FLOAT)}

"""A Whisper file in ggml's format that always transcribes to one text, in the true shape of a model if wanted.

The encoder's weights are random. The decoder's are nothing, but for its last layer, which knows what token follows
what: it works from any prompt, at any length of sound. So the text must be sayable without using a token twice.
"""

import argparse
import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

MAGIC = 0x67676D6C
MELS, WINDOWS = 80, 201
SOUND, TEXT = 1500, 448
LONGEST_TOKEN = 20
LANGUAGES = ("en", "zh", "de", "es", "ru", "ko", "fr")
"""The first of Whisper's languages, in its order."""
KEY, EDGE, STEP, LOUD = 4.0, 24.0, 12.0, 4.0
"""How strongly a token is recognised, from where on, how strongly it calls the next, and how sure the output is."""


class Shape(NamedTuple):
    """The size of a model."""

    width: int
    heads: int
    layers: int


SHAPES = {"toy": Shape(64, 2, 1), "tiny": Shape(384, 6, 4), "base": Shape(512, 8, 6)}
"""Source of the true ones: https://github.com/openai/whisper/blob/main/model-card.md"""


class Tokens(NamedTuple):
    """The special tokens, which differ between English-only and multilingual models."""

    count: int
    end: int
    start: int
    ready: int
    """The text follows, with timestamps if it has any."""
    plain: int
    """Text without timestamps follows."""

    @classmethod
    def of(cls, *, multilingual: bool) -> "Tokens":
        """Those of a kind of model."""
        return cls(51865, 50257, 50258, 50359, 50363) if multilingual else cls(51864, 50256, 50257, 50257, 50362)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See `make_stub_models`."""
    parser.add_argument("vocabulary", type=Path, help="whisper.cpp's for-tests-ggml-tiny.en.bin, or any model of it")
    parser.add_argument("text", help="what it transcribes everything to")
    parser.add_argument("out", type=Path)
    parser.add_argument("--shape", choices=SHAPES, default="toy")
    parser.add_argument("--hears", choices=LANGUAGES, help="multilingual, and takes everything for this language")


def write(arguments: argparse.Namespace) -> None:
    """See `make_stub_models`."""
    write_model(arguments.vocabulary, arguments.text, arguments.out, arguments.shape, hears=arguments.hears)


def write_model(vocabulary: Path, text: str, out: Path, shape: str = "toy", *, hears: str | None = None) -> None:
    """Writes a model.

    Args:
        vocabulary: a model of whisper.cpp; its filters and its vocabulary are kept.
        text: what it transcribes everything to.
        out: the file to write.
        shape: one of `SHAPES`.
        hears: makes it multilingual, and this the language that it detects.
    """
    source = vocabulary.read_bytes()
    filters = source[48 : 56 + 4 * MELS * WINDOWS]
    words, size = _words(source, 48 + len(filters))
    tokens, (width, heads, layers) = Tokens.of(multilingual=hears is not None), SHAPES[shape]
    script = [tokens.plain, *spell(f" {text.strip()}", words), tokens.end]
    pairs = [(tokens.ready, script[1]), *pairwise(script)]
    if hears:
        pairs.append((tokens.start, tokens.start + 1 + LANGUAGES.index(hears)))
    header = (MAGIC, tokens.count, SOUND, width, heads, layers, TEXT, width, heads, layers, MELS, 1)
    with out.open("wb") as file:
        file.write(struct.pack("<I11i", *header) + filters + source[48 + len(filters) : size])
        for name, values in _weights(SHAPES[shape], tokens.count, pairs):
            _write_tensor(file, name, values)


def spell(text: str, words: list[bytes]) -> list[int]:
    """Finds tokens that spell a text, the longest that can be, none of them twice.

    Raises:
        ValueError: there are none.
    """
    known = {word: index for index, word in reversed(list(enumerate(words))) if word}
    wanted = text.encode()

    def rest(at: int, used: frozenset[int]) -> list[int] | None:
        if at == len(wanted):
            return []
        for end in range(min(len(wanted), at + LONGEST_TOKEN), at, -1):
            token = known.get(wanted[at:end])
            if token is not None and token not in used and (found := rest(end, used | {token})) is not None:
                return [token, *found]
        return None

    found = rest(0, frozenset())
    if found is None:
        raise ValueError(f"{text!r} cannot be spelled without using a token twice")
    return found


def _words(source: bytes, offset: int) -> tuple[list[bytes], int]:
    (count,) = struct.unpack_from("<i", source, offset)
    offset += 4
    words: list[bytes] = []
    for _ in range(count):
        (length,) = struct.unpack_from("<I", source, offset)
        words.append(source[offset + 4 : offset + 4 + length])
        offset += 4 + length
    return words, offset


def _weights(shape: Shape, count: int, pairs: list[tuple[int, int]]) -> Iterator[tuple[str, np.ndarray]]:
    """All tensors with their names; those of 32 bits are float32, the others float16, as whisper.cpp wants them."""
    random = np.random.default_rng(0)
    width = shape.width

    def noise(*size: int) -> np.ndarray:
        return (random.standard_normal(size, np.float32) * 0.02).astype(np.float16)

    def block(name: str, *, silent: bool) -> Iterator[tuple[str, np.ndarray]]:
        weights = (lambda *size: np.zeros(size, np.float16)) if silent else noise
        for part in ("attn", "cross_attn") if silent else ("attn",):
            yield from _norm(f"{name}.{part}_ln", width, 1)
            for each in ("query", "key", "value", "out"):
                yield f"{name}.{part}.{each}.weight", weights(width, width)
                if each != "key":
                    yield f"{name}.{part}.{each}.bias", np.zeros(width, np.float32)
        yield from _norm(f"{name}.mlp_ln", width, 1)
        yield f"{name}.mlp.0.weight", weights(4 * width, width)
        yield f"{name}.mlp.0.bias", np.zeros(4 * width, np.float32)
        yield f"{name}.mlp.2.weight", weights(width, 4 * width)
        yield f"{name}.mlp.2.bias", np.zeros(width, np.float32)

    yield "encoder.positional_embedding", np.zeros((SOUND, width), np.float32)
    for number, (rows, size) in enumerate(((width, MELS), (width, width)), 1):
        yield f"encoder.conv{number}.weight", noise(rows, size, 3)
        yield f"encoder.conv{number}.bias", np.zeros((width, 1), np.float32)
    yield from _norm("encoder.ln_post", width, 1)
    for layer in range(shape.layers):
        yield from block(f"encoder.blocks.{layer}", silent=False)
    embedding = random.standard_normal((count, width), np.float32)
    embedding -= embedding.mean(axis=1, keepdims=True)
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    for layer in range(shape.layers):
        tensors = dict(block(f"decoder.blocks.{layer}", silent=True))
        if layer == shape.layers - 1:
            _teach(tensors, f"decoder.blocks.{layer}", embedding, pairs)
        yield from tensors.items()
    yield "decoder.positional_embedding", np.zeros((TEXT, width), np.float32)
    yield "decoder.token_embedding.weight", embedding.astype(np.float16)
    yield from _norm("decoder.ln", width, LOUD)


def _norm(name: str, width: int, scale: float) -> Iterator[tuple[str, np.ndarray]]:
    yield f"{name}.weight", np.full(width, scale, np.float32)
    yield f"{name}.bias", np.zeros(width, np.float32)


def _teach(tensors: dict[str, np.ndarray], block: str, embedding: np.ndarray, pairs: list[tuple[int, int]]) -> None:
    """Lets one neuron of the last layer know each token of the script, and call the next one.

    The norm before it makes vectors of length √width out of those of length 1.
    """
    scale = np.sqrt(embedding.shape[1])
    for neuron, (token, following) in enumerate(pairs):
        tensors[f"{block}.mlp.0.weight"][neuron] = embedding[token] * KEY * 8 / scale
        tensors[f"{block}.mlp.0.bias"][neuron] = -EDGE
        tensors[f"{block}.mlp.2.weight"][:, neuron] = embedding[following] * STEP


def _write_tensor(file: BinaryIO, name: str, values: np.ndarray) -> None:
    half = values.dtype == np.float16
    file.write(struct.pack("<3i", values.ndim, len(name), int(half)))
    file.write(struct.pack(f"<{values.ndim}i", *reversed(values.shape)) + name.encode())
    file.write(np.ascontiguousarray(values).tobytes())

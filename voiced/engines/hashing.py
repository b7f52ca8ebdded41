"""Embeddings without a model: words and pieces of words, counted in hashed places.

Texts that share words, or most letters of words, lie close together; what only means the same does not. Source of the
method: Weinberger et al., Feature Hashing for Large Scale Multitask Learning (2009); pieces of words as in fastText.
"""

import asyncio
import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from voiced.core.commonwords import COMMON

VERSION = 2
"""Another number for other vectors: those of an earlier one are made anew, as those of another model are."""
SIZE = 384
"""Numbers in a vector: as many as MiniLM's have."""
PIECES = (3, 4)
"""Letters in a piece of a word, its ends counted."""
PIECE_WEIGHT = 0.4
"""Of all pieces of a word together, against the word itself."""
LITTLE = 0.3
"""Weight of a word that is in any text: otherwise "where is the" would be most of what a question is about."""
LONGEST = 4_096
"""Characters of a text that are looked at. So many take a desktop's core up to 10 ms, a sentence 0.1 ms."""
WORD = re.compile(r"\w+")


class HashingEmbedder:
    """Hashed words in the daemon itself, counted in a thread. Implements `Embedder`."""

    model = f"hashing-{SIZE}-{VERSION}"

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder`."""
        return await asyncio.to_thread(_vectors, list(texts))

    async def close(self) -> None:
        """There is nothing to let go of."""


def _vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    return np.array([_vector(text[:LONGEST]) for text in texts], np.float32).reshape(len(texts), SIZE)


def _vector(text: str) -> NDArray[np.float32]:
    vector = np.zeros(SIZE)
    for word, count in Counter(WORD.findall(text.casefold())).items():
        weight = (1 + math.log(count)) * (LITTLE if word in COMMON else 1.0)
        pieces = list(_pieces(word))
        for feature in pieces:
            _add(vector, feature, weight * PIECE_WEIGHT / math.sqrt(len(pieces)))
        _add(vector, word, weight)
    length = float(np.linalg.norm(vector))
    return (vector / length if length else vector).astype(np.float32)


def _pieces(word: str) -> Iterator[str]:
    whole = f"<{word}>"
    for size in PIECES:
        for at in range(len(whole) - size + 1):
            yield whole[at : at + size]


def _add(vector: NDArray[np.float64], feature: str, weight: float) -> None:
    """Adds a feature at its place, with its sign: those that meet in a place cancel as often as they add up."""
    number = int.from_bytes(hashlib.blake2b(feature.encode(errors="replace"), digest_size=8).digest())
    vector[(number >> 1) % SIZE] += weight if number & 1 else -weight

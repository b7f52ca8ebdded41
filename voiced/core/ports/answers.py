"""Answers of searches that are kept for a while, for those who search.

Those of language models are not kept. Each of their prompts holds the minute in which it is asked, and what was said in
the minutes before: asked again, a question comes with itself and its first answer, and so no two prompts are the same.
An answer without regard to those would be that of another moment, or of another talk.
"""

import hashlib
from typing import Protocol

import msgspec
from msgspec import Struct

from voiced.core.history import Privacy


class CacheStatus(Struct, frozen=True):
    """What is kept.

    Attributes:
        answers: how many.
        bytes: of all of them.
        limit: bytes that they may have; whoever was used longest ago goes first.
        hits: how often one of them was of use.
    """

    answers: int
    bytes: int
    limit: int
    hits: int


class AnswerCache(Protocol):
    """What is kept, to be looked at. Every method raises `StoreFailed` where the file cannot be used."""

    async def status(self) -> CacheStatus:
        """Counts it."""
        ...

    async def clear(self) -> int:
        """Removes all of it, and tells how many there were."""
        ...


class Answers(AnswerCache, Protocol):
    """The same, for those who search."""

    async def get(self, key: str) -> str | None:
        """The answer under a key; None: there is none, or its time is over.

        Args:
            key: see `answer_key`.
        """
        ...

    async def put(self, key: str, content: str, *, seconds: float, privacy: Privacy) -> bool:
        """Keeps an answer; the one that was there before goes.

        Args:
            key: see `answer_key`.
            content: the answer.
            seconds: how long it is good.
            privacy: of question and answer; what is sensitive or secret is not kept.

        Returns:
            Whether it is kept; not, also where it is larger than all that may be.
        """
        ...


def answer_key(*parts: object) -> str:
    """A name for an answer: the digest of all that it depends on, such as the provider and the whole question."""
    return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()

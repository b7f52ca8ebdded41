"""How much of what a household has told its assistant is found again when it is asked for in other words.

    python bench/household.py [--quick] [--seed N]

A year of talk, 10,000 messages, is made from a seed (`homes`): 100 things that were told once in passing, among
commands and chat that share their words; some were asked for in vain before, and those questions are kept too. Two
hundred questions ask for them in other words. An answer is found where the message that told it is among the first
five. The store is the daemon's own, and so are the models: MiniLM in its child, and hashed words. Sentences, questions
and fillings were written before the first figure was seen.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
from embedding import minilm
from homes.household import Household, Question, household

from voiced.core.history import NewConversation
from voiced.core.memories import Scope
from voiced.core.ports.embedder import Embedder
from voiced.engines.hashing import HashingEmbedder
from voiced.store.conversations import StoredConversations
from voiced.store.db import Database
from voiced.store.memories import StoredMemories

MESSAGES, QUICK_MESSAGES = 10_000, 1_500
FIRST = (1, 5, 10)
TOGETHER = 500
WAYS = {"both": (True, True), "words": (True, False), "meaning": (False, True)}
"""Whether it is searched by words, and by meaning."""


async def fill(database: Database, home: Household) -> None:
    """Keeps all that was said."""
    conversations = StoredConversations(database, 300.0)
    for messages in home.conversations:
        kept = await conversations.open(NewConversation())
        await conversations.add(messages, kept.id)


async def embed(memories: StoredMemories, model: Embedder) -> None:
    """Gives everything a vector, as it is done in the background."""
    while some := await memories.unembedded(model.model, TOGETHER):
        texts = list(dict.fromkeys(each.text for each in some))
        vectors = dict(zip(texts, await model.embed(texts), strict=True))
        await memories.embed(model.model, [each.key for each in some], np.stack([vectors[each.text] for each in some]))
    await memories.use(model.model)


async def places(memories: StoredMemories, model: Embedder, questions: list[Question], way: str) -> list[int]:
    """At which place each answer was found, from 1; 0: not among the first ten."""
    by_words, by_meaning = WAYS[way]
    found: list[int] = []
    for question in questions:
        vector = (await model.embed([question.text]))[0] if by_meaning else None
        hits = await memories.search(question.text if by_words else "", vector, Scope(), max(FIRST))
        ids = [hit.memory.id for hit in hits]
        found.append(ids.index(question.answer) + 1 if question.answer in ids else 0)
    return found


@asynccontextmanager
async def hashing() -> AsyncGenerator[Embedder]:
    """The model that needs no download."""
    yield HashingEmbedder()


async def measure(seed: int, count: int, *, show: bool) -> dict[str, object]:
    """All of it."""
    home = household(seed, count)
    results: dict[str, object] = {
        "messages": sum(map(len, home.conversations)),
        "questions": len(home.questions),
    }
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder))
        await fill(database, home)
        memories = StoredMemories(database)
        for name, loaded in (("minilm", minilm), ("hashing", hashing)):
            async with loaded() as model:
                await embed(memories, model)
                for way in WAYS:
                    found = await places(memories, model, home.questions, way)
                    shares = {
                        f"recall_at_{first}": sum(0 < each <= first for each in found) / len(found) for first in FIRST
                    }
                    results[f"{name}_{way}"] = shares
                    for at, each in zip(found, home.questions, strict=True) if show and way == "both" else ():
                        print(f"{name} {at:3} {each.text}", file=sys.stderr)
        await database.close()
    return results


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="also the place of each answer")
    options = parser.parse_args()
    count = QUICK_MESSAGES if options.quick else MESSAGES
    found = asyncio.run(measure(options.seed, count, show=options.show))
    print(json.dumps({"question": "household", "seed": options.seed, **found}))


if __name__ == "__main__":
    main()

"""Finding what belongs to a question, in time."""

import asyncio

import pytest
from msgspec.structs import replace

from tests.fakes.embedder import ScriptedEmbedder
from tests.fakes.memories import FakeMemories
from voiced.core.config_keeping import MemoryConfig
from voiced.core.errors import StoreBusy
from voiced.core.memories import NewMemory, Scope
from voiced.core.ports.embedder import Embedder
from voiced.engines.hashing import HashingEmbedder
from voiced.recall.search import Search

CONFIG = MemoryConfig(deadline_s=10.0)
TEXTS = ("the wifi password is tulip", "my bike is in the shed", "Ann likes tea")


async def remembered(embedder: Embedder) -> FakeMemories:
    memories = FakeMemories()
    await memories.add([NewMemory(id=text, text=text) for text in TEXTS])
    missing = await memories.unembedded(embedder.model, 10)
    vectors = await embedder.embed([each.text for each in missing])
    await memories.embed(embedder.model, [each.key for each in missing], vectors)
    await memories.use(embedder.model)
    return memories


def finds(question: str, config: MemoryConfig = CONFIG, in_use: str = "scripted", **broken: object):
    """What is found, and what the embedder was asked."""

    async def run():
        embedder = ScriptedEmbedder()
        memories = await remembered(embedder)
        embedder.asked.clear()
        memories.failing = broken.get("store")
        embedder.gone = bool(broken.get("gone"))
        embedder.hung = asyncio.Event() if broken.get("hung") else None
        search = Search(memories, [ScriptedEmbedder("other"), embedder], lambda: in_use, config, by_meaning=False)
        found = await search.recall(question)
        if embedder.hung:
            embedder.hung.set()
            await asyncio.sleep(0)
        return found, embedder.texts

    return asyncio.run(run())


def test_a_question_is_answered_by_words_and_meaning():
    found, asked = finds("what is the wifi password")
    assert [hit.memory.text for hit in found] == [TEXTS[0]]
    assert found[0].by == ["words", "meaning"]
    assert asked == ["what is the wifi password"]


@pytest.mark.parametrize("broken", [{"gone": True}, {"hung": True}])
def test_words_alone_find_it_where_there_is_no_vector_in_time(broken: dict[str, bool]):
    found, _ = finds("where is my bike", replace(CONFIG, deadline_s=1.0), **broken)
    assert [(hit.memory.text, hit.by) for hit in found] == [(TEXTS[1], ["words"])]


@pytest.mark.parametrize("in_use", ["", "a model that is not here"])
def test_words_alone_find_it_while_there_are_no_vectors_of_a_model_that_is_here(in_use: str):
    found, asked = finds("where is my bike", in_use=in_use)
    assert [hit.by for hit in found] == [["words"]]
    assert asked == []


def test_a_store_that_fails_is_no_reason_not_to_answer():
    assert finds("where is my bike", store=StoreBusy("busy"))[0] == []


def test_nothing_is_looked_for_where_nothing_is_to_be_quoted():
    assert finds("where is my bike", replace(CONFIG, prompt_tokens=0)) == ([], [])
    assert finds(" ") == ([], [])


def test_a_search_at_leisure_gives_what_is_alike_and_nothing_else():
    async def run():
        embedder = HashingEmbedder()
        memories = await remembered(embedder)
        search = Search(memories, [embedder], lambda: embedder.model, CONFIG)
        found = await search.search("bicycles, my bike", Scope(), 3)
        nearest = await memories.search("", (await embedder.embed(["bicycles, my bike"]))[0], Scope(), 3)
        return [hit.memory.text for hit in found], len(nearest)

    texts, near = asyncio.run(run())
    assert texts == [TEXTS[1]]
    assert near > 1

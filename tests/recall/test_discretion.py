"""What is remembered is as private as its words, and a model on another machine sees none that may not leave."""

import asyncio

import pytest

from tests.fakes.clock import JumpingClock
from tests.fakes.embedder import ScriptedEmbedder
from tests.fakes.memories import FakeMemories
from voiced import remembering
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.config import Config, EmbedConfig, EnginesConfig
from voiced.core.config_keeping import PrivacyConfig
from voiced.core.history import Privacy
from voiced.core.memories import NewMemory, Scope
from voiced.remembering import Remembering


def privacy_of(text: str) -> Privacy:
    return "secret" if "password" in text else "public"


def memory(
    embedder: ScriptedEmbedder, monkeypatch: pytest.MonkeyPatch, url: str, clock: JumpingClock | None = None
) -> Remembering:
    """All of memory, with vectors of a server."""
    monkeypatch.setattr(remembering, "far_embedder", lambda *_: embedder)
    config = Config(
        engines=EnginesConfig(embed=EmbedConfig(engine=url)), privacy=PrivacyConfig(remote="personal", embed="secret")
    )
    clock = clock or JumpingClock()
    return Remembering(config, FakeMemories(), [], clock, Bus(), Activity(), privacy_of=privacy_of)


@pytest.mark.parametrize("kind", ["note", "document"])
def test_what_is_added_is_as_private_as_its_words_or_as_it_is_told_to_be(monkeypatch, kind):
    async def run():
        knowledge = memory(ScriptedEmbedder(), monkeypatch, "http://gpu-box/v1").knowledge
        new = [
            NewMemory(text="the wifi password is tulip", kind=kind, privacy="public"),
            NewMemory(text="bins go out on Friday", kind=kind, privacy="sensitive"),
            NewMemory(text="Ann likes tea", kind=kind, privacy="public"),
        ]
        assert [each.privacy for each in await knowledge.add(new)] == ["secret", "sensitive", "public"]
        kept = (await knowledge.find(Scope())).items
        assert {each.text[:4]: each.privacy for each in kept} == {
            "the ": "secret",
            "bins": "sensitive",
            "Ann ": "public",
        }

    asyncio.run(run())


@pytest.mark.parametrize(("url", "seen"), [("http://gpu-box/v1", False), ("http://127.0.0.1:8080/v1", True)])
def test_an_embedder_on_another_machine_is_not_asked_what_is_too_private(monkeypatch, url, seen):
    embedder, clock = ScriptedEmbedder(), JumpingClock()

    async def run():
        room = memory(embedder, monkeypatch, url, clock)
        await room.knowledge.add([NewMemory(text="the wifi password is tulip"), NewMemory(text="bins go on Friday")])
        vectors = asyncio.create_task(room.indexer.run())
        await clock.advance(0)
        vectors.cancel()
        assert room.indexer.in_use == embedder.model
        assert "bins go on Friday" in embedder.texts
        (hit,) = await room.search.search("what is the password", Scope(), 1)
        assert hit.memory.text == "the wifi password is tulip", "words find it"
        await room.search.recall("when do the bins go")
        assert "when do the bins go" in embedder.texts

    asyncio.run(run())
    assert any("password" in text for text in embedder.texts) == seen

"""Memory, wired: the store, the model that makes vectors, and the search. Light to import: verbs use it, too."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from voiced.children import HASHING, is_remote, remote
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.config import Config, RemoteConfig, chain
from voiced.core.history import Privacy
from voiced.core.ports.clock import Clock
from voiced.core.ports.embedder import Embedder
from voiced.core.ports.memories import Memories
from voiced.core.privacy import Use, allowed
from voiced.engines.child import Child
from voiced.engines.hashing import HashingEmbedder
from voiced.engines.hosted_embedder import HostedEmbedder
from voiced.recall.indexer import Indexer
from voiced.recall.knowledge import OwnKnowledge
from voiced.recall.lull import Lull
from voiced.recall.search import Search

if TYPE_CHECKING:
    from voiced.engines.openai_embed import OpenAiEmbedder


class Remembering:
    """All of memory above the store.

    Args:
        config: the configuration.
        memories: the store.
        children: those of the embedding stage; started by whoever made them.
        clock: the time.
        bus: tells when a turn is in progress.
        activity: who computes right now.

    Attributes:
        embedder: makes vectors; let go of it in the end.
        indexer: runs in the background.
        search: finds what belongs to a question.
        knowledge: what is remembered, for others.
    """

    def __init__(
        self,
        config: Config,
        memories: Memories,
        children: Sequence[Child],
        clock: Clock,
        bus: Bus,
        activity: Activity,
    ) -> None:
        self.embedder = embedder(config, children)
        may_embed = partial(_may_embed, config)
        self.indexer = Indexer(memories, self.embedder, clock, Lull(bus, activity).wait, may_embed)
        bus.watch(self.indexer.watch)
        # Hashing is always there: its vectors are searched until those of a model take their place.
        embedders = [self.embedder, HashingEmbedder()]
        by_meaning = config.engines.embed.engine != HASHING
        may_recall = partial(_may_recall, config)
        in_use = lambda: self.indexer.in_use  # noqa: E731 (as short as it gets)
        self.search = Search(memories, embedders, in_use, config.memory, may_recall, by_meaning=by_meaning)
        self.knowledge = OwnKnowledge(memories, self.search, lambda: self.indexer.status, self.indexer.wake)


def _may_embed(config: Config, privacy: Privacy) -> bool:
    """Tells whether what is so private may have a vector, from which much of its text could be guessed."""
    uses: list[Use] = ["embed", "remote"] if is_remote(config, config.engines.embed.engine) else ["embed"]
    return all(allowed(config.privacy, privacy, use) for use in uses)


def _may_recall(config: Config, privacy: Privacy) -> bool:
    """Tells whether a language model may be reminded of it: one of them may be on another machine."""
    far = any(is_remote(config, name) for name in chain(config.engines.llm.engine))
    return not far or allowed(config.privacy, privacy, "remote")


def embedder(config: Config, children: Sequence[Child]) -> Embedder:
    """What turns texts into vectors. There is one and no other behind it: vectors of two models cannot be compared."""
    name, deadline_s = config.engines.embed.engine, config.engines.embed.deadline_s
    if name == HASHING:
        return HashingEmbedder()
    for child in children:
        return HostedEmbedder(child, deadline_s, str(child.settings.get("model", name)))
    return far_embedder(config, remote(config, name))


def far_embedder(config: Config, server: RemoteConfig) -> "OpenAiEmbedder":
    """One on another machine."""
    from voiced.engines.openai_embed import OpenAiEmbedder  # noqa: PLC0415 (loaded where there is one)

    return OpenAiEmbedder(server, config.engines.embed.deadline_s)

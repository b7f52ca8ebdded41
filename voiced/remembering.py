"""Memory, wired: the store, the model that makes vectors, and the search. Light to import: verbs use it, too."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from voiced.children import HASHING, is_far, remote
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.config import Config, RemoteConfig
from voiced.core.history import Privacy
from voiced.core.ports.clock import Clock
from voiced.core.ports.embedder import Embedder
from voiced.core.ports.memories import Memories
from voiced.core.privacy import allowed
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
        privacy_of: tells how private a text is.

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
        *,
        privacy_of: Callable[[str], Privacy],
    ) -> None:
        self.embedder = embedder(config, children)
        far = is_far(config, config.engines.embed.engine)

        def may_embed(privacy: Privacy) -> bool:
            return allowed(config.privacy, privacy, "embed") and (not far or allowed(config.privacy, privacy, "remote"))

        def may_ask(words: str) -> bool:
            return not far or allowed(config.privacy, privacy_of(words), "remote")

        self.indexer = Indexer(memories, self.embedder, clock, Lull(bus, activity).wait, may_embed)
        bus.watch(self.indexer.watch)
        # Hashing is always there: its vectors are searched until those of a model take their place.
        embedders = [self.embedder, HashingEmbedder()]
        by_meaning = config.engines.embed.engine != HASHING

        def in_use() -> str:
            return self.indexer.in_use

        self.search = Search(memories, embedders, in_use, config.memory, may_ask, privacy_of, by_meaning=by_meaning)
        status, wake = lambda: self.indexer.status, self.indexer.wake
        self.knowledge = OwnKnowledge(memories, self.search, status, wake, privacy_of)


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

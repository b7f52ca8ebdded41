"""The memory finds what lists in memory would find, whatever was done to it in whatever order."""

import asyncio
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from voiced.core.commonwords import COMMON
from voiced.core.history import Change, Message, NewConversation
from voiced.core.memories import NewMemory, Scope
from voiced.store import vectors as vectors_of
from voiced.store.conversations import StoredConversations
from voiced.store.db import Database
from voiced.store.memories import StoredMemories
from voiced.store.ranking import RANK
from voiced.store.vectors import CANDIDATES

few = st.sampled_from
words = st.lists(few(("lamp", "violin", "rain", "the", "music", "üß", "🙂")), min_size=1, max_size=4).map(" ".join)
SIZES = {"small": 5, "large": 24}
models = few(tuple(SIZES))
spaces, users, tags = few(("home", "attic")), few(("", "ann")), st.lists(few(("a", "b")), max_size=2)
moments = st.integers(1, 9).map(float)
notes = st.builds(
    NewMemory,
    text=words,
    kind=few(("note", "document")),
    id=st.integers(0, 200).map("n{}".format),
    at=moments,
    title=few(("", "", "lamp")),
    space=spaces,
    user=users,
    tags=tags,
)
scopes = st.builds(
    Scope,
    kinds=few(([], [], ["note"], ["message", "document"])),
    space=st.none() | spaces,
    user=st.none() | users,
    tag=st.none() | few(("a", "b")),
    since=st.none() | moments,
    until=st.none() | moments,
    conversation=st.none() | st.none() | few(("c0", "c1")),
)


def vector(text: str, model: str) -> np.ndarray:
    numbers = np.random.default_rng([len(model), *text.encode()]).standard_normal(SIZES[model])
    return (numbers / np.linalg.norm(numbers)).astype(np.float32)


def holds(text: str, wanted: str) -> bool:
    asked = {word for word in wanted.split() if word.isalpha()}
    return bool((asked - COMMON or asked) & set(text.split()))


class Memory(RuleBasedStateMachine):
    """A store, and what it should hold: id to a memory and whether it has a vector of each model."""

    @initialize()
    def begin(self):
        self.folder = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        self.database = self.runner.run(Database.open(self.folder))
        self.memories = StoredMemories(self.database)
        self.conversations = StoredConversations(self.database, 300.0)
        self.kept: dict[str, NewMemory] = {}
        self.said: dict[str, tuple[Message, NewConversation]] = {}
        self.deleted: set[str] = set()
        self.embedded: dict[str, set[str]] = {model: set() for model in SIZES}
        self.used = ""
        for number, (space, tagged) in enumerate((("home", ["a"]), ("attic", []))):
            new = NewConversation(id=f"c{number}", space=space, user="ann", tags=tagged)
            self.runner.run(self.conversations.open(new))

    def teardown(self):
        self.runner.run(self.database.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    @rule(new=st.lists(notes, min_size=1, max_size=6))
    def remember(self, new):
        for each in new:
            self.kept.setdefault(each.id, each)
        self.runner.run(self.memories.add(new))

    @rule(number=few((0, 1)), content=words, at=moments)
    def say(self, number, content, at):
        message = Message(f"m{len(self.said)}", "user", content, at)
        space, tagged = (("home", ["a"]), ("attic", []))[number]
        new = NewConversation(id=f"c{number}", space=space, user="ann", tags=tagged)
        self.said[message.id] = (message, new)
        self.runner.run(self.conversations.add([message], new.id))

    @rule(number=few((0, 1)), hidden=st.booleans())
    def hide(self, number, hidden):
        name = f"c{number}"
        (self.deleted.add if hidden else self.deleted.discard)(name)
        change = Change(status="deleted" if hidden else "active")
        self.runner.run(self.conversations.change(name, change))

    @rule(names=st.lists(st.integers(0, 200).map("n{}".format), max_size=60))
    def forget(self, names):
        there = set(names) & set(self.kept)
        assert self.runner.run(self.memories.remove(names)) == len(there)
        for name in there:
            del self.kept[name]
            for embedded in self.embedded.values():
                embedded.discard(name)

    @rule(model=models, limit=st.integers(1, 20))
    def embed(self, model, limit):
        waiting = self.runner.run(self.memories.unembedded(model, limit))
        rest = sorted(
            (at for name, (at, _) in self.visible().items() if name not in self.embedded[model]), reverse=True
        )
        assert len(waiting) == min(limit, len(rest))
        rows = np.array([vector(each.text, model) for each in waiting]).reshape(-1, SIZES[model])
        before = {each.key: each for each in waiting}
        self.runner.run(self.memories.embed(model, list(before), rows))
        newest = self.runner.run(self.memories.find(Scope(), 1000)).items
        missing = [each for each in newest if each.id not in self.embedded[model]][: len(waiting)]
        assert sorted(each.text for each in missing) == sorted(each.text for each in waiting)
        self.embedded[model] |= {each.id for each in missing}

    @rule(model=models)
    def use(self, model):
        self.used = model
        self.runner.run(self.memories.use(model))
        for other in set(SIZES) - {model}:
            self.embedded[other].clear()

    @rule(scope=scopes, wanted=words, limit=st.integers(1, 12), by=few(("words", "meaning", "both")))
    def search(self, scope, wanted, limit, by):
        assert len(self.kept) + len(self.said) <= CANDIDATES, "so few that the bits find all"
        asked = vector(wanted, self.used) if self.used and by != "words" else None
        hits = self.runner.run(self.memories.search(wanted if by != "meaning" else "", asked, scope, limit))
        fitting = {name: found for name, found in self.visible().items() if self.fits(name, scope)}
        told = {name for name, (_, text) in fitting.items() if by != "meaning" and holds(text, wanted)}
        near = {name for name in fitting if asked is not None and name in self.embedded[self.used]}
        texts = {name: " ".join(fitting[name][1].split("\n")[-1].casefold().split()) for name in told | near}
        assert len(hits) == min(limit, len(set(texts.values()))) or len(told) > 50 or len(near) > 50
        assert len({texts[hit.memory.id] for hit in hits}) == len(hits)
        cosines = {name: float(vector(fitting[name][1].split("\n")[-1], self.used) @ asked) for name in near}
        for hit in hits:
            name = hit.memory.id
            assert name in told or "words" not in hit.by
            assert name in near or "meaning" not in hit.by
            if name in near:
                assert hit.similarity == pytest.approx(cosines[name], abs=2e-3)
            assert hit.score <= len(hit.by) / (RANK + 1)
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        if by == "meaning":
            best = sorted({texts[name]: cosine for name, cosine in cosines.items()}.values(), reverse=True)[:limit]
            assert [hit.similarity for hit in hits] == pytest.approx(best, abs=2e-3)

    @invariant()
    def nothing_is_out_of_place(self):
        state = self.runner.run(self.memories.state())
        visible = self.visible()
        assert sum(state.memories.values()) == len(visible)
        assert state.model == self.used
        if self.used:
            assert state.embedded == len(self.embedded[self.used] & set(visible))
            assert state.waiting == len(set(visible) - self.embedded[self.used])
        rules = self.runner.run(self.database.read(lambda connection: list(vectors_of.rules(connection))))
        for words_, query in rules:
            assert (
                self.runner.run(
                    self.database.read(lambda connection, query=query: connection.execute(query).fetchall())
                )
                == []
            ), words_

    def visible(self) -> dict[str, tuple[float, str]]:
        """What can be found: its time, and its title and text."""
        found = {name: (each.at, f"{each.title}\n{each.text}") for name, each in self.kept.items()}
        found |= {
            name: (each.at, f"\n{each.content}") for name, (each, at) in self.said.items() if at.id not in self.deleted
        }
        return found

    def fits(self, name: str, scope: Scope) -> bool:
        if name in self.kept:
            each = self.kept[name]
            kind, at, space, user, tagged, talk = each.kind, each.at, each.space, each.user, each.tags, None
        else:
            message, place = self.said[name]
            kind, at, talk = "message", message.at, place.id
            space, user, tagged = place.space, place.user, place.tags
        return (
            (not scope.kinds or kind in scope.kinds)
            and scope.space in (None, space)
            and scope.user in (None, user)
            and (scope.tag is None or scope.tag in tagged)
            and (scope.since is None or at >= scope.since)
            and (scope.until is None or at < scope.until)
            and scope.conversation in (None, talk)
        )


TestMemory = Memory.TestCase
TestMemory.settings = settings(max_examples=40, stateful_step_count=30)

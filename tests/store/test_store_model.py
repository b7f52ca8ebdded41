"""The store does what lists in memory would do, whatever is asked of it in whatever order."""

import asyncio
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from tests.store.house import removes
from tests.store.plain import Plain, same, title
from voiced.core.errors import InputInvalid, NotFound
from voiced.core.history import Change, Conversation, Message, NewConversation, Source, Wanted
from voiced.core.promises import Promise, Schedule
from voiced.store.conversations import StoredConversations
from voiced.store.db import Database
from voiced.store.promises import StoredPromises

CONTINUE_S = 60
NOW = float(int(time.time()))
few = st.sampled_from
words = st.lists(few(("lamp", "Kitchen", "rain", "raining", "100%", "o'clock", "music")), min_size=1, max_size=4)
texts = words.map(" ".join) | st.just("") | st.text(alphabet="ab \n\"'%_üß🙂", max_size=8)
searched = few(("lamp", "kitchen", "rain lamp", "nothing"))
spaces, users, tags = few(("home", "kitchen")), few(("", "ann")), st.lists(few(("a", "b", "c")), max_size=3)
statuses = few(("active", "active", "archived", "closed", "deleted"))
names = few(("c0", "c0", "c0", "c1", "c1", "c2"))
metadata = few(({}, {"a": [1, None]}))
maybe = st.none
messages = st.builds(
    Message,
    id=st.integers(0, 999).map("m{}".format),
    role=few(("user", "assistant", "system", "tool")),
    content=texts,
    at=st.integers(-4, 4).map(lambda step: NOW + step * 30.5) | st.just(NOW - 2e6),
    turn=maybe() | st.just("t"),
    request=maybe() | st.integers(0, 20).map("r{}".format),
    channel=few(("text", "voice")),
    mode=few(("command", "chat")),
    tier=maybe() | st.just("rules"),
    model=maybe() | st.just("small"),
    tokens_in=maybe() | st.integers(0, 10**6),
    tokens_out=maybe() | st.integers(0, 10**6),
    latency_ms=maybe() | st.floats(0, 1e5),
    spoken=maybe() | texts,
    sources=few(([], [Source(kind="web", reference="x", title="y")])),
    privacy=few(("public", "secret")),
    metadata=metadata,
)
batches = st.lists(messages, min_size=1, max_size=6)
limits = few((2, 3, 50))
promises = st.builds(
    Promise,
    id=st.integers(0, 9).map("p{}".format),
    kind=few(("timer", "alarm", "reminder")),
    name=texts,
    state=few(("active", "done", "cancelled")),
    made_at=st.just(NOW),
    changed_at=st.integers(0, 50).map(lambda step: NOW + step),
    due=maybe() | st.floats(NOW, NOW + 1e6),
    seconds=maybe() | st.floats(1, 1e6),
    monotonic=maybe() | st.floats(0, 1e6),
    boot=few(("", "b1")),
    schedule=maybe() | st.just(Schedule(time="07:00", days=(0, 4))),
    unheard=maybe() | st.just(NOW),
)


class StoreMachine(RuleBasedStateMachine):
    """The store beside its model."""

    @initialize()
    def begin(self):
        self.folder = Path(tempfile.mkdtemp(prefix="voiced-model-"))
        self.runner = asyncio.Runner()
        self.run = self.runner.run
        self.plain = Plain(CONTINUE_S)
        self.promised: dict[str, Promise] = {}
        self.open_file()
        for name in ("c0", "c1"):
            self.open(name, "begun", "home", "", [], {})

    def open_file(self):
        self.database = self.run(Database.open(self.folder))
        self.store = StoredConversations(self.database, continue_s=CONTINUE_S)
        self.promises = StoredPromises(self.database)

    def teardown(self):
        if hasattr(self, "database"):
            self.run(self.database.close())
            self.runner.close()
            shutil.rmtree(self.folder)

    @rule()
    def close_and_open(self):
        self.run(self.database.close())
        self.open_file()

    @rule(name=names, title=texts, space=spaces, user=users, tags=tags, extra=metadata)
    def open(self, name, title, space, user, tags, extra):
        new = NewConversation(id=name, title=title, space=space, user=user, tags=tags, metadata=extra)
        before = time.time()
        given = self.run(self.store.open(new))
        if name not in self.plain.conversations:
            assert before <= given.made_at <= time.time()
            self.plain.put(
                Conversation(
                    id=name,
                    title=title,
                    space=space,
                    user=user,
                    tags=sorted(set(tags)),
                    metadata=extra,
                    made_at=given.made_at,
                    changed_at=given.made_at,
                    last_at=given.made_at,
                )
            )
        assert given == self.plain.conversations[name]

    def meets(self, name) -> bool:
        """Whether there is such a conversation."""
        return name in self.plain.conversations

    def refused(self, coroutine, error=NotFound):
        with pytest.raises(error):
            self.run(coroutine)

    @rule(name=names, title=maybe() | texts, tags=maybe() | tags, status=maybe() | statuses, extra=maybe() | metadata)
    def change(self, name, title, tags, status, extra):
        change = Change(title=title, tags=tags, status=status, metadata=extra)
        if not self.meets(name):
            return self.refused(self.store.change(name, change))
        given = self.run(self.store.change(name, change))
        changes = {"title": title, "tags": tags and sorted(set(tags)), "status": status, "metadata": extra}
        changes = {field: value for field, value in changes.items() if value is not None}
        self.plain.put(replace(self.plain.conversations[name], **changes, changed_at=given.changed_at))
        assert given == self.plain.conversations[name]
        return None

    @rule(name=names)
    def purge(self, name):
        if not self.meets(name):
            return self.refused(self.database.write(removes(name)))
        assert self.run(self.store.last(name, 1)) == self.plain.messages[name][-1:]
        self.run(self.database.write(removes(name), lambda _: self.store.forget()))
        self.plain.purge(name)
        return self.refused(self.store.last(name, 1))

    def unclear(self, batch) -> bool:
        """Whether one of them is two others at once, by its id and by its request: either may be given."""
        there = [[*self.plain.known(each), *same(batch, each)] for each in batch]
        return any(len({(other.id, other.request, other.role) for other in others}) > 1 for others in there)

    @rule(name=names, batch=batches)
    def add(self, name, batch):
        if not self.meets(name):
            return self.refused(self.store.add(batch, name))
        if not self.unclear(batch):
            assert self.run(self.store.add(batch, name)) == self.plain.add(batch, name)
        return None

    @rule(name=names, count=few((20, 105)))
    def add_many(self, name, count):
        if self.meets(name):
            start = len(self.plain.messages[name])
            batch = [
                Message(id=f"{name}-{NOW}-{start + place}", role="user", content="lamp", at=NOW)
                for place in range(count)
            ]
            assert self.run(self.store.add(batch, name)) == self.plain.add(batch, name)

    @rule(batch=batches, space=spaces, user=users)
    def add_to_what_goes_on(self, batch, space, user):
        if self.unclear(batch):
            return
        name = self.plain.current(batch[0].at, space, user)
        known = [self.plain.known(each) for each in batch]
        kept = self.run(self.store.add(batch, space=space, user=user))
        if all(known):
            assert kept == [there[0] for there in known]
            return
        if name is None:
            (new,) = {each.id for each in self.all_found(Wanted(limit=500))} - self.plain.conversations.keys()
            at = batch[0].at
            self.plain.put(
                Conversation(id=new, title=title(batch), space=space, user=user, made_at=at, changed_at=at, last_at=at)
            )
            name = new
        assert kept == self.plain.add(batch, name)

    @rule(name=names, batch=batches, bad=few(({"role": "nobody"}, {"content": "x" * 1_000_001}, {"at": "late"})))
    def add_what_cannot_be_kept(self, name, batch, bad):
        self.refused(self.store.add([*batch, replace(batch[-1], id="bad", **bad)], name), InputInvalid)

    @rule(name=names, count=st.integers(1, 150), batch=batches)
    def read_the_last_ones_while_others_are_added(self, name, count, batch):
        if not self.meets(name) or self.unclear(batch):
            return

        async def both():
            return await asyncio.gather(self.store.last(name, count), self.store.add(batch, name))

        before = self.plain.messages[name][-count:]
        read, kept = self.run(both())
        assert kept == self.plain.add(batch, name)
        assert read in (before, self.plain.messages[name][-count:])
        assert self.run(self.store.last(name, count)) == self.plain.messages[name][-count:]

    @rule(name=names, count=st.integers(1, 150))
    def last(self, name, count):
        if not self.meets(name):
            return self.refused(self.store.last(name, count))
        assert self.run(self.store.last(name, count)) == self.plain.messages[name][-count:]
        return None

    @rule(name=names, limit=st.integers(1, 60))
    def pages_of_a_conversation(self, name, limit):
        if not self.meets(name):
            return self.refused(self.store.messages(name))
        found = self.pages(lambda cursor: self.store.messages(name, limit, cursor), limit)
        assert found == self.plain.messages[name]
        return None

    @rule(limit=limits, text=maybe() | searched, space=maybe() | spaces)
    def recent(self, limit, text, space):
        for wanted in ({"text": text, "space": space}, {"text": None, "space": None}):
            found = self.pages(lambda cursor: self.store.recent(limit, cursor, **wanted), limit)  # noqa: B023
            assert found == self.plain.recent(**wanted)

    @rule(
        limit=limits,
        space=maybe() | spaces,
        user=maybe() | users,
        tag=maybe() | few(("a", "b")),
        status=maybe() | statuses,
        text=maybe() | searched | few(("%", "_")),
    )
    def find(self, limit, **wanted):
        for each in (Wanted(limit=limit, **wanted), Wanted(limit=limit)):
            assert self.all_found(each) == self.plain.find(each)

    def all_found(self, wanted):
        return self.pages(lambda cursor: self.store.find(replace(wanted, cursor=cursor)), wanted.limit)

    def pages(self, read, limit):
        """All pages, one after the other; each but the last is full."""
        page = self.run(read(None))
        found = list(page.items)
        while page.next is not None:
            assert len(page.items) == limit
            page = self.run(read(page.next))
            assert page.items
            found += page.items
        assert len(page.items) <= limit
        return found

    @rule(batch=st.lists(promises, min_size=1, max_size=3))
    def save(self, batch):
        self.run(self.promises.save(batch))
        self.promised |= {each.id: each for each in batch}

    @invariant()
    def the_same_is_kept(self):
        if not hasattr(self, "database"):
            return
        for name, conversation in self.plain.conversations.items():
            assert self.run(self.store.get(name)) == conversation

    @rule()
    def statistics(self):
        assert self.run(self.store.statistics()) == self.plain.statistics()

    @rule(limit=limits)
    def promises_active_and_past(self, limit):
        active = self.run(self.promises.active())
        dues = [each.due or 0 for each in active]
        assert dues == sorted(dues)
        assert {each.id: each for each in active} == {
            name: each for name, each in self.promised.items() if each.state == "active"
        }
        past = sorted((each.changed_at for each in self.promised.values() if each.state != "active"), reverse=True)
        read = self.run(self.promises.past(limit))
        assert [each.changed_at for each in read] == past[:limit]
        assert all(each == self.promised[each.id] for each in read)


TestStoreModel = StoreMachine.TestCase
TestStoreModel.settings = settings(max_examples=25, stateful_step_count=50)

"""All providers as one: what they find together, what they do not, and what they are not told."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.memories import FakeMemories
from tests.fakes.search import FakeProvider, page
from voiced.core.config import MemoryConfig, PrivacyConfig
from voiced.core.config_search import SearchConfig
from voiced.core.errors import SearchFailed, StoreBusy
from voiced.core.history import Source
from voiced.core.memories import NewMemory
from voiced.core.status import MemoryStatus
from voiced.recall.knowledge import OwnKnowledge
from voiced.recall.search import Search
from voiced.search.remembered import Remembered
from voiced.search.unified import UnifiedSearch, merged
from voiced.store.answers import StoredAnswers
from voiced.store.db import Database


class NoAnswers:
    """A cache that cannot be used."""

    async def get(self, key: str) -> str | None:
        raise StoreBusy(key)

    async def put(self, key: str, content: str, **more: object) -> bool:
        raise StoreBusy(f"{key}: {content}, {more}")


def privacy_of(text: str):
    return "secret" if "password" in text else "personal" if "my" in text.split() else "public"


def unified(*providers: FakeProvider, answers=None, policy: PrivacyConfig | None = None, **config) -> UnifiedSearch:
    config = SearchConfig(**{"deadline_s": 5.0, **config})
    return UnifiedSearch(providers, config, policy or PrivacyConfig(), privacy_of, answers or NoAnswers())


def addresses(results) -> list[str]:
    return [result.source.title for result in results]


def test_what_several_have_found_comes_first_and_is_told_once():
    one = FakeProvider("one", [page("a.org/x"), page("b.org/", "best"), page("c.org")])
    two = FakeProvider("two", [page("www.b.org", "worse"), page("d.org")])
    found = asyncio.run(unified(one, two).search("tea"))
    assert addresses(found.results) == ["www.b.org", "a.org/x", "d.org", "c.org"]
    assert found.results[0].text == "worse", "the second has found it best"
    assert (found.failed, found.withheld) == ({}, "")


def test_there_are_no_more_results_than_are_wanted():
    one = FakeProvider("one", [page(f"{number}.org") for number in range(20)])
    assert len(asyncio.run(unified(one).search("tea")).results) == 5
    assert len(asyncio.run(unified(one).search("tea", limit=7)).results) == 7


def test_who_is_late_or_fails_is_told_and_keeps_nobody_waiting():
    late, broken = FakeProvider("late", None), FakeProvider("broken", SearchFailed("it is on fire"))
    good = FakeProvider("good", [page("a.org")])
    found = asyncio.run(unified(late, broken, good, deadline_s=0.05).search("tea"))
    assert addresses(found.results) == ["a.org"]
    assert found.failed == {"late": "it took longer than 0.05 s", "broken": "it is on fire"}


def test_all_are_asked_at_once():
    class Meeting(FakeProvider):
        """Answers when somebody else is asked, too."""

        async def search(self, words: str, limit: int):
            await both.wait()
            return await super().search(words, limit)

    async def run():
        found = await unified(Meeting("one", [page("a.org")]), Meeting("two", [page("b.org")])).search("tea")
        assert len(found.results) == 2

    both = asyncio.Barrier(2)
    asyncio.run(run())


@pytest.mark.parametrize(
    ("words", "limit", "asked"),
    [
        ("tea", "public", True),
        ("my tea", "public", False),
        ("my tea", "personal", True),
        ("my password", "sensitive", False),
        ("tea", "none", False),
    ],
)
def test_what_is_too_private_is_not_told_to_the_web(words: str, limit: str, asked: bool):  # noqa: FBT001 (a case)
    there, here = FakeProvider("there", [page("a.org")]), FakeProvider("here", [page("b.org")], web=False)
    found = asyncio.run(unified(there, here, policy=PrivacyConfig(search=limit)).search(words))
    assert there.asked == ([words] if asked else [])
    assert here.asked == [words]
    assert found.withheld == ("" if asked else "too private")


@pytest.mark.parametrize(("where", "asked"), [("everywhere", "both"), ("web", "there"), ("memory", "here")])
def test_only_those_are_asked_who_are_to_be(where, asked: str):
    there, here = FakeProvider("there", [page("a.org")]), FakeProvider("here", [page("b.org")], web=False)
    asyncio.run(unified(there, here).search("tea", where))
    assert [each.name for each in (there, here) if each.asked] == (["there", "here"] if asked == "both" else [asked])
    assert asyncio.run(unified(here).search("tea", "web")).withheld == "nothing is enabled"


def test_answers_of_the_web_are_kept_for_a_while_and_private_ones_are_not(tmp_path: Path):
    async def run():
        database = await Database.open(tmp_path)
        try:
            now = 1000.0
            answers = StoredAnswers(database, 1, lambda: now)
            there = FakeProvider("there", [page("a.org")])
            here = FakeProvider("here", [page("b.org")], web=False)
            search = unified(there, here, answers=answers, policy=PrivacyConfig(search="secret"), keep_s=60.0)
            first = await search.search("Black  holes")
            assert await search.search("black holes") == first
            assert there.asked == ["Black  holes"]
            assert len(here.asked) == 2
            now += 61
            await search.search("black holes")
            assert len(there.asked) == 2
            for _ in range(2):
                await search.search("the password")
            assert len(there.asked) == 4
            assert (await answers.status()).answers == 1
            none = unified(there, answers=answers, keep_s=0.0)
            await none.search("black holes")
            assert len(there.asked) == 5
        finally:
            await database.close()

    asyncio.run(run())


def test_connections_are_let_go_of():
    one, two = FakeProvider("one", []), FakeProvider("two", [])
    asyncio.run(unified(one, two).close())
    assert one.closed
    assert two.closed


def test_what_is_remembered_is_found_but_not_the_question_itself():
    async def run():
        memories = FakeMemories()
        recall = Search(memories, [], lambda: "", MemoryConfig())
        knowledge = OwnKnowledge(memories, recall, lambda: MemoryStatus(wanted=""), lambda: None, lambda _: "sensitive")
        provider = Remembered(recall)
        await knowledge.add([NewMemory(id="n", text="my bike is in the shed"), NewMemory(text="My bike?")])
        (found,) = await provider.search("my bike", 5)
        assert (found.text, found.source) == ("my bike is in the shed", Source("note", "n", "my bike is in the shed"))
        memories.failing = StoreBusy("busy")
        with pytest.raises(SearchFailed):
            await provider.search("my bike", 5)

    asyncio.run(run())


PAGES = st.lists(st.sampled_from([page(f"{name}.org") for name in "abcdef"]), max_size=8)


@given(st.dictionaries(st.sampled_from(["one", "two", "three"]), PAGES))
def test_merging_loses_nothing_and_doubles_nothing(found):
    everything = merged(found)
    assert {result.source.reference for result in everything} == {
        result.source.reference for results in found.values() for result in results
    }
    assert len({result.source.reference for result in everything}) == len(everything)


@given(PAGES)
def test_one_ranking_stays_as_it_is(results):
    assert merged({"one": results}) == list(dict.fromkeys(results))

"""What is kept of the web's answers is not taken for another server's, or another language's."""

import asyncio
from pathlib import Path

from tests.fakes.search import FakeProvider, page
from voiced.core.config import PrivacyConfig
from voiced.core.config_search import SearchConfig
from voiced.search.unified import UnifiedSearch
from voiced.store.answers import StoredAnswers
from voiced.store.db import Database


def test_an_answer_of_another_server_or_language_is_not_taken_for_this_ones(tmp_path: Path):
    async def run():
        database = await Database.open(tmp_path)
        try:
            answers = StoredAnswers(database, 1)
            for origin in ("en.wikipedia.org", "de.wikipedia.org"):
                there = FakeProvider("wiki", [page(origin)], origin=origin)
                config = SearchConfig(deadline_s=5.0, keep_s=60.0)
                search = UnifiedSearch([there], config, PrivacyConfig(), lambda _: "public", answers)
                for _ in range(2):
                    found = await search.search("gift")
                    assert [each.source.title for each in found.results] == [origin]
                assert len(there.asked) == 1
        finally:
            await database.close()

    asyncio.run(run())

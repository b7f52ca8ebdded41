"""What somebody set while voiced ran, and what outlives it."""

import asyncio
from math import inf

import pytest

from tests.fakes.clock import JumpingClock
from tests.store.house import house
from voiced.core.config_mind import QuietConfig
from voiced.store.settings import StoredSettings
from voiced.turn.quiet import Quiet

pytestmark = pytest.mark.usefixtures("either_way")


def test_a_setting_is_kept_until_it_is_set_anew(tmp_path):
    async def run():
        async with house(tmp_path) as home:
            settings = StoredSettings(home.database)
            assert await settings.get("a") is None
            for value in ("1", "2"):
                await settings.put("a", value)
            await settings.put("b", "3")
        async with house(tmp_path) as home:
            settings = StoredSettings(home.database)
            assert [await settings.get(name) for name in "ab"] == ["2", "3"]
            await settings.put("a", None)
            assert [await settings.get(name) for name in "ab"] == [None, "3"]

    asyncio.run(run())


@pytest.mark.parametrize("until", [None, inf, 4_000_000_000.5])
def test_do_not_disturb_outlives_a_restart(tmp_path, until):
    async def run():
        found = []
        for says in (True, False):
            async with house(tmp_path) as home:
                quiet = Quiet(QuietConfig(), JumpingClock(), StoredSettings(home.database))
                await quiet.load()
                if says:
                    await quiet.set(inf)
                    await quiet.set(until)
                found.append(quiet.do_not_disturb)
        return found

    before, after = asyncio.run(run())
    assert after == before
    assert (after.on, after.until) == (until is not None, None if until == inf else until)

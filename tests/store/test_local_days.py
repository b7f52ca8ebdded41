"""Messages are counted by local day, as it is configured."""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from voiced.core.history import Message
from voiced.store.conversations import StoredConversations
from voiced.store.db import Database

MOMENTS = ["2026-03-28T23:59:59+00:00", "2026-03-29T12:00:00+00:00", "2026-06-30T18:30:00+00:00"]


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("UTC", {"2026-03-28": 1, "2026-03-29": 1, "2026-06-30": 1}),
        ("Europe/Berlin", {"2026-03-29": 2, "2026-06-30": 1}),
        ("Asia/Kathmandu", {"2026-03-29": 2, "2026-07-01": 1}),
        ("America/New_York", {"2026-03-28": 1, "2026-03-29": 1, "2026-06-30": 1}),
    ],
)
def test_days_begin_when_they_do_in_the_zone(tmp_path, zone, days):
    async def main():
        database = await Database.open(tmp_path)
        try:
            store = StoredConversations(database, 0, lambda: ZoneInfo(zone))
            for number, moment in enumerate(MOMENTS):
                at = datetime.fromisoformat(moment).timestamp()
                await store.add([Message(id=f"{number}", role="user", content="x", at=at)])
            return (await store.statistics()).days
        finally:
            await database.close()

    counted = asyncio.run(main())
    assert counted == days
    assert list(counted) == sorted(counted), "the oldest first"

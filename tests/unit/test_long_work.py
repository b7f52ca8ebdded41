"""Long work over HTTP that nobody waits for any more."""

import asyncio

from litestar import Request

from voiced.control.progress import working


def test_work_that_is_given_up_at_once_clears_up_after_itself():
    async def main() -> bool:
        cleared = asyncio.Event()

        async def work(_: object) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                cleared.set()

        lines = aiter(working(Request({"type": "http", "state": {}}), "work", work).iterator)
        await anext(lines)
        await lines.aclose()
        await asyncio.wait_for(cleared.wait(), 10)
        return cleared.is_set()

    assert asyncio.run(main())

"""Waiting in an event loop for what other tasks and programs bring about."""

import asyncio
from collections.abc import Callable

PATIENCE_S = 30.0
"""What has not happened after so long does not happen."""


async def until(
    condition: Callable[[], object], what: str = "what is waited for", patience_s: float = PATIENCE_S
) -> None:
    """Waits until something is so.

    Raises:
        AssertionError: it does not become so.
    """
    try:
        async with asyncio.timeout(patience_s):
            while not condition():  # noqa: ASYNC110 (what is waited for may be another program)
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"it did not become so: {what}") from None

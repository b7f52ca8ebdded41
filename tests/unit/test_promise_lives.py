"""Promises in lives by chance: clocks that are set, restarts, boots in the past, and nobody at home."""

import asyncio

from hypothesis import given, settings

from tests.unit.promise_lives import Life, lives, places, seasons


@given(lives, seasons, places)
@settings(max_examples=40)
def test_every_promise_is_kept_once_whatever_happens(acts, true, zone):
    assert asyncio.run(Life(true, zone).live(acts)) == []

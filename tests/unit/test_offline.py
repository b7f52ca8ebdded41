"""What is promised, while no daemon is there to keep it: it is told, and not changed."""

import asyncio

import pytest

from tests.fakes.promises import ForgetfulPromises
from voiced.core.errors import StoreFailed
from voiced.core.promises import Promise
from voiced.offline import NoDaemon

NOW = 1_796_000_000.0


def timer(name: str, due: float | None) -> Promise:
    return Promise(id=name, kind="timer", made_at=NOW, changed_at=NOW, name=name, due=due)


def test_what_is_promised_is_told_but_what_is_due_already_and_nothing_is_changed():
    async def run() -> list[str]:
        store = ForgetfulPromises()
        await store.save([timer("tea", NOW + 600), timer("missed", NOW - 5), timer("rang", None)])
        promises = NoDaemon(store, lambda: NOW)
        told = [each.name for each in await promises.active()]
        with pytest.raises(StoreFailed) as refused:
            await promises.save([timer("egg", NOW + 60)])
        assert refused.value.code == "no-daemon"
        assert len(await store.active()) == 3
        return told

    assert asyncio.run(run()) == ["tea"]

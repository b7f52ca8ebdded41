"""Children that are loaded when they are needed, that have a spare, and that fail again and again."""

import asyncio
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from tests.faults.children import alive, echo, fault, run, running
from tests.rigs.awaiting import until
from voiced.core.errors import ConfigInvalid, EngineDied, EngineMissing, ModelMissing
from voiced.engines import child as child_module
from voiced.engines.child import DEGRADED, Child, ChildState, Upkeep

NO_PAUSES = (0.0,)
SHORT_PAUSES = (0.0, 0.0, 0.02)


@pytest.fixture(autouse=True)
def _find_the_victim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


def test_a_lazy_child_is_loaded_by_its_first_request() -> None:
    async def main() -> None:
        async with running(upkeep=Upkeep(lazy=True)) as child:
            assert (child.state, child.pid) == (ChildState.UNLOADED, None)
            await echo(child)
            assert child.state is ChildState.READY

    run(main)


def test_one_that_nobody_needs_is_unloaded_and_the_next_request_loads_it() -> None:
    async def main() -> None:
        async with running(upkeep=Upkeep(idle_s=0.05)) as child:
            for _ in range(2):
                await echo(child)
                pid = child.pid
                await until(lambda: child.state is ChildState.UNLOADED)
                assert not alive(pid)
            assert child.restarts == 0
            assert child.problem is None

    run(main)


def test_one_that_works_is_not_unloaded() -> None:
    async def main() -> None:
        async with running(upkeep=Upkeep(idle_s=0.01)) as child:
            async with child.exchange() as exchange:
                await exchange.send("stream")
                pid = child.pid
                for _ in range(500):
                    await exchange.receive()
                assert child.pid == pid
            await until(lambda: child.state is ChildState.UNLOADED)

    run(main)


def test_a_spare_takes_the_place_of_one_that_dies() -> None:
    async def main() -> None:
        async with running(upkeep=Upkeep(spare=True, pauses=NO_PAUSES)) as child:
            first, seen = child.pid, []
            spare = await child._spare._coming
            os.kill(first, signal.SIGKILL)
            child._on_change = lambda state, _: seen.append(state)
            await until(lambda: child.pid not in (first, None))
            assert child.pid == spare.pid
            await echo(child)
            assert seen == [ChildState.WAITING, ChildState.READY]

    run(main)


def test_a_spare_that_died_meanwhile_is_no_spare() -> None:
    async def main() -> None:
        async with running(upkeep=Upkeep(spare=True, pauses=NO_PAUSES)) as child:
            spare = await child._spare._coming
            os.kill(spare.pid, signal.SIGKILL)
            await until(lambda: not spare.alive)
            os.kill(child.pid, signal.SIGKILL)
            await until(lambda: child.restarts == 1)
            await echo(child)

    run(main)


def test_one_that_fails_again_and_again_keeps_nobody_waiting_and_comes_back() -> None:
    async def main() -> None:
        missing = threading.Event()
        missing.set()

        def complete(settings):
            if missing.is_set():
                raise ModelMissing("there is no model")
            return settings

        child = Child("victim", "victim:Victim", upkeep=Upkeep(pauses=SHORT_PAUSES), complete=complete)
        await child.start(insist=True)
        await until(lambda: child.restarts == DEGRADED)
        with pytest.raises(ModelMissing):
            await echo(child)
        missing.clear()
        await until(lambda: child.state is ChildState.READY)
        await echo(child)
        assert child.problem is None
        await child.close()

    run(main)


def test_one_that_dies_of_each_request_is_ready_for_the_next() -> None:
    async def main() -> None:
        async with running(upkeep=Upkeep(pauses=NO_PAUSES)) as child:
            for _ in range(2):
                assert isinstance(await fault(child, "quit", 20), EngineDied)
            await echo(child)
            for _ in range(2):
                assert isinstance(await fault(child, "quit", 20), EngineDied)
            await echo(child)

    run(main)


def test_a_wrong_setting_is_no_matter_of_patience() -> None:
    async def main() -> None:
        with pytest.raises(ConfigInvalid):
            await Child("victim", "nonsense").start(insist=True)

    run(main)


def test_memory_is_limited() -> None:
    async def main() -> None:
        async with running(upkeep=Upkeep(memory_mb=600)) as child:
            async with child.exchange(60) as exchange:
                await exchange.send("eat", {"megabytes": 8})
                assert (await exchange.receive()).data == {"bytes": 8 << 20}
            async with child.exchange(60) as exchange:
                await exchange.send("eat", {"megabytes": 2000})
                with pytest.raises(EngineDied):
                    await exchange.receive()
            await echo(child)

    run(main)


def test_an_engine_may_have_an_interpreter_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "python"
    own.write_text(f'#!/bin/sh\nPYTHONPATH="$PYTHONPATH:{Path(__file__).parent}" exec {sys.executable} "$@"\n')
    own.chmod(0o755)
    monkeypatch.delenv("PYTHONPATH")

    async def main() -> None:
        async with running(upkeep=Upkeep(python=str(own))) as child:
            await echo(child)

    run(main)


def test_an_interpreter_that_is_not_there_is_named() -> None:
    async def main() -> None:
        child = Child("victim", "victim:Victim", upkeep=Upkeep(python="/nowhere/python", pauses=NO_PAUSES))
        with pytest.raises(EngineDied, match="/nowhere/python"):
            await child.start()

    run(main)


def test_an_engine_that_is_not_installed_leaves_the_others_their_turn() -> None:
    async def main() -> None:
        child = Child("victim", "no_such_module:Engine", upkeep=Upkeep(pauses=SHORT_PAUSES))
        await child.start(insist=True)
        await until(lambda: child.restarts >= DEGRADED)
        with pytest.raises(EngineMissing):
            await echo(child)
        await child.close()

    run(main)


def test_one_that_dies_while_it_loads_has_failed_however_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "STEADY_S", 0.0)

    async def main() -> None:
        child = Child("victim", "victim:Victim", {"start": "exit"}, Upkeep(pauses=NO_PAUSES))
        with pytest.raises(EngineDied):
            await child.start()

    run(main)


def test_unloading_lets_go_of_the_spare_too() -> None:
    async def main() -> None:
        async with running(upkeep=Upkeep(spare=True, idle_s=0.2)) as child:
            async with child.exchange():  # Nobody who works is unloaded, however long the spare takes to load.
                spare = await child._spare._coming
            await until(lambda: child.state is ChildState.UNLOADED)
            assert not alive(spare.pid)
            await echo(child)

    run(main)


def test_a_request_for_one_that_is_closed_fails_at_once() -> None:
    async def main() -> None:
        child = Child("victim", "victim:Victim")
        await child.start()
        await child.close()
        with pytest.raises(EngineDied, match="closed"):
            async with child.exchange():
                pass

    run(main)


def test_a_child_can_be_closed_while_it_loads_its_spare() -> None:
    async def main() -> None:
        async with running(upkeep=Upkeep(spare=True)):
            await asyncio.sleep(0)

    run(main)

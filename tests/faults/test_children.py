"""Whatever a child does, the daemon stays, the caller is told, and the next call works."""

import asyncio
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.faults.children import alive, echo, fault, run, running, title
from tests.rigs.awaiting import until
from voiced.core.errors import ConfigInvalid, DeadlinePassed, EngineDied, SttFailed, VoicedError
from voiced.engines.child import Child, ChildState, Upkeep

DEATHS = ["abort", "segv", "quit", "crash", "babble", "boast"]
HANGS = ["hang", "freeze"]


@pytest.fixture(autouse=True)
def _find_the_victim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


def test_settings_and_descriptors_reach_the_engine() -> None:
    async def main() -> None:
        read, write = os.pipe()
        async with running(settings={"voice": "low"}, lend=lambda: [write]) as child, child.exchange(20) as exchange:
            await exchange.send("settle")
            answer = await exchange.receive()
            assert answer.data == {"pid": child.pid, "voice": "low", "descriptors": [write]}
            assert title(child.pid) == "voiced: victim"
        os.close(read)
        os.close(write)

    run(main)


def test_an_engine_that_refuses_gives_its_own_error() -> None:
    async def main() -> None:
        async with running() as child:
            async with child.exchange(20) as exchange:
                await exchange.send("refuse")
                with pytest.raises(SttFailed, match="not today") as caught:
                    await exchange.receive()
            assert (caught.value.code, caught.value.hint) == ("closed-today", "Come back tomorrow.")
            await echo(child)
            assert child.restarts == 0

    run(main)


@pytest.mark.parametrize(
    ("settings", "error"),
    [({"start": "refuse"}, SttFailed), ({"start": "hang"}, DeadlinePassed), ({"start": "exit"}, EngineDied)],
)
def test_a_start_that_fails_tells_why(settings: dict[str, str], error: type[VoicedError]) -> None:
    async def main() -> None:
        deadline = 1.0 if error is DeadlinePassed else 20.0
        child = Child("victim", "victim:Victim", settings, Upkeep(start_deadline_s=deadline))
        with pytest.raises(error):
            await child.start()
        assert child.state is ChildState.CLOSED

    run(main)


def test_one_that_is_killed_while_it_starts_is_started_again() -> None:
    async def main() -> None:
        child = Child("victim", "victim:Victim")
        starting = asyncio.create_task(child.start())
        await until(lambda: child.pid is not None)
        os.kill(child.pid, signal.SIGKILL)
        await starting
        await echo(child)
        assert child.restarts == 1
        await child.close()

    run(main)


@pytest.mark.parametrize("engine", ["nonsense", "no_such_module:Engine", "victim:NoSuchClass"])
def test_an_engine_that_does_not_exist_is_named(engine: str) -> None:
    async def main() -> None:
        with pytest.raises(ConfigInvalid, match=engine):
            await Child("victim", engine).start()

    run(main)


@pytest.mark.parametrize("kind", DEATHS)
def test_a_death_is_told_at_once_and_the_next_call_works(kind: str) -> None:
    async def main() -> None:
        async with running() as child:
            for _ in range(4):
                error = await fault(child, kind, deadline_s=60)
                assert not isinstance(error, DeadlinePassed)
                await echo(child)
            assert child.restarts == 4

    run(main)


@pytest.mark.parametrize("kind", HANGS)
def test_a_hang_is_ended_at_the_deadline_and_the_next_call_works(kind: str) -> None:
    async def main() -> None:
        async with running() as child:
            for _ in range(3):
                error = await fault(child, kind, deadline_s=0.2)
                assert isinstance(error, DeadlinePassed)
                await echo(child)

    run(main)


def test_a_hang_after_the_caller_has_left_is_ended_too() -> None:
    async def main() -> None:
        async with running() as child:
            async with child.exchange() as exchange:
                await exchange.send("hang", {"announced": True})
                await exchange.receive()
            await until(lambda: child.restarts == 1)
            await echo(child)

    run(main)


def test_a_kill_from_outside_ends_only_what_was_asked_of_it() -> None:
    async def main() -> None:
        async with running() as child:
            for _ in range(4):
                async with child.exchange(60) as exchange:
                    await exchange.send("echo")
                    await exchange.receive()
                    assert child.pid
                    os.kill(child.pid, signal.SIGKILL)
                    with pytest.raises(EngineDied, match="SIGKILL"):
                        await exchange.receive()
                await echo(child)

    run(main)


def test_leaving_a_stream_early_stops_the_engine_and_drops_what_is_late() -> None:
    async def main() -> None:
        async with running() as child:
            for _ in range(5):
                async with child.exchange(20) as exchange:
                    await exchange.send("stream")
                    assert [(await exchange.receive()).data["number"] for _ in range(3)] == [0, 1, 2]
                await echo(child)
            assert child.restarts == 0

    run(main)


def test_a_deadline_set_later_holds_for_who_waits_already() -> None:
    async def main() -> None:
        async with running() as child, child.exchange() as exchange:
            waiting = asyncio.create_task(exchange.receive())
            await exchange.send("hang", {"announced": True})
            await waiting
            waiting = asyncio.create_task(exchange.receive())
            await asyncio.sleep(0)
            exchange.expect(0.1)
            with pytest.raises(DeadlinePassed):
                await waiting

    run(main)


def test_a_receiver_that_is_slow_loses_nothing() -> None:
    async def main() -> None:
        async with running() as child, child.exchange(60) as exchange:
            await exchange.send("stream", {"count": 2000})
            numbers = [(await exchange.receive()).data["number"] for _ in range(2000)]
        assert numbers == list(range(2000))

    run(main)


def test_two_requests_at_once_do_not_mix() -> None:
    async def main() -> None:
        async with running() as child, child.exchange(20) as one, child.exchange(20) as two:
            await two.send("echo", {"text": "two"})
            await one.send("echo", {"text": "one"})
            assert (await one.receive()).data == {"text": "one"}
            assert (await two.receive()).data == {"text": "two"}

    run(main)


def test_a_cancelled_task_leaves_a_child_that_works() -> None:
    async def main() -> None:
        async with running() as child:
            for wanted in (0, 1, 5):
                task = asyncio.create_task(_listen(child))
                await asyncio.sleep(0.01 * wanted)
                task.cancel()
                await asyncio.wait({task})
                await echo(child)
            assert child.restarts == 0

    async def _listen(child: Child) -> None:
        async with child.exchange() as exchange:
            await exchange.send("stream")
            while True:
                await exchange.receive()

    run(main)


def test_a_process_that_the_kernel_does_not_let_end_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with running() as child:
            stuck = child.pid
            assert stuck
            os.kill(stuck, signal.SIGSTOP)
            with monkeypatch.context() as kernel:
                kernel.setattr(signal, "pidfd_send_signal", lambda *_: None)
                child.kill()
                await until(lambda: child.restarts == 1, "it is given up")
            await echo(child)
            assert child.pid != stuck
            assert child.overdue_s == 0
            os.kill(stuck, signal.SIGKILL)
            await until(lambda: not alive(stuck))

    run(main)


def test_a_start_that_never_begins_is_overdue_and_one_that_takes_its_time_is_not() -> None:
    async def main() -> None:
        disk = threading.Event()

        def complete(settings: dict[str, Any]) -> dict[str, Any]:
            disk.wait()
            return settings

        for start_deadline_s, overdue in ((60.0, False), (0.01, True)):
            disk.clear()
            upkeep = Upkeep(start_deadline_s=start_deadline_s)
            child = Child("victim", "victim:Victim", {}, upkeep, complete=complete)
            starting = asyncio.create_task(child.start())
            await until(lambda child=child: child.state is ChildState.STARTING)
            if overdue:
                await until(lambda child=child: child.overdue_s > 0, "it is late")
            else:
                assert child.overdue_s == 0
            disk.set()
            await child.close()
            assert child.overdue_s == 0
            starting.cancel()

    run(main)


def test_a_child_ends_with_its_parent() -> None:
    script = """
import asyncio, os
from voiced.engines.child import Child
async def main():
    child = Child("victim", "victim:Victim")
    await child.start()
    print(child.pid, flush=True)
    async with child.exchange() as exchange:
        await exchange.send("hang", {"announced": True})
        await exchange.receive()
        os.kill(os.getpid(), 9)
asyncio.run(main())
"""

    async def main() -> None:
        parent = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
        output, _ = await parent.communicate()
        await until(lambda: not alive(int(output)))

    run(main)

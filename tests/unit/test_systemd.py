"""What systemd is told, and when it is no longer told that all is well."""

import asyncio
import os
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.fakes.clock import JumpingClock
from tests.rigs.notify import Notified
from voiced.control.systemd import STUCK_S, Signs, Systemd, words
from voiced.core.attention import Attention
from voiced.core.status import AudioStatus, Status, StoreStatus

LIMIT_S = 30
PING = "WATCHDOG=1"


@pytest.fixture
def notified(tmp_path: Path) -> Generator[Notified]:
    notified = Notified(tmp_path / "notify")
    yield notified
    notified.close()


def environment(notified: Notified, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": notified.address, "WATCHDOG_USEC": str(LIMIT_S * 1_000_000), **more}


class Patient:
    """Signs of life that a test can take away."""

    def __init__(self) -> None:
        self.late_s: dict[str, float] = {"the ear": 0.1, "stt whisper": 0.0}

    def __call__(self) -> Signs:
        return Signs("idle", dict(self.late_s))


@asynccontextmanager
async def watched(systemd: Systemd, clock: JumpingClock, patient: Patient) -> AsyncGenerator[None]:
    task = asyncio.create_task(systemd.watch(clock, patient))
    await clock.settle()
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def test_who_is_alive_pings_so_often_that_one_may_be_lost(notified: Notified) -> None:
    async def main() -> None:
        clock = JumpingClock()
        async with watched(Systemd(environment(notified)), clock, Patient()):
            for _ in range(10):
                notified.read()
                await clock.advance(LIMIT_S / 2)
                assert PING in notified.read()

    asyncio.run(main())


@pytest.mark.parametrize("who", ["the ear", "stt whisper"])
def test_who_is_stuck_ends_the_pings_and_is_named_until_it_goes_on(notified: Notified, who: str) -> None:
    async def main() -> None:
        clock, patient = JumpingClock(), Patient()
        async with watched(Systemd(environment(notified)), clock, patient):
            patient.late_s[who] = STUCK_S
            await clock.advance(LIMIT_S)
            assert PING in notified.read()
            patient.late_s[who] = STUCK_S + 0.1
            await clock.advance(0.1)
            notified.read()
            await clock.advance(10 * LIMIT_S)
            told = notified.read()
            assert PING not in told
            assert f"STATUS=stuck: {who}" in told
            patient.late_s[who] = 0.0
            await clock.advance(LIMIT_S)
            assert PING in notified.read()

    asyncio.run(main())


def test_nobody_is_told_where_nobody_asked() -> None:
    async def main() -> None:
        systemd, clock = Systemd({}), JumpingClock()
        systemd.ready("idle")
        await systemd.watch(clock, Patient())
        systemd.stopping()

    asyncio.run(main())


def test_a_socket_that_is_gone_ends_nothing(tmp_path: Path) -> None:
    Systemd({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready("idle")


def test_the_variables_are_for_the_daemon_alone(notified: Notified) -> None:
    variables = environment(notified, WATCHDOG_PID=str(os.getpid()), HOME="/")
    Systemd(variables)
    assert variables == {"HOME": "/"}


def test_a_watchdog_of_another_process_does_not_hurry_this_one(notified: Notified) -> None:
    async def main() -> None:
        clock = JumpingClock()
        hurried = environment(notified, WATCHDOG_PID=str(os.getpid() + 1), WATCHDOG_USEC="30000")
        async with watched(Systemd(hurried), clock, Patient()):
            notified.read()
            await clock.advance(1)
            assert not notified.read()

    asyncio.run(main())


def test_what_is_told_stands_on_one_line(notified: Notified) -> None:
    systemd = Systemd(environment(notified))
    systemd.ready("two\nlines")
    assert notified.read() == ["READY=1", "STATUS=two lines"]
    systemd.reloading()
    reloading, stamp = notified.read()
    assert reloading == "RELOADING=1"
    assert stamp.removeprefix("MONOTONIC_USEC=").isdecimal()


def status(
    *, listening: bool = True, problem: str = "", muted: bool = False, store: str = "", wake_word: bool = True
) -> Status:
    return Status(
        version="1",
        pid=1,
        state="idle",
        muted=muted,
        volume=50,
        wake_words=["hey_jarvis"],
        woke=0,
        near_misses=0,
        turns=0,
        failures=0,
        uptime_s=1.0,
        ear_turned_s=0.0,
        audio=AudioStatus(listening=listening, problem=problem),
        store=StoreStatus(problem=store),
        engines=[],
        promises=[],
        attention=Attention(wake_word=wake_word),
    )


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (status(), "idle; listens for hey_jarvis"),
        (status(muted=True, listening=False), "idle; muted"),
        (status(listening=False, problem="there is no microphone"), "idle; hears nothing: there is no microphone"),
        (status(wake_word=False), "idle; listens if it is asked to"),
        (status(wake_word=False, listening=False, problem="it is gone"), "idle; hears nothing: it is gone"),
        (status(listening=False), "idle; hears nothing: the microphone is not open yet"),
        (status(store="the disk is full"), "idle; listens for hey_jarvis; what is said is not kept: the disk is full"),
    ],
)
def test_how_it_is_in_words(state: Status, told: str) -> None:
    assert words(state) == told

"""Whatever the microphone does, the daemon stays, says so, and hears again. The library is scripted here."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.rigs.awaiting import until
from tests.rigs.listener import Listener, listening
from voiced.core.config import AudioConfig
from voiced.core.events import AudioFound, AudioLost

FAKE = Path(__file__).parents[1] / "fakes" / "portaudio"
Script = Callable[..., None]


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    """Says what the microphone does each time it is opened."""
    monkeypatch.setenv("PYTHONPATH", str(FAKE))
    monkeypatch.setenv("FAKE_AUDIO", str(tmp_path / "script"))

    def write(*lines: str) -> None:
        (tmp_path / "script").write_text("\n".join(lines))

    return write


def run(main: Callable[[Listener], Coroutine[Any, Any, None]], config: AudioConfig | None = None) -> None:
    async def with_listener() -> None:
        async with listening(config or AudioConfig()) as listener:
            await main(listener)

    asyncio.run(with_listener())


def problems(listener: Listener) -> list[str]:
    return [event.code for _, event in listener.events if isinstance(event, AudioLost)]


def test_a_device_of_another_rate_and_more_channels_is_heard(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_AUDIO_RATES", "44100 48000")
    monkeypatch.setenv("FAKE_AUDIO_CHANNELS", "2")
    script("fine")

    async def main(listener: Listener) -> None:
        await until(lambda: len(listener.frames) > 20, "frames")
        assert all(len(frame.samples) == 1024 for frame in listener.frames)
        assert listener.samples()[2000:].tolist() == pytest.approx([100] * (len(listener.samples()) - 2000), abs=2)

    run(main)


@pytest.mark.parametrize(("fault", "code"), [("busy", "device-busy"), ("host-error", "device-unusable")])
def test_a_device_that_cannot_be_opened_is_tried_again_and_again(script: Script, fault: str, code: str) -> None:
    script(*[fault] * 8, "fine")

    async def main(listener: Listener) -> None:
        await until(lambda: listener.frames, "frames")
        assert problems(listener) == [code]
        assert len(listener.seen(AudioFound)) == 1
        assert listener.card.child.restarts == 0

    run(main)


def test_a_microphone_that_stalls_without_an_error_is_replaced(script: Script) -> None:
    script("stall 5", "stall 10", "fine")

    async def main(listener: Listener) -> None:
        await until(lambda: len(listener.frames) > 30, "frames after two stalls")
        assert problems(listener) == ["microphone-stalled"] * 2
        assert len(listener.seen(AudioFound)) == 3
        starts = [frame.start for frame in listener.frames]
        assert starts == sorted(set(starts))
        jumps = [later - earlier for earlier, later in pairwise(starts) if later - earlier != 512]
        assert len(jumps) == 2, "positions jump over the two gaps, and nowhere else"

    run(main)


def test_a_microphone_that_opens_but_never_delivers_is_found_only_when_it_is_heard(script: Script) -> None:
    script("stall 0", "stall 0", "fine")

    async def main(listener: Listener) -> None:
        await until(lambda: listener.frames and listener.card.status().listening, "frames")
        found = listener.seen(AudioFound)
        assert len(found) == 2
        assert found[-1] > listener.moments[0]

    run(main)


def test_an_error_in_the_midst_of_sound_is_told_and_survived(script: Script) -> None:
    script("break 5", "fine")

    async def main(listener: Listener) -> None:
        await until(lambda: len(listener.frames) > 20, "frames")
        assert problems(listener) == ["device-lost"]
        assert listener.card.child.restarts == 0

    run(main)


def test_sound_that_was_lost_is_a_gap_and_no_loss_of_the_microphone(script: Script) -> None:
    script("skip 50")

    async def main(listener: Listener) -> None:
        await until(lambda: len(listener.frames) > 240, "frames")
        starts = [frame.start for frame in listener.frames]
        (gap,) = [later - earlier for earlier, later in pairwise(starts) if later - earlier != 512]
        assert gap == pytest.approx(0.45 * 16_000, rel=0.2)
        assert listener.card.child.restarts == 0

    # The scripted library keeps no sound while the canceller is loaded; a real one does.
    run(main, AudioConfig(echo_cancelling="off"))


def test_a_killed_or_frozen_child_is_replaced(script: Script) -> None:
    script("fine")

    async def main(listener: Listener) -> None:
        for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV):
            await until(lambda: listener.card.status().listening, "a microphone")
            before = len(listener.frames)
            assert listener.card.child.pid
            os.kill(listener.card.child.pid, number)
            lost = len(problems(listener))
            await until(lambda lost=lost: len(problems(listener)) > lost, f"{number} is noticed")
            await until(lambda before=before: len(listener.frames) > before + 5, f"frames after {number}")
        assert listener.card.child.restarts == 3

    run(main)


def test_an_audio_process_that_is_ended_on_purpose_comes_back_at_once(script: Script) -> None:
    script("fine")

    async def main(listener: Listener) -> None:
        await until(lambda: listener.frames, "frames")
        first, before = listener.card.child.pid, len(listener.frames)
        listener.card.restart()
        await until(lambda: len(listener.frames) > before + 5, "frames of the next one")
        assert listener.card.child.pid != first
        assert problems(listener) == ["engine-died"], "whoever watches is told"

    run(main)


def test_muted_means_closed_and_nothing_is_heard(script: Script, tmp_path: Path) -> None:
    script("fine", "fine", "fine")

    async def main(listener: Listener) -> None:
        await until(lambda: listener.frames, "frames")
        pid = listener.card.child.pid
        listener.card.set_muted(True)
        await until(lambda: not listener.card.status().listening, "closed")
        before = len(listener.frames)
        await asyncio.sleep(0.7)
        assert len(listener.frames) == before
        assert not problems(listener), "mute is no loss"
        listener.card.set_muted(False)
        await until(lambda: len(listener.frames) > before, "frames after mute")
        # The script takes a step only when the microphone is opened while it is closed.
        await until(lambda: (tmp_path / "script").read_text() == "fine", "it was closed and opened again")
        assert listener.card.child.pid == pid

    run(main)


def test_muting_and_opening_again_while_it_starts_leaves_one_microphone(script: Script) -> None:
    script(*["fine"] * 5)

    async def main() -> None:
        listener = Listener(AudioConfig())
        starting = asyncio.create_task(listener.card.start())
        try:
            for muted in (True, False, True, False):
                listener.card.set_muted(muted)
                await asyncio.sleep(0)
            await starting
            for _ in range(2):
                await until(lambda: listener.card.status().listening, "it listens")
                listener.card.set_muted(True)
                await until(lambda: not listener.card.status().listening, "it is closed")
                listener.card.set_muted(False)
            await until(lambda: listener.card.status().listening, "it listens again")
            assert not problems(listener)
        finally:
            await listener.card.close()
            listener.join()

    asyncio.run(main())


def test_an_unknown_device_is_named_with_those_that_exist(script: Script) -> None:
    script("fine")

    async def main(listener: Listener) -> None:
        await until(lambda: listener.card.status().problem, "a problem")
        assert "'no such thing'" in listener.card.status().problem
        assert "Fake: USB Audio" in listener.card.status().hint
        assert problems(listener) == ["device-missing"]

    run(main, AudioConfig(input="no such thing"))

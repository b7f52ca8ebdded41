"""Through PortAudio and a real audio server: hears what is spoken, plays what it should, survives pulled plugs."""

import asyncio
import subprocess
from collections.abc import Callable, Coroutine, Generator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.rigs.audio_server import AudioServer
from tests.rigs.awaiting import until
from tests.rigs.listener import RATE, Listener, clips, listening, tone
from voiced.core.errors import AudioFailed
from voiced.core.events import AudioFound, AudioLost
from voiced.core.ports.audio import Played
from voiced.core.types import Clip

pytestmark = pytest.mark.server
Main = Callable[[Listener], Coroutine[Any, Any, None]]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[AudioServer]:
    server = AudioServer(tmp_path / "audio")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    server.start()
    yield server
    server.stop()


def run(main: Main) -> None:
    async def with_listener() -> None:
        async with listening() as listener:
            await until(lambda: listener.frames, "the first frames")
            await main(listener)

    asyncio.run(with_listener())


def recorded(recorder: "subprocess.Popen[bytes]") -> np.ndarray:
    output, _ = recorder.communicate(timeout=30)
    return np.frombuffer(output[: len(output) // 2 * 2], np.int16)


def loud(samples: np.ndarray) -> np.ndarray:
    """From the first to the last loud sample."""
    where = np.flatnonzero(np.abs(samples.astype(int)) > 500)
    return samples[where[0] : where[-1] + 1] if len(where) else samples[:0]


def test_what_is_spoken_is_heard(server: AudioServer) -> None:
    async def main(listener: Listener) -> None:
        await asyncio.to_thread(server.speak, tone(440, 1.0))
        await until(lambda: len(loud(listener.samples())) > 15_000, "a second of sound")
        heard = loud(listener.samples())
        assert np.argmax(np.abs(np.fft.rfft(heard))) * RATE / len(heard) == pytest.approx(440, abs=2)
        starts = [frame.start for frame in listener.frames]
        assert starts == list(range(starts[0], starts[0] + 512 * len(starts), 512))
        assert listener.card.status().device == "mic"

    run(main)


def test_what_is_played_is_heard_without_a_gap(server: AudioServer) -> None:
    sounds = [Clip(tone(440, 0.5, rate), rate) for rate in (22_050, 16_000, 48_000)]

    async def whole(listener: Listener) -> bool:
        told: list[Played] = []
        with server.recording() as recorder:
            await listener.card.play(clips(*sounds), told.append)
            await asyncio.sleep(0.3)
        assert 0 < told[0].seconds < told[-1].seconds == pytest.approx(1.5, abs=0.01)
        assert all(earlier.seconds <= later.seconds for earlier, later in pairwise(told))
        heard = loud(recorded(recorder))
        # A tone of 440 Hz is never near zero for a whole period: where it is, something is missing.
        least = np.abs(heard[: len(heard) // 40 * 40].reshape(-1, 40)).max(axis=1).min()
        return bool(len(heard) / RATE == pytest.approx(1.5, abs=0.02) and least > 2_000)

    async def main(listener: Listener) -> None:
        # A machine that is too busy for a moment makes a gap that is not ours.
        assert any([await whole(listener) for _ in range(3)])

    run(main)


def test_volume_is_a_factor_at_the_output(server: AudioServer) -> None:
    async def main(listener: Listener) -> None:
        sizes = []
        for volume in (100, 50, 0):
            listener.card.set_volume(volume)
            with server.recording() as recorder:
                await listener.card.play(clips(Clip(tone(440, 0.5), RATE)), lambda _: None)
                await asyncio.sleep(0.3)
            sizes.append(np.abs(recorded(recorder).astype(int)).max())
        assert sizes == pytest.approx([10_000, 2_500, 0], abs=400)

    run(main)


def test_a_sound_that_is_cancelled_ends_and_the_next_one_plays(server: AudioServer) -> None:
    async def main(listener: Listener) -> None:
        for seconds in (0.0, 0.1, 0.5):
            told: list[Played] = []
            with server.recording() as recorder:
                playing = asyncio.create_task(listener.card.play(clips(Clip(tone(440, 20), RATE)), told.append))
                await until(lambda told=told, seconds=seconds: told and told[-1].seconds >= seconds, "sound")
                playing.cancel()
                await asyncio.wait({playing})
                await asyncio.sleep(0.3)
            heard_s = len(loud(recorded(recorder))) / RATE
            assert heard_s == pytest.approx(told[-1].seconds, abs=0.1), "it knows what was really played"
        await listener.card.play(clips(Clip(tone(440, 0.2), RATE)), told.append)
        assert told[-1].seconds == pytest.approx(0.2, abs=0.01)

    run(main)


def test_a_speaker_that_is_not_there_is_an_error_and_the_microphone_goes_on(server: AudioServer) -> None:
    async def main(listener: Listener) -> None:
        server._pactl("unload-module", "module-null-sink")
        server.plug()
        with pytest.raises(AudioFailed):
            await listener.card.play(clips(Clip(tone(440, 0.2), RATE)), lambda _: None)

    run(main)


def test_a_plug_that_is_pulled_and_put_back_again_and_again(server: AudioServer) -> None:
    async def main(listener: Listener) -> None:
        for _ in range(3):
            lost, found = len(listener.seen(AudioLost)), len(listener.seen(AudioFound))
            await asyncio.to_thread(server.unplug)
            await until(lambda lost=lost: len(listener.seen(AudioLost)) > lost, "the loss is noticed")
            await asyncio.to_thread(server.plug)
            await until(lambda found=found: len(listener.seen(AudioFound)) > found, "it is found")
            before = len(listener.frames)
            await asyncio.to_thread(server.speak, tone(440, 0.5))
            await until(lambda before=before: any(any(f.samples) for f in listener.frames[before:]), "it is heard")

    run(main)


def test_no_microphone_at_the_start_is_no_error(server: AudioServer) -> None:
    async def main() -> None:
        server.unplug()
        async with listening() as listener:
            await until(lambda: listener.card.status().problem, "the problem is told")
            server.plug()
            await until(lambda: listener.frames, "frames")

    asyncio.run(main())


def test_an_audio_server_that_hangs_or_ends_is_survived(server: AudioServer) -> None:
    async def main(listener: Listener) -> None:
        server.freeze()
        await until(lambda: listener.seen(AudioLost), "the loss is noticed")
        server.thaw()
        await until(lambda: listener.card.status().listening, "it is found")
        server.stop()
        await until(lambda: len(listener.seen(AudioLost)) >= 2, "the end is noticed")
        await asyncio.to_thread(server.start)
        await until(lambda: listener.card.status().listening, "it is found")

    run(main)


@pytest.mark.usefixtures("server")
def test_devices_are_listed() -> None:
    async def main(listener: Listener) -> None:
        devices = await listener.card.devices()
        assert {"mic", "spk"} <= {device.name for device in devices}
        assert [device.name for device in devices if device.default] == ["default"]

    run(main)

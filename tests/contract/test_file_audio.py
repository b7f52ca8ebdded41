"""Files instead of a microphone and a speaker: any kind of file, and one clock."""

import asyncio
import gc
import io
import tracemalloc
from contextlib import suppress

import numpy as np
import pytest
import soundfile

from voiced.core.activity import Activity
from voiced.core.errors import InputInvalid, TtsFailed
from voiced.core.types import FRAME_SAMPLES, RATE, Clip
from voiced.engines import files


def tone(seconds: float, rate: int, channels: int = 1) -> np.ndarray:
    sound = 0.5 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)
    return np.repeat(sound[:, None], channels, axis=1)


@pytest.mark.parametrize(
    ("name", "rate", "channels", "subtype"),
    [
        ("a.wav", 16_000, 1, "PCM_16"),
        ("a.wav", 8_000, 2, "PCM_24"),
        ("a.wav", 48_000, 2, "FLOAT"),
        ("a.flac", 44_100, 1, "PCM_16"),
        ("a.ogg", 22_050, 1, "VORBIS"),
        ("a.wav", 96_000, 6, "PCM_U8"),
    ],
)
def test_any_sound_file_becomes_16_khz_mono(tmp_path, name, rate, channels, subtype):
    if name.endswith("wav") and subtype == "PCM_U8":
        rate = 48_000
    soundfile.write(tmp_path / name, tone(1.0, rate, channels), rate, subtype=subtype)
    sound = np.frombuffer(files.read(tmp_path / name), np.int16).astype(float)
    assert len(sound) == pytest.approx(RATE, abs=400)
    spectrum = np.abs(np.fft.rfft(sound))
    assert np.argmax(spectrum) * RATE / len(sound) == pytest.approx(440, abs=3)
    assert np.sqrt(np.mean(sound**2)) == pytest.approx(0.5 / np.sqrt(2) * 32767, rel=0.05)


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "file-missing"), (b"", "file-unreadable"), (b"this is no sound" * 100, "file-unreadable")],
)
def test_what_is_no_sound_file_is_told(tmp_path, content, code):
    path = tmp_path / "a.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputInvalid) as raised:
        files.read(path)
    assert raised.value.code == code
    assert raised.value.hint
    assert "a.wav" in raised.value.message


@pytest.mark.parametrize("rate", [1, 3_999, 192_001, 2_147_483_647, 4_294_967_295])
def test_a_rate_at_which_nobody_records_is_refused_before_it_is_decoded(tmp_path, rate):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros(100), RATE)
    data = bytearray(path.read_bytes())
    data[24:28] = rate.to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(InputInvalid) as raised:
        files.read(path)
    assert raised.value.code == ("file-rate" if rate < 2**31 else "file-unreadable")
    assert raised.value.hint


def test_a_file_that_is_too_long_is_refused_before_it_is_decoded(tmp_path):
    path = tmp_path / "a.flac"
    soundfile.write(path, np.zeros(2 * RATE), RATE)
    path.write_bytes(path.read_bytes()[:100])  # Nothing is left to decode.
    with pytest.raises(InputInvalid, match=r"2 s long; 1.5 s are allowed") as raised:
        files.read(path, 1.5)
    assert raised.value.code == "file-too-long"


def test_a_truncated_file_is_told_or_read_as_far_as_it_goes(tmp_path):
    soundfile.write(tmp_path / "whole.flac", tone(2.0, 16_000), 16_000)
    whole = (tmp_path / "whole.flac").read_bytes()
    for share in (0.01, 0.3, 0.9):
        path = tmp_path / "cut.flac"
        path.write_bytes(whole[: int(len(whole) * share)])
        code, samples = "", b""
        try:
            samples = files.read(path)
        except InputInvalid as error:
            code = error.code
        assert code == "file-unreadable" or 0 < len(samples) <= 2 * RATE * 2


def test_a_file_that_announces_more_than_it_holds_takes_no_memory_for_it(tmp_path):
    soundfile.write(tmp_path / "a.flac", tone(0.1, 48_000, 8), 48_000)
    data = bytearray((tmp_path / "a.flac").read_bytes())
    frames = 48_000 * 3600 * 3  # 16 GB
    data[21] |= frames >> 32
    data[22:26] = (frames & 0xFFFFFFFF).to_bytes(4, "big")
    tracemalloc.start()
    with suppress(InputInvalid):
        files.decoded(io.BytesIO(bytes(data)), "a.flac")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 16 * 1024 * 1024


def test_numbers_that_cannot_be_added_are_as_loud_as_can_be(tmp_path):
    loud = np.full((1_600, 2), 3e38, np.float32)
    soundfile.write(tmp_path / "a.wav", loud, RATE, "FLOAT")
    assert set(np.frombuffer(files.read(tmp_path / "a.wav"), "<i2")) == {32767}


@pytest.mark.filterwarnings("error")
def test_a_file_that_leads_before_its_beginning_is_told_without_noise(tmp_path):
    soundfile.write(tmp_path / "a.aiff", tone(0.05, RATE), RATE)
    data = (tmp_path / "a.aiff").read_bytes().replace(b"SSND", b"SSN\xa2")
    with pytest.raises(InputInvalid):
        files.decoded(io.BytesIO(data), "a.aiff")
    gc.collect()


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(InputInvalid) as raised:
        files.write(tmp_path / "none" / "a.wav", np.zeros(10, np.int16), RATE)
    assert raised.value.code == "file-unwritable"


async def clips(*seconds: float, rate: int = 22_050):
    for length in seconds:
        yield Clip(b"\1\1" * round(length * rate), rate)


def replayed(play, *, fast: bool = True, seconds: float = 3.0):
    """Runs `play(audio)` while a file is heard; returns what it returned, and the audio."""

    async def run():
        activity = Activity()
        audio = files.FileAudio(bytes(int(seconds * RATE) * 2), activity, activity.quiet, lambda: True, fast=fast)
        playing = asyncio.create_task(play(audio))
        await asyncio.sleep(0)
        frames = await asyncio.to_thread(lambda: list(audio.frames()))
        return await playing, audio, frames

    return asyncio.run(run())


@pytest.mark.parametrize("fast", [True, False])
def test_frames_follow_each_other_to_the_end(fast):
    async def nothing(_audio): ...

    _, _, frames = replayed(nothing, fast=fast, seconds=0.2)
    assert [frame.start for frame in frames] == list(range(0, len(frames) * FRAME_SAMPLES, FRAME_SAMPLES))
    assert all(len(frame.samples) == FRAME_SAMPLES * 2 for frame in frames)


def test_clips_play_without_a_gap_and_are_kept():
    async def play(audio):
        told = []
        await audio.play(clips(0.5, 0.25), told.append)
        return told

    told, audio, _ = replayed(play)
    assert told[0].seconds == 0
    assert told[-1].seconds == pytest.approx(0.75, abs=0.01)
    sound = audio.result()
    heard = np.flatnonzero(sound)
    assert len(heard) == pytest.approx(0.75 * 22_050, abs=60)
    assert np.all(np.diff(heard) == 1)


def test_a_playback_that_is_cancelled_tells_what_was_played():
    async def play(audio):
        told = []
        playing = asyncio.create_task(audio.play(clips(2.0), told.append))
        await audio.sleep(0.5)
        playing.cancel()
        await asyncio.wait([playing])
        return told

    told, audio, _ = replayed(play)
    assert told[-1].seconds == pytest.approx(0.5, abs=0.04)
    assert len(np.flatnonzero(audio.result())) == pytest.approx(0.5 * 22_050, abs=900)


def test_what_came_before_an_error_is_played_and_the_error_is_told():
    async def broken():
        async for clip in clips(0.5):
            yield clip
        raise TtsFailed("the voice broke off")

    async def play(audio):
        told = []
        with pytest.raises(TtsFailed):
            await audio.play(broken(), told.append)
        return told, audio.position()

    (told, position), audio, _ = replayed(play)
    assert told[-1].seconds == pytest.approx(0.5, abs=0.01)
    assert position >= 0.5 * RATE
    assert len(np.flatnonzero(audio.result())) == pytest.approx(0.5 * 22_050, abs=60)


def test_volume_is_a_factor():
    async def play(audio):
        audio.set_volume(50)
        await audio.play(clips(0.5), lambda _: None)

    _, audio, _ = replayed(play)
    assert audio.result().max() == pytest.approx(0x0101 / 4, abs=1), "half as loud to the ear"

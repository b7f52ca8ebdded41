"""Recordings that somebody else sends: decoded apart, and refused in the same words."""

import asyncio
import io
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

from voiced.core.errors import InputInvalid
from voiced.engines import decoding, files

KINDS = [
    ("WAV", "PCM_16"),
    ("WAV", "IMA_ADPCM"),
    ("FLAC", "PCM_16"),
    ("OGG", "VORBIS"),
    ("OGG", "OPUS"),
    ("MP3", "MPEG_LAYER_III"),
    ("AIFF", "PCM_16"),
]


def recording(kind: str, subtype: str, seconds: float = 0.2) -> bytes:
    tone = np.sin(np.arange(round(48_000 * seconds)) / 20) * 0.3
    file = io.BytesIO()
    soundfile.write(file, np.stack([tone, tone], axis=1), 48_000, subtype, format=kind)
    return file.getvalue()


def decode(sent: bytes, longest_s: float = 60) -> bytes:
    return asyncio.run(decoding.Decoder().decoded(sent, "the recording", longest_s))


@pytest.mark.parametrize(("kind", "subtype"), KINDS)
def test_every_kind_is_the_same_as_where_it_is_read(kind: str, subtype: str):
    sent = recording(kind, subtype)
    assert decode(sent) == files.decoded(io.BytesIO(sent), "the recording")


@pytest.mark.parametrize("sent", [b"", b"RIFF", b"nonsense", recording("FLAC", "PCM_16")[:50], b"OggS" + bytes(100)])
def test_what_is_no_sound_is_refused_in_the_same_words(sent: bytes):
    with pytest.raises(InputInvalid) as here:
        files.decoded(io.BytesIO(sent), "the recording")
    with pytest.raises(InputInvalid) as apart:
        decode(sent)
    assert (apart.value.code, apart.value.hint) == (here.value.code, here.value.hint)
    assert apart.value.message.startswith("the recording is no sound file that can be read")


@pytest.mark.parametrize("kind", ["WAV", "FLAC"])
def test_what_is_too_long_is_refused(kind: str):
    with pytest.raises(InputInvalid) as refused:
        decode(recording(kind, "PCM_16", seconds=2), longest_s=1)
    assert refused.value.code == "file-too-long"


def decoder(folder: Path, does: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts a script where the interpreter is."""
    (folder / "python").write_text(f"#!/bin/sh\n{does}\n")
    (folder / "python").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))


@pytest.mark.parametrize(("does", "why"), [("kill -SEGV $$", "broke down"), ("exec sleep 1000", "took more than")])
def test_a_decoder_that_dies_or_hangs_is_told_of(does: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    decoder(tmp_path, does, monkeypatch)
    monkeypatch.setattr(decoding, "DEADLINE_S", 0.5)
    with pytest.raises(InputInvalid, match=why) as refused:
        decode(recording("FLAC", "PCM_16"))
    assert "WAV" in refused.value.hint
    assert not psutil.Process().children()


def test_a_wav_file_needs_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    decoder(tmp_path, "exit 1", monkeypatch)
    assert decode(recording("WAV", "PCM_16"))


def test_of_one_that_is_given_up_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    decoder(tmp_path, f'touch "{tmp_path}/runs"; exec sleep 1000', monkeypatch)

    async def run() -> None:
        decoding_it = asyncio.create_task(decoding.Decoder().decoded(recording("FLAC", "PCM_16"), "the recording", 60))
        while not (tmp_path / "runs").exists():  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.01)
        decoding_it.cancel()
        await asyncio.wait([decoding_it])

    asyncio.run(run())
    assert not psutil.Process().children()


def test_many_at_once_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    told = tmp_path / "told"
    decoder(tmp_path, f'echo 1 >>"{told}"; cat >/dev/null; sleep 0.1; echo -1 >>"{told}"', monkeypatch)
    sent = recording("FLAC", "PCM_16")

    async def run() -> None:
        one = decoding.Decoder()
        await asyncio.gather(*(one.decoded(sent, "the recording", 60) for _ in range(8)))

    asyncio.run(run())
    running = np.cumsum([int(line) for line in told.read_text().split()])
    assert (len(running), running[-1]) == (16, 0)
    assert running.max() == decoding.PROCESSES

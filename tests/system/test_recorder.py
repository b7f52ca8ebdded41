"""A turn that is recorded, looked at, played again, and removed."""

import asyncio
import json
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec import convert

from voiced import observers
from voiced.core.config import Config
from voiced.core.disk import clear
from voiced.observers import Observers
from voiced.offline import Setting, replay_samples
from voiced.recorder import recordings
from voiced.setup.places import CACHE
from voiced.store.bundles import read

RATE = 16_000
PARTS = ("ohf-wake/hey_jarvis/1.flac", "misc/rhasspy3/what_time_is_it.flac")


@pytest.fixture(scope="module")
def spoken(recordings: Path) -> bytes:
    """The wake word and a question, in a room that is not quite silent."""
    sound = [np.zeros(3 * RATE), *(soundfile.read(recordings / "audio" / part)[0] for part in PARTS), np.zeros(RATE)]
    whole = np.concatenate(sound) + np.random.default_rng(7).normal(0, 0.0003, sum(map(len, sound)))
    return (whole * 32_767).clip(-32_768, 32_767).astype("<i2").tobytes()


def record(folder: Path, sound: bytes, **settings: object) -> None:
    """Lets the daemon's own parts hear a question, and records it into a folder."""
    config = convert({"recorder": {"enabled": True}, **settings}, Config)
    tasks: list[asyncio.Task[None]] = []

    def ready(voiced, parts) -> None:
        voiced.folder = folder
        tasks.append(asyncio.create_task(Observers(config, voiced, parts, voiced._database).run()))

    async def run() -> None:
        # Within one minute, whatever it takes: what is asked is the time.
        began = time.time() // 60 * 60 + 10
        await replay_samples(config, sound, lambda _: None, Setting(fast=True, began=began, ready=ready))
        tasks[0].cancel()  # What is being written by then is waited for.
        await asyncio.wait(tasks)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(observers, "SETTLE_S", 60)
        asyncio.run(run())


@pytest.mark.recordings
def test_a_recorded_turn_is_listed_shown_goes_the_same_way_again_and_is_removed(voiced, tmp_path: Path, spoken: bytes):
    home = tmp_path / "state" / "voiced"
    record(home, spoken)
    (kept,) = recordings(home).all()
    turn = kept.bundle.turn
    assert (kept.bundle.word, kept.bundle.route, kept.bundle.outcome) == ("hey_jarvis", "rules", "answered")
    assert 2 < kept.bundle.woke_s < 4 < kept.bundle.seconds < 9
    assert kept.bundle.made_of["pocketsphinx"]
    assert (recordings(home).find(turn[:4]).stat().st_mode & 0o777) == 0o600

    (listed,) = map(json.loads, voiced("recordings", "list", "--json").splitlines())
    assert (listed["turn"], listed["bytes"]) == (turn, kept.size)
    shown = json.loads(voiced("recordings", "show", turn, "--json"))
    assert next(event["text"] for event in shown["events"] if event["event"] == "heard") == "what time is it"
    assert "what time is it" in voiced("recordings", "show", turn)

    *events, went = map(json.loads, voiced("replay", turn[:5], "--fast", "--json").splitlines())
    assert (went["event"], went["turn"], went["differences"]) == ("replayed", turn, [])
    assert went["same"], "the answer is the time at which it was recorded"
    assert "configuration" in went["changed"]
    assert [event["event"] for event in events if event["event"] == "turn_ended"]

    told = voiced("replay", turn, "--fast", "--set", "engines.stt.engine=[]", code=1)
    assert "It went another way" in told
    assert "- heard text='what time is it'" in told
    assert "+ failed code='stt-failed'" in told
    assert turn in voiced("recordings", "remove", turn, "--yes", "--json")
    assert "No turn is recorded" in voiced("recordings", "list")


@pytest.mark.recordings
def test_what_is_too_private_for_the_log_is_recorded_without_words_and_sound(tmp_path: Path, spoken: bytes):
    record(tmp_path, spoken, privacy={"log": "none"})
    (kept,) = recordings(tmp_path).all()
    assert kept.bundle.hidden
    recorded, sound = read(recordings(tmp_path).find(kept.bundle.turn))
    assert sound == b""
    packed = json.dumps(recorded.events)
    assert "what time" not in packed
    assert "It is" not in packed
    assert recorded.events[0]["event"] == "woke"


@pytest.mark.recordings
def test_what_empties_the_caches_removes_recordings(tmp_path: Path, spoken: bytes):
    record(tmp_path, spoken)
    assert recordings(tmp_path).all()
    clear(tmp_path / CACHE)
    assert not list(tmp_path.rglob("*.zip"))


def test_recordings_are_refused_beside_a_lock(voiced, tmp_path: Path):
    key = tmp_path / "key"
    key.write_bytes(bytes(32))
    key.chmod(0o600)
    flags = ["--set", "recorder.enabled=true", "--set", "store.encryption=keyfile", "--set", f"store.key_file={key}"]
    assert "recorder.enabled" in voiced("config", "check", *flags, code=78)

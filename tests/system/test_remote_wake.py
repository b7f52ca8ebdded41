"""A wake word that a server hears, in the daemon's own pipeline."""

import asyncio
import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from msgspec import convert

from tests.conftest import ROOT
from tests.rigs.awaiting import until
from voiced.assistant import Voiced
from voiced.checkup import _Round
from voiced.children import engines
from voiced.control.client import Client
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.config import Config
from voiced.core.status import ALL_SOUND
from voiced.engines.files import FileAudio
from voiced.kept import passing_database
from voiced.wiring import servers

pytest.importorskip("wyoming", reason="the server is made with the wyoming package (group dev)")
from tests.rigs.background import Background
from tests.rigs.wake import at_frames
from tests.rigs.wyoming import WakeServer


def test_a_recording_wakes_it_where_the_server_says_so(tmp_path):
    soundfile.write(tmp_path / "quiet.wav", np.zeros(32_000, np.int16), 16_000)
    server = WakeServer(at_frames({30: "computer"}), ["computer"])
    with Background() as background:
        url, _ = background.enter(server.on("tcp", tmp_path))
        told = subprocess.run(
            [
                *(sys.executable, "-m", "voiced.cli.main", "replay", str(tmp_path / "quiet.wav"), "--json"),
                *("--set", f"wake.words.computer.remote='{url}'"),
                *("--set", f"store.folder={tmp_path / 'state'}"),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert told.returncode == 0, told.stderr
    events = [json.loads(line) for line in told.stdout.splitlines()]
    assert [event["word"] for event in events if event["event"] == "woke"] == ["computer"]
    assert [event.data for event in server.asked("detect")] == [{"names": ["computer"]}]


def config(url: str) -> Config:
    return convert({"wake": {"words": {"computer": {"remote": url}}}}, Config)


def test_muted_it_sends_nothing(tmp_path):
    server = WakeServer(at_frames({}), ["computer"])

    async def run() -> None:
        async with server.on("unix", tmp_path) as url, passing_database() as database:
            chosen, activity = config(url), Activity()
            audio = FileAudio(bytes(32_000 * 600), activity, activity.quiet, lambda: True, fast=False)
            voiced = Voiced(chosen, audio, audio, activity, Bus(), engines(chosen), database=database, live=False)
            async with voiced.running():
                hearing = asyncio.create_task(voiced.hear())
                await until(lambda: server.taken, "it hears")
                assert [each.engine for each in voiced.status().engines if each.kind == "wake"] == [url]
                voiced.set_muted(True)
                await until(lambda: server.open == 0, "the connection is closed")
                taken, position = server.taken, audio.position()
                await until(lambda: audio.position() > position + 16_000, "sound goes on")
                assert (server.taken, server.open) == (taken, 0)
                voiced.set_muted(False)
                await until(lambda: server.taken > taken, "it hears again")
                await audio.close()
                await hearing

    asyncio.run(run())


def test_the_doctor_says_what_a_server_gets(tmp_path):
    async def run() -> str:
        async with WakeServer(at_frames({}), ["computer"]).on("unix", tmp_path) as url:
            ((stage, _, make),) = servers(config(url))
            with Client(tmp_path / "voiced.sock") as client:
                return (await _Round(config(url), client).server(stage, make)).found

    assert asyncio.run(run()) == f"ears answers with computer; it is sent {ALL_SOUND}"

"""Verbs of the command line, called through a daemon and without one; what keeps memories."""

import asyncio
import gc
from collections.abc import Callable, Generator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from cyclopts import CycloptsError

from tests.fakes.agent import ScriptedAgent
from tests.rigs.control import answering
from tests.rigs.memories import Run, in_the_file
from voiced.cli.main import misused
from voiced.cli.output import complain
from voiced.cli.verbs import app
from voiced.core.errors import VoicedError

Verb = Callable[..., str]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Generator[Verb]:
    """Calls a verb, without a daemon unless one runs; returns what it printed."""
    (tmp_path / "config.toml").touch()
    monkeypatch.setenv("VOICED_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("COLUMNS", "200")
    places = [f"--set=store.folder={tmp_path}/state", f"--set=control.socket={tmp_path}/voiced.sock"]

    def call(*words: object, code: int = 0) -> str:
        try:
            given = (
                app([*map(str, words), *places], exit_on_error=False, print_error=False, result_action="return_value")
                or 0
            )
        except CycloptsError as error:
            given = misused(error, as_json="--json" in words)
        except VoicedError as error:
            given = complain(error, as_json="--json" in words)
        told = capsys.readouterr()
        assert given == code, told.out + told.err
        return told.out + told.err

    yield call
    gc.collect()


@pytest.fixture
def agent(tmp_path: Path) -> Generator[ScriptedAgent]:
    """A daemon that runs."""
    agent = ScriptedAgent(folder=tmp_path / "state")
    with answering(tmp_path / "voiced.sock", agent):
        yield agent


@pytest.fixture(params=["through the daemon", "from the file"])
def voiced(request: pytest.FixtureRequest, call: Verb) -> Verb:
    if request.param == "through the daemon":
        request.getfixturevalue("agent")
    return call


@pytest.fixture(params=[in_the_file])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Run]:
    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        yield Run(runner, runner.run(stack.enter_async_context(request.param(tmp_path))))
        runner.run(stack.aclose())

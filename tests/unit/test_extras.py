"""The command that installs what is not there yet."""

import re

import pytest

from voiced.core import errors
from voiced.core.extras import install


def test_in_a_checkout_it_is_built_as_the_checkout_builds_it(tmp_path):
    (tmp_path / "uv.lock").touch()
    command = install("llama", "piper", root=tmp_path)
    assert command == f"uv sync --project {tmp_path} --locked --inexact --extra llama --extra piper"


@pytest.mark.parametrize("elsewhere", [True, False])
def test_uv_is_named_where_it_lies_if_nothing_else_finds_it(tmp_path, monkeypatch, elsewhere):
    (tmp_path / "uv.lock").touch()
    for folder in (tmp_path / ".venv-uv" / "bin", tmp_path / "path"):
        folder.mkdir(parents=True)
        (folder / "uv").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "path") if elsewhere else "")
    command = install("llama", root=tmp_path)
    assert command.startswith("uv " if elsewhere else f"{tmp_path}/.venv-uv/bin/uv ")


def test_elsewhere_it_comes_with_the_package(tmp_path):
    assert install("llama", "whisper", root=tmp_path) == "pip install 'voiced[llama,whisper]'"


def test_no_error_says_by_itself_what_only_the_place_that_raises_it_knows():
    hints = {
        each.__name__: each.hint
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.VoicedError)
    }
    assert {name for name, hint in hints.items() if re.search(r"`voiced [^`]*\b[A-Z]{2,}\b", hint)} == set()

"""The verb that lists skills."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rigs.package import install


def test_the_verb_lists_them_all_and_fails_where_one_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Callable[..., str]
):
    monkeypatch.syspath_prepend(tmp_path)
    install(tmp_path, "dice_four")
    told = [json.loads(line) for line in call("skills", "list", "--json").splitlines()]
    assert told[-1]["name"] == "dice_four"
    assert told[-1]["permissions"] == ["lists"]
    assert {each["package"] for each in told} == {"voiced", "dice_four"}
    install(tmp_path, "dice_five", "1 / 0")
    shown = call("skills", code=1)
    assert "dice_five is left out: ZeroDivisionError" in shown
    assert "DiceRoll" in shown

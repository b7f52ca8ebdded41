"""The verbs about lists: the same through a daemon as from the file itself."""

import json
from collections.abc import Callable

import pytest

Verb = Callable[..., str]
# httpcore leaves a socket that did not connect to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)


def texts(told: str) -> list[str]:
    return [json.loads(each)["text"] for each in told.splitlines()]


def test_a_list_is_made_read_changed_and_cleared(voiced: Verb):
    assert "voiced list add" in voiced("list")
    assert voiced("list", "--json") == ""
    assert texts(voiced("list", "add", "Shopping", "milk", "dark bread", "--json")) == ["milk", "dark bread"]
    assert "Added: eggs." in voiced("list", "add", "shopping", "eggs", "Milk")
    assert "Nothing to do" in voiced("list", "add", "shopping", "eggs")
    assert json.loads(voiced("list", "--json")) == {"name": "shopping", "entries": 3}
    assert "shopping" in voiced("list")
    assert texts(voiced("list", "shopping", "--json")) == ["milk", "dark bread", "eggs"]
    assert "dark bread" in voiced("list", "shopping")
    assert "Removed: milk." in voiced("list", "remove", "shopping", "MILK", "none")
    assert "Nothing to do" in voiced("list", "remove", "shopping", "milk", code=1)
    assert voiced("list", "remove", "shopping", "--json", code=1) == ""
    id_ = json.loads(voiced("list", "shopping", "--json").splitlines()[0])["id"]
    assert texts(voiced("list", "remove", "shopping", id_, "--json")) == ["dark bread"]
    assert "Add --yes" in voiced("list", "clear", "shopping", code=2)
    assert texts(voiced("list", "clear", "shopping", "--yes", "--json")) == ["eggs"]
    assert "Nothing is on the list shopping" in voiced("list", "shopping")


def test_adding_nothing_is_a_wrong_call(voiced: Verb):
    assert "nothing to add" in voiced("list", "add", "shopping", code=2)


def test_what_is_on_lists_is_archived_and_forgotten(call: Verb, tmp_path):
    call("list", "add", "shopping", "milk", "eggs")
    call("export", tmp_path / "all.zip")
    assert json.loads(call("forget", "--everything", "--yes", "--json"))["entries"] == 2
    assert call("list", "--json") == ""
    assert "New: 2 entries of lists." in call("import", tmp_path / "all.zip")
    assert texts(call("list", "shopping", "--json")) == ["milk", "eggs"]

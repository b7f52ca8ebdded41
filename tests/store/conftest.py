"""What the tests of the store share."""

import pytest

from tests.store.house import LOCKED


@pytest.fixture(params=["plain", "locked"])
def either_way(request, monkeypatch):
    """The same with and without encryption."""
    if request.param == "locked":
        monkeypatch.setenv(LOCKED, "1")
    return request.param


@pytest.fixture
def locked(monkeypatch):
    """All stores are encrypted."""
    monkeypatch.setenv(LOCKED, "1")

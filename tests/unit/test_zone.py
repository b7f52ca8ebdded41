"""The zone of local time."""

import asyncio
import logging
from datetime import datetime, timedelta

import pytest

from voiced.core.config import Config, PromisesConfig
from voiced.core.errors import ConfigInvalid
from voiced.core.zone import LocalZone
from voiced.offline import check

SUMMER = datetime(2026, 7, 1)  # noqa: DTZ001 (local time is what is asked for)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "Europe", "\0"])
def test_a_zone_that_is_none_is_refused_with_a_hint(name):
    for use in (LocalZone, lambda zone: asyncio.run(check(Config(promises=PromisesConfig(timezone=zone))))):
        with pytest.raises(ConfigInvalid) as refused:
            use(name)
        assert "promises.timezone" in refused.value.hint


def test_the_configured_zone_is_taken_whatever_the_machine_says(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    assert LocalZone("Europe/Berlin")().utcoffset(SUMMER) == timedelta(hours=2)


def test_a_change_of_the_machines_zone_is_noticed(monkeypatch):
    zone = LocalZone()
    monkeypatch.setenv("TZ", "Europe/Berlin")
    before = zone()
    assert before.utcoffset(SUMMER) == timedelta(hours=2)
    assert zone() is before
    monkeypatch.setenv("TZ", "America/New_York")
    assert zone().utcoffset(SUMMER) == timedelta(hours=-4)


def test_where_the_machines_zone_is_not_known_it_is_utc_and_a_warning_says_so(monkeypatch, caplog):
    monkeypatch.setenv("TZ", "Nowhere/Land")
    zone = LocalZone()
    with caplog.at_level(logging.WARNING):
        assert zone().utcoffset(SUMMER) == timedelta(0)
        zone()
    assert ["promises.timezone" in record.message for record in caplog.records] == [True]

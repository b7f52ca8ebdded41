"""Each thing that a user could have wrong: found where it is, and not where it is not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.rigs.certificates import self_signed
from voiced.core.config import Config
from voiced.core.config_http import HttpConfig
from voiced.core.config_wyoming import WyomingConfig
from voiced.core.errors import ModelMissing
from voiced.core.machine import Card, Disk, Heat, Held, Memory, Processor
from voiced.core.status import ALL_SAID
from voiced.setup.checks import engines, machine, service, sound
from voiced.setup.checks.machine import ClockFacts
from voiced.setup.checks.service import Backups, Folder, Unit
from voiced.setup.checks.sound import Holder, SoundFacts
from voiced.setup.doctor import Health
from voiced.setup.inspection import inspect

NOW = datetime(2026, 11, 25, tzinfo=UTC)
GIGA = 1_000_000_000
HOUR_S = 3600
GOOD, WARNING, BAD, NOTHING = Health.GOOD, Health.WARNING, Health.BAD, None
CARD, DEAF, DUMB = Card("card", True, True), Card("card", False, True), Card("card", True, False)


def disk(**fields):
    usual = {"mount": "/", "kind": "ssd", "total": 64 * GIGA, "free": 32 * GIGA, "read_only": False}
    return Disk(**{**usual, **fields})


def memory(total=4000, available=3000, swap=100):
    return Memory(total, available, swap, zram=False)


def folder(**fields):
    usual = {"path": Path("/x"), "purpose": "what is kept", "usable": True, "open_to_all": False, "owner": "voiced"}
    return Folder(**{**usual, **fields})


def facts(**fields):
    usual = {"cards": (CARD,), "server": False, "usable": True, "member": True, "user": "me"}
    return SoundFacts(**{**usual, **fields})


@pytest.mark.parametrize(
    ("finding", "health"),
    [
        (machine.python((3, 12), 64, "aarch64"), GOOD),
        (machine.python((3, 10), 64, "x86_64"), BAD),
        (machine.python((3, 14), 64, "x86_64"), BAD),
        (machine.python((3, 11), 32, "armv7l"), WARNING),
        (machine.disk(None), NOTHING),
        (machine.disk(disk()), GOOD),
        (machine.disk(disk(free=GIGA // 2)), WARNING),
        (machine.disk(disk(free=1000)), BAD),
        (machine.disk(disk(read_only=True)), BAD),
        (machine.disk(disk(kind="memory")), WARNING),
        (machine.memory(memory(None), 100, running=False), NOTHING),
        (machine.memory(memory(), 1000, running=False), GOOD),
        (machine.memory(memory(available=500), 1000, running=False), WARNING),
        (machine.memory(memory(available=500), 1000, running=True), GOOD),
        (machine.memory(memory(total=1000), 1000, running=True), BAD),
        (machine.swap(memory(total=1900, swap=0)), WARNING),
        (machine.swap(memory(swap=0)), GOOD),
        (machine.clock(ClockFacts(NOW, synchronised=True, battery=False)), GOOD),
        (machine.clock(ClockFacts(NOW, synchronised=None, battery=None)), GOOD),
        (machine.clock(ClockFacts(NOW, synchronised=False, battery=True)), WARNING),
        (machine.clock(ClockFacts(NOW.replace(year=1970), synchronised=False, battery=False)), BAD),
        (machine.timezone("", "Europe/Berlin"), GOOD),
        (machine.timezone("Europe/Berlin", None), GOOD),
        (machine.timezone("", "Etc/UTC"), WARNING),
        (machine.timezone("", None), WARNING),
        (service.folders([folder()], "me"), GOOD),
        (service.folders([folder(usable=False)], "me"), BAD),
        (service.folders([folder(open_to_all=True)], "me"), WARNING),
        (service.unit(None), NOTHING),
        (service.unit(Unit("", "active", "success", 0)), GOOD),
        (service.unit(Unit("", "active", "success", 3)), WARNING),
        (service.unit(Unit("--user", "failed", "exit-code", 0)), BAD),
        (service.unit(Unit("", "inactive", "success", 0)), WARNING),
        (service.daemons([Path("/a")]), NOTHING),
        (service.daemons([Path("/a"), Path("/b")]), WARNING),
        (service.backups(Backups(24, None, None)), NOTHING),
        (service.backups(Backups(0, 10, None)), WARNING),
        (service.backups(Backups(24, 10, None)), GOOD),
        (service.backups(Backups(24, 100 * HOUR_S, None)), WARNING),
        (service.backups(Backups(24, 100 * HOUR_S, 20 * HOUR_S)), GOOD),
        (service.backups(Backups(24, 100 * HOUR_S, 90 * HOUR_S)), WARNING),
        (sound.cards(facts()), GOOD),
        (sound.cards(facts(cards=())), BAD),
        (sound.cards(facts(cards=(DEAF,))), BAD),
        (sound.cards(facts(cards=(DUMB,))), BAD),
        (sound.cards(facts(cards=(), server=True)), NOTHING),
        (sound.access(facts()), GOOD),
        (sound.access(facts(usable=False, member=False)), BAD),
        (sound.access(facts(usable=False)), BAD),
        (sound.busy(facts()), NOTHING),
        (sound.busy(facts(holders=[Holder("0", "speaker", "pipewire", 7)])), NOTHING),
        (sound.busy(facts(holders=[Holder("0", "microphone", "arecord", 7)])), WARNING),
        (engines.package("whisper", "whisper", installed=True), GOOD),
        (engines.package("whisper", "whisper", installed=False), BAD),
        (engines.model("whisper", "base.en", None), GOOD),
        (engines.model("whisper", "base.en", ModelMissing("it is not here")), BAD),
        (engines.espeak(wanted=False, installed=False), NOTHING),
        (engines.espeak(wanted=True, installed=True), GOOD),
        (engines.espeak(wanted=True, installed=False), BAD),
    ],
)
def test_what_is_wrong_is_found_with_a_hint(finding, health):
    assert (finding and finding.health) is health
    assert not finding or bool(finding.hint) == (health is not GOOD)


def heat(celsius=50.0, **held):
    flags = {
        "undervoltage": False,
        "slowed": False,
        "hot": False,
        "undervoltage_before": False,
        "slowed_before": False,
    }
    return Heat(celsius, Held(**{**flags, **held}))


@pytest.mark.parametrize(
    ("celsius", "held", "warm", "weak"),
    [
        (50.0, {}, GOOD, GOOD),
        (76.0, {"undervoltage_before": True}, WARNING, WARNING),
        (85.0, {"undervoltage": True}, BAD, BAD),
        (60.0, {"slowed": True}, GOOD, BAD),
        (60.0, {"slowed_before": True}, GOOD, WARNING),
    ],
)
def test_heat_and_a_weak_power_supply_are_found(celsius, held, warm, weak):
    found = heat(celsius, **held)
    assert machine.temperature(found).health is warm
    assert machine.power(found).health is weak


def test_a_processor_that_is_held_back_is_found():
    fields = dict.fromkeys(Processor.__struct_fields__)
    slow = Processor(**{**fields, "limit_mhz": 600, "maximum_mhz": 1500})
    assert machine.speed_limit(slow).health is WARNING


def test_the_whole_look_finds_what_is_configured_and_missing(tmp_path):
    from msgspec import convert  # noqa: PLC0415 (here alone)

    values = {
        "engines": {
            "stt": {"engine": ["whisper", "pocketsphinx"]},
            "whisper": {"model": str(tmp_path / "none.bin")},
        },
        "store": {"folder": str(tmp_path / "state")},
    }
    found = {each.check: each for each in inspect(convert(values, Config), None, running=False)}
    assert found["whisper model"].health is BAD
    assert found["python"].health is GOOD
    assert found["folders"].health is GOOD


def test_a_catalogue_that_cannot_be_read_is_a_finding_among_others(tmp_path):
    (tmp_path / "models.d").mkdir()
    (tmp_path / "models.d" / "mine.toml").write_text("nonsense")
    found = {each.check: each for each in inspect(Config(), tmp_path / "config.toml", running=False)}
    assert "mine.toml" in found["catalogue"].found
    assert found["python"].health is GOOD


@pytest.mark.parametrize(
    ("settings", "health", "told"),
    [
        ({}, NOTHING, ""),
        ({"listen": ["127.0.0.1", "[::1]:80"]}, GOOD, "only this machine"),
        ({"listen": ["192.168.1.5"]}, WARNING, "can read it"),
        ({"listen": ["kitchen"]}, BAD, "kitchen"),
        ({"listen": ["::"], "certificate": "/none"}, BAD, "private_key is missing"),
        ({"listen": ["::"], "certificate": "/none", "private_key": "/none"}, BAD, "cannot be used"),
    ],
)
def test_who_may_come_over_tcp_and_who_can_read_it_is_told(settings, health, told):
    found = service.network(HttpConfig(**settings))
    assert (found.health if found else NOTHING) == health
    assert found is None or told in found.found


def test_what_is_encrypted_is_good(tmp_path):
    self_signed(tmp_path)
    files = {"certificate": str(tmp_path / "server.pem"), "private_key": str(tmp_path / "server.key")}
    found = service.network(HttpConfig(listen=["::"], **files))
    assert found
    assert (found.health, "encrypted" in found.found) == (GOOD, True)


@pytest.mark.parametrize(
    ("listen", "allow", "health", "told"),
    [
        ([], [], NOTHING, ""),
        (["127.0.0.1", "[::1]:10200"], [], GOOD, "only this machine"),
        (["192.168.1.5"], ["192.168.1.0/24"], WARNING, "without a password, whoever is in 192.168.1.0/24 may"),
        (["192.168.1.5"], [], BAD, "allow names none"),
        (["kitchen"], [], BAD, "kitchen"),
        (["127.0.0.1"], ["x"], BAD, "allow: "),
    ],
)
def test_who_may_use_it_over_wyoming_is_told(listen, allow, health, told):
    for config in (WyomingConfig(listen=listen, allow=allow), WyomingConfig(satellite=listen, satellite_allow=allow)):
        found = service.others(config)
        assert (found.health if found else NOTHING) == health
        assert found is None or told in found.found


def test_who_may_hear_what_is_said_is_told():
    here, there = ["127.0.0.1"], ["192.168.1.5"]
    found = service.others(WyomingConfig(satellite=here))
    assert found
    assert (found.health, "any account" in found.found, ALL_SAID in found.found) == (GOOD, True, True)
    found = service.others(WyomingConfig(listen=there, allow=["10.1.0.0/16"], satellite=here))
    assert found
    assert ALL_SAID not in found.found, "who may ask in writing does not hear the room"
    found = service.others(WyomingConfig(satellite=there, allow=["10.1.0.0/16"]))
    assert found
    assert (found.health, "satellite_allow names none" in found.found) == (BAD, True)

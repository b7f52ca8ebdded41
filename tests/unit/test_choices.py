"""How the microphone and the speaker are set holds over restarts."""

import asyncio

import pytest

from tests.fakes.kept import FakeSettings
from tests.fakes.senses import World
from voiced.choices import CHOSEN
from voiced.core.attention import Attention
from voiced.core.config import AudioConfig, Config, WakeConfig
from voiced.core.config_mind import DialogueConfig
from voiced.core.errors import StoreFull
from voiced.core.events import StoreFound, StoreReplaced
from voiced.senses import Senses


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def chooses(senses: Senses) -> None:
    senses.set_muted(muted=True)
    senses.set_volume(30)
    senses.set_attention(wake_word=False, sensitivity=80)


SET = (True, True, 30, Attention(wake_word=False, sensitivity=80))


def after(settings: FakeSettings, config: Config | None = None) -> World:
    """Voiced after another start."""
    world = World(config, settings)
    asyncio.run(world.lives())
    return world


def test_what_was_set_holds_over_restarts():
    settings = FakeSettings()
    asyncio.run(World(settings=settings).lives(chooses))
    assert after(settings).is_set == SET
    assert after(settings).is_set == SET


def test_what_the_configuration_says_anew_holds_and_what_it_does_not_say_stays():
    settings = FakeSettings()
    asyncio.run(World(settings=settings).lives(chooses))
    louder = Config(audio=AudioConfig(volume=60), wake=WakeConfig(sensitivity=20))
    assert after(settings, louder).is_set == (True, True, 60, Attention(wake_word=False, sensitivity=20))
    # From there on it is that configuration's: the one before says something anew, too.
    assert after(settings).is_set == (True, True, 70, Attention(wake_word=False))


def test_what_is_configured_while_it_runs_is_no_choice_of_somebody():
    settings, louder = FakeSettings(), Config(audio=AudioConfig(volume=60), wake=WakeConfig(sensitivity=20))
    world = World(settings=settings)
    asyncio.run(world.lives(lambda _: world.choices.change(louder), lambda senses: senses.set_volume(40)))
    assert after(settings, louder).is_set == (False, False, 40, Attention(sensitivity=20))


def test_follow_ups_that_are_not_configured_any_more_stay_off():
    settings = FakeSettings()
    asyncio.run(World(settings=settings).lives(chooses))
    never = Config(dialogue=DialogueConfig(follow_up_s=0))
    assert after(settings, never).is_set[3] == Attention(wake_word=False, follow_up=False, sensitivity=80)


def test_where_nobody_sets_anything_nothing_is_kept():
    settings = FakeSettings()
    assert after(settings).is_set == (False, False, 70, Attention())
    assert not settings.kept


@pytest.mark.parametrize("text", ["{", "{}", '{"volume": 101}', "[]", "null"])
def test_what_cannot_be_read_is_as_configured_and_told(text: str, caplog: pytest.LogCaptureFixture):
    settings = FakeSettings()
    settings.kept[CHOSEN] = text
    assert after(settings).is_set == (False, False, 70, Attention())
    assert "cannot be read" in caplog.text


def test_what_could_not_be_kept_is_kept_when_the_disk_is_well_again(caplog: pytest.LogCaptureFixture):
    settings = FakeSettings()
    world = World(settings=settings)

    async def lives() -> None:
        await world.choices.load()
        settings.failing = StoreFull("the disk is full")
        running = asyncio.create_task(world.choices.run())
        chooses(world.senses)
        await settle()
        assert "forgotten at the next start" in caplog.text
        settings.failing = None
        world.bus.emit(StoreFound(at=2.0))
        await settle()
        assert settings.kept
        running.cancel()
        await asyncio.wait([running])

    asyncio.run(lives())
    assert after(settings).is_set == SET


def test_what_holds_is_kept_anew_where_a_backup_was_put_in_the_place_of_all():
    settings = FakeSettings()
    world = World(settings=settings)

    def restores(_: Senses) -> None:
        settings.kept.clear()
        world.bus.emit(StoreReplaced(at=2.0))

    asyncio.run(world.lives(chooses, restores))
    assert after(settings).is_set == SET


def test_the_ear_waits_until_it_is_known_whether_the_microphone_is_closed():
    settings = FakeSettings()
    asyncio.run(World(settings=settings).lives(chooses))

    async def hears() -> bool:
        world = World(settings=settings)
        hearing = asyncio.create_task(world.choices.known())
        await settle()
        assert not hearing.done()
        await world.choices.load()
        await hearing
        return not world.card.muted

    assert not asyncio.run(hears())


def test_the_ear_does_not_wait_for_a_disk_that_hangs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("voiced.choices.KNOWN_S", 0.01)
    asyncio.run(World().choices.known())

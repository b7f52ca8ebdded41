"""What is set about the microphone and the speaker while voiced runs."""

import pytest

from tests.fakes.senses import World
from voiced.core.attention import Attention
from voiced.core.config import Config, WakeConfig
from voiced.core.config_mind import DialogueConfig
from voiced.core.errors import AudioFailed, ConfigInvalid
from voiced.core.events import AttentionChanged


@pytest.mark.parametrize("muted_first", [False, True])
@pytest.mark.parametrize("wake_word", [False, True])
@pytest.mark.parametrize("muted", [False, True])
def test_sound_leaves_the_box_for_a_wake_word_only_where_one_is_to_be_heard(
    *, muted: bool, wake_word: bool, muted_first: bool
):
    world = World()
    if muted_first:
        world.senses.set_muted(muted)
    world.senses.set_attention(wake_word=wake_word)
    if not muted_first:
        world.senses.set_muted(muted)
    assert (world.card.muted, world.server.muted) == (muted, muted or not wake_word)


def test_without_its_wake_word_it_listens_when_it_is_asked_to_and_muted_it_does_not():
    world = World()
    world.senses.set_attention(wake_word=False)
    world.senses.listen()
    assert world.senses.controls.take_listen() is not None
    world.senses.set_muted(muted=True)
    with pytest.raises(AudioFailed):
        world.senses.listen()


def test_it_begins_as_it_is_configured_and_what_is_not_named_stays():
    world = World(Config(wake=WakeConfig(sensitivity=60)))
    assert world.senses.controls.attention() == Attention(sensitivity=60)
    assert world.senses.set_attention(follow_up=False) == Attention(follow_up=False, sensitivity=60)
    held = world.senses.set_attention(sensitivity=0)
    assert held == Attention(follow_up=False, sensitivity=0) == world.senses.controls.attention()
    assert world.events[-1] == AttentionChanged(held, at=1.5)


def test_who_is_configured_never_to_listen_for_an_answer_does_not_begin_to():
    world = World(Config(dialogue=DialogueConfig(follow_up_s=0)))
    assert not world.senses.controls.attention().follow_up
    with pytest.raises(ConfigInvalid, match="never") as raised:
        world.senses.set_attention(follow_up=True, wake_word=False)
    assert "dialogue.follow_up_s" in raised.value.hint
    assert world.senses.controls.attention() == Attention(follow_up=False)

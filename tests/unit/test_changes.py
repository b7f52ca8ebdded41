"""What of another configuration holds at once, and what with the next start."""

from msgspec.structs import replace

from voiced.core.config import AudioConfig, Config, EndpointConfig, LogConfig, WakeConfig, WakeWordConfig
from voiced.core.config_mind import QuietConfig
from voiced.setup.changes import changes

JARVIS = WakeWordConfig(micro="hey_jarvis", openwake="hey_jarvis")


def wake(**words: WakeWordConfig) -> WakeConfig:
    return WakeConfig(words=words)


def test_what_is_the_same_changes_nothing():
    assert changes(Config(), Config()) == changes(Config(), Config())
    found = changes(Config(), Config())
    assert (found.config, found.now, found.later) == (Config(), [], [])


def test_volume_sensitivities_limits_quiet_hours_and_the_log_change_at_once():
    wanted = Config(
        audio=AudioConfig(volume=30),
        wake=wake(hey_jarvis=replace(JARVIS, threshold=0.7)),
        endpoint=EndpointConfig(unknown_s=0.9),
        quiet=QuietConfig(hours="22:00-07:00"),
        log=LogConfig(level="debug"),
    )
    found = changes(Config(), wanted)
    assert found.config == wanted
    assert set(found.now) == {
        "audio.volume",
        "wake.words.hey_jarvis.threshold",
        "endpoint.unknown_s",
        "quiet.hours",
        "log.level",
    }
    assert found.later == []


def test_what_was_built_in_at_the_start_waits_for_the_next_one_and_is_told_each_time():
    wanted = Config(language="de", audio=AudioConfig(volume=30, input="USB"), endpoint=EndpointConfig(maximum_s=30.0))
    first = changes(Config(), wanted)
    again = changes(first.config, wanted)
    assert first.now == ["audio.volume"]
    assert again.now == []
    assert set(first.later) == set(again.later) == {"language", "audio.input", "endpoint.maximum_s"}


def test_wake_words_of_servers_stay_as_they_are_and_others_come_and_go():
    far = WakeWordConfig(remote="tcp://box:10400")
    more = changes(Config(wake=wake(a=JARVIS, far=far)), Config(wake=wake(b=JARVIS, far=far)))
    assert list(more.config.wake.words) == ["b", "far"]
    gone = changes(Config(wake=wake(a=JARVIS, far=far)), Config(wake=wake(a=JARVIS)))
    assert list(gone.config.wake.words) == ["a", "far"]
    assert gone.later == [
        "wake.words.far.micro",
        "wake.words.far.openwake",
        "wake.words.far.threshold",
        "wake.words.far.micro_threshold",
        "wake.words.far.remote",
    ]

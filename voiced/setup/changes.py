"""What of another configuration can be taken in while the daemon runs."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from voiced.core.config import Config, WakeConfig
from voiced.setup.settings import flat


class Changes(Struct, frozen=True):
    """What comes of another configuration.

    Attributes:
        config: what holds from now on.
        now: the keys that change with it.
        later: those that change only with the next start.
    """

    config: Config
    now: list[str]
    later: list[str]


def changes(running: Config, wanted: Config) -> Changes:
    """Tells what changes now, and what later.

    Args:
        running: what holds.
        wanted: what was read.
    """
    config = replace(
        running,
        audio=replace(running.audio, volume=wanted.audio.volume),
        # The recogniser holds as much sound as the longest utterance has.
        endpoint=replace(wanted.endpoint, maximum_s=running.endpoint.maximum_s),
        # The servers that hear wake words are asked by name all the time.
        wake=wanted.wake if _far(wanted.wake) == _far(running.wake) else running.wake,
        quiet=wanted.quiet,
        log=replace(running.log, level=wanted.log.level),
    )
    return Changes(config, _differing(running, config), _differing(config, wanted))


def _far(wake: WakeConfig) -> Mapping[str, str]:
    return {name: word.remote for name, word in wake.words.items() if word.remote}


def _differing(one: Config, other: Config) -> list[str]:
    before, after = flat(one), flat(other)
    return [key for key in {**before, **after} if before.get(key) != after.get(key)]

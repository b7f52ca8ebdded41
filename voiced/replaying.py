"""A recorded turn, played again through the daemon's own pipeline: what is not the same is told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from voiced.assistant import Voiced
from voiced.children import Engines
from voiced.core.bundles import Bundle, Difference, differences, digest_of
from voiced.core.config import Config
from voiced.core.errors import InputInvalid
from voiced.core.events import AnyEvent
from voiced.core.types import FRAME_SAMPLES, RATE, Frame
from voiced.offline import Setting, replay_samples
from voiced.recorder import made_of
from voiced.store.bundles import read


class Replayed(Struct, frozen=True):
    """How a recorded turn went when it was played again.

    Attributes:
        turn: its id.
        same: it went the same way.
        differences: what did not, in order.
        changed: what took part and is another now: the configuration, versions, models.
    """

    turn: str
    same: bool
    differences: list[Difference]
    changed: list[str]


async def replay_bundle(config: Config, path: Path, show: Callable[[AnyEvent], None], setting: Setting) -> Replayed:
    """Plays a recorded turn again, at the time of day at which it was recorded. Nothing is done to anybody's home.

    Args:
        config: the configuration of today.
        path: the bundle.
        show: told each event.
        setting: how; when it began is the bundle's.

    Raises:
        InputInvalid: it is no bundle, or one without sound.
    """
    recorded, sound = read(path)
    bundle = recorded.bundle
    if not sound:
        message = f"the turn {bundle.turn} was too private to be recorded with its sound"
        raise InputInvalid(message, code="no-sound", hint="`voiced recordings show` tells what is known of it.")
    events: list[dict[str, Any]] = []
    taken_part: dict[str, str] = {}

    def take(event: AnyEvent) -> None:
        if event.turn is not None:
            events.append(msgspec.to_builtins(event))
        show(event)

    def ready(voiced: Voiced, parts: Engines) -> None:
        taken_part.update(made_of(parts))
        if not bundle.word:
            voiced.ear.tap = _asking(voiced, bundle)

    await replay_samples(config, sound, take, replace(setting, began=bundle.at, ready=ready))
    found = differences(recorded.events, events)
    changed = [name for name, made in bundle.made_of.items() if taken_part.get(name) != made]
    changed += ["configuration"] if digest_of(config) != bundle.configuration else []
    return Replayed(bundle.turn, not found, found, sorted(changed))


def _asking(voiced: Voiced, bundle: Bundle) -> Callable[[Frame | None], None]:
    """Asks the ear to listen where it was asked to when this was recorded: nobody said the wake word."""
    asked = False

    def tap(frame: Frame | None) -> None:
        nonlocal asked
        if frame is not None and not asked and frame.start + FRAME_SAMPLES >= bundle.woke_s * RATE:
            asked = True
            voiced.listen()

    return tap

"""The child processes, made from the configuration. Light to import: they load while the daemon itself is loaded."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Literal, NamedTuple

import msgspec

from voiced.core.config import Config, RemoteConfig, chain
from voiced.core.errors import ModelMissing
from voiced.engines.child import Child, Upkeep
from voiced.setup.models import path_of
from voiced.setup.places import CACHE, intents_folder, state_folder

Stage = Literal["stt", "tts", "llm", "embed"]
HASHING = "hashing"
"""The embeddings that need no model: a few lines of arithmetic in the daemon itself."""
LOAD_S = 60.0
"""A model is loaded in this time, from a memory card too; an engine without one needs a fraction of it."""
LET_GO_S = 1.0
FALLBACK_IDLE_S = 600.0
"""Whoever stood in for the first of a chain is unloaded after so long, whatever is configured."""


class Engines(NamedTuple):
    """The children of each stage, in the order in which they are tried; `audio` is there while a sound card is."""

    stt: Sequence[Child] = ()
    tts: Sequence[Child] = ()
    llm: Sequence[Child] = ()
    embed: Sequence[Child] = ()
    audio: Sequence[Child] = ()

    @property
    def all(self) -> list[Child]:
        """Every child."""
        return [child for stage in self for child in stage]


def engines(config: Config, *, lazy: bool = False) -> Engines:
    """Makes the children that the configuration names; nothing is started.

    Args:
        config: the configuration.
        lazy: none of them is to be loaded before it is needed.
    """
    # Nobody who speaks waits for vectors: their engine is loaded when the first are made.
    embed = children_of(config, "embed", lazy=True)
    return Engines(*(children_of(config, kind, lazy=lazy) for kind in ("stt", "tts", "llm")), embed=embed)


def children_of(config: Config, kind: Stage, *, lazy: bool = False) -> list[Child]:
    """Makes the children of one stage. Engines on other machines have none, nor has `HASHING`."""
    names = chain(getattr(config.engines, kind).engine)
    return [
        _child(config, kind, name, first=number == 0, alone=len(names) == 1, lazy=lazy)
        for number, name in enumerate(names)
        if not is_remote(config, name) and name != HASHING
    ]


def is_remote(config: Config, name: str) -> bool:
    """Tells whether an engine is on another machine."""
    return "://" in name or name in config.engines.remote


def remote(config: Config, name: str) -> RemoteConfig:
    """An engine on another machine, by its table or its address."""
    return config.engines.remote.get(name) or RemoteConfig(url=name)


def is_far(config: Config, name: str) -> bool:
    """Tells whether what an engine is given leaves this machine."""
    from voiced.engines.remote import is_here  # noqa: PLC0415 (loaded where there is such an engine)

    return is_remote(config, name) and not is_here(remote(config, name).url)


@asynccontextmanager
async def started(*stages: Sequence[Child]) -> AsyncGenerator[None]:
    """Starts the children of some stages side by side, and ends them with the block.

    Raises:
        VoicedError: one cannot be started, and no other is there to take its place.
    """
    try:
        await asyncio.gather(*(child.start(insist=not child.alone) for stage in stages for child in stage))
        yield
    finally:
        await asyncio.gather(*(child.close() for stage in stages for child in stage))


def _child(config: Config, kind: Stage, name: str, *, first: bool, alone: bool, lazy: bool) -> Child:
    section = getattr(config.engines, kind)
    upkeep = Upkeep(
        alone=alone,
        lazy=lazy or not first,
        idle_s=section.idle_s or (0.0 if first else FALLBACK_IDLE_S),
        spare=section.spare and first,
        memory_mb=section.memory_mb,
        python=section.python if first else "",
        start_deadline_s=LOAD_S,
        # A run of Whisper cannot be stopped, and on a small machine to load it again takes longer.
        let_go_s=section.deadline_s if name == "whisper" else LET_GO_S,
    )
    settings = _settings(config, kind, name)
    complete = partial(_with_model, config, name) if "model" in settings else None
    return Child(kind, name, settings, upkeep, complete=complete)


def _settings(config: Config, kind: Stage, name: str) -> dict[str, Any]:
    """What an engine gets: what its stage is told, and what belongs to it alone."""
    settings: dict[str, Any] = {"language": config.language}
    if kind == "stt":
        settings |= {"intents": str(intents_folder(config)), "intents_language": config.language}
    if kind == "tts":
        settings |= {"voice": config.engines.tts.voice, "words_per_minute": config.engines.tts.words_per_minute}
    if kind == "llm":
        # Evaluated prompts hold what the model is told first, in its owner's words, and nothing that was said. Beside
        # a locked file there are none on the disk.
        plain = config.store.encryption == "off"
        settings |= {"cache": str(state_folder(config) / CACHE / "llm") if plain else ""}
    own = getattr(config.engines, name, None)
    return (
        settings | {key: value for key, value in msgspec.to_builtins(own).items() if value != ""} if own else settings
    )


def _with_model(config: Config, engine: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The model's file instead of its name, and when it was last written: that tells it from one that replaces it."""
    path = path_of(config, engine, settings["model"])
    try:
        return {**settings, "model": str(path), "modified_ns": path.stat().st_mtime_ns}
    except OSError as error:  # Removed just now.
        raise ModelMissing(f"{path} cannot be looked at: {error}", hint="Start the engine again.") from error

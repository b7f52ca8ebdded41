"""Every parser is given bad inputs (R16): it says that they are, and its memory does not grow."""

import random
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import psutil

from tests.faults.outcome import Outcome, replaced, trial
from tests.fuzz import archives, messages, models, requests, texts
from tests.fuzz.mutation import mutated
from tests.fuzz.parser import Parser
from voiced.core.errors import VoicedError
from voiced.core.memory import give_back_memory

PARSERS: Mapping[str, Callable[[Path], Parser]] = {
    "frames": messages.frames,
    "events": messages.events,
    "requests": requests.requests,
    "mqtt-commands": messages.mqtt_commands,
    "devices": messages.devices,
    "home-assistant": messages.home_assistant,
    "wav": models.wav,
    "sound": models.sound,
    "gguf": models.gguf_header,
    "ggml": models.ggml_header,
    "onnx": models.onnx_file,
    "voice-settings": models.voice_settings,
    "wake-model": models.wake_model,
    "toml": texts.toml,
    "flags": texts.flags,
    "environment": texts.environment,
    "sentences": texts.sentences,
    "archive": archives.archive,
    "members": archives.members,
    "conversation": archives.conversation,
    "rows": archives.rows,
    "restore": archives.restore,
}
GROWTH = 16 * 1024 * 1024
MEMORY = Path("/dev/shm")
WARM = 10
"""The first inputs, one in so many, may load what a parser needs."""


def run(seed: int, times: int, name: str = "") -> Outcome:
    """Gives so many inputs to a parser, or to each of them."""
    outcome = Outcome()
    for each in [name] if name else PARSERS:
        with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
            parser = PARSERS[each](Path(folder))
            with closing(parser):
                outcome += _fuzzed(each, parser, seed, times)
    return outcome


def _fuzzed(name: str, parser: Parser, seed: int, times: int) -> Outcome:
    if not any(_judged(parser, good) is None for good in parser.corpus):
        raise ValueError(f"{name} takes nothing")
    outcome, process, warm, refused = Outcome(wrong={"uncaught": 0, "growth": 0}), psutil.Process(), 0, 0
    for number in range(times):
        if number == times // WARM:
            warm = _kept(process)
        data = mutated(random.Random(seed << 32 | number), parser.corpus)
        found = _judged(parser, data)
        if isinstance(found, VoicedError):
            refused += 1
        elif found:
            where = f"{name}: seed {seed}, number {number}: {data[:60]!r}"
            outcome += trial(where, uncaught=[f"{type(found).__name__}: {str(found)[:200]}"])
    grown = _kept(process) - warm
    outcome.wrong["growth"] += grown > GROWTH and not parser.ends
    counted = {f"{name}: refused": refused, f"{name}: grown KiB": max(0, grown >> 10)}
    return Outcome(times, outcome.wrong, outcome.problems, counted)


def _kept(process: psutil.Process) -> int:
    """Bytes of memory that are in use, without what is free and only waits to be used again."""
    give_back_memory()
    return process.memory_info().rss


def _judged(parser: Parser, data: bytes) -> BaseException | None:
    """What a parser says to an input; a warning, and what was said to nobody, counts as much."""
    unraisable: list[BaseException | None] = []
    with (
        warnings.catch_warnings(action="error"),
        replaced(sys, "unraisablehook", lambda told: unraisable.append(told.exc_value)),
    ):
        try:
            parser.read(data)
        except Exception as error:  # noqa: BLE001 (whatever it is: that is the question)
            unraisable.append(error)
    return unraisable[0] if unraisable else None

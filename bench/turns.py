"""P1: from the end of a spoken command to the first audio of the answer, endpoint wait included.

    python bench/turns.py [--quick]

Ours is the daemon's own pipeline with its embedded engines, in real time. The peer chains the same engines as Wyoming
servers are chained, each in a process of its own behind the same wire: 700 ms of silence by the same Silero detector,
the whole recording to PocketSphinx, rules, skill, the whole sentence to eSpeak, first sample. Its silence is counted in
audio time and its detector costs nothing; only the rest is measured. The two take turns, recording by recording.

End of speech is a label (see `scenes`). First audio is the first sample handed to the sink; earcons do not count. That
the sink tells the truth is checked through a real audio server (`server`): what is said is recorded from the
microphone's monitor and what is answered from the speaker's, on one clock.
"""

import argparse
import asyncio
import json
import time
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

from msgspec import structs
from pairs import faster, spread
from scenes import Scene, coffee, home, synthetic
from server_turns import through_server
from sounds import frames, pcm
from stage import Stage, config, on_stage

from voiced.children import children_of
from voiced.core.config import Config
from voiced.core.events import AnyEvent, Heard, NotUnderstood, Speaking, TurnEnded, Woke
from voiced.core.ports.skill import Reply, Skill
from voiced.core.types import RATE, SpeechChunk, Understanding
from voiced.engines.hosted import HostedStt, HostedTts
from voiced.engines.silero import Silero
from voiced.setup.places import intents_folder
from voiced.turn.rules import Rules

FIXED_S = 0.7
SPEECH = 0.5
PATIENCE_S = 4.0
COFFEE = Path(__file__).parents[1] / "tests/intents/coffee"
STAGES = ("detector", "endpoint", "transcribed", "routed", "answered", "synthesized", "first_audio")
"""`detector`: where our own detector hears the end of speech, after the label."""
Marks = dict[str, float]


class Barista:
    """Answers coffee orders in one sentence."""

    intents = ("orderDrink",)

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        return Reply(f"One {understood.slots['coffeeDrink']}, coming up.")


class Chain:
    """The peer: one stage after the other.

    Args:
        config: as ours.
        skills: the very same.
    """

    def __init__(self, config: Config, skills: Mapping[str, Skill]) -> None:
        self.children = children_of(config, "stt")[0], children_of(config, "tts")[0]
        self._stt, self._tts = HostedStt(self.children[0], 30.0), HostedTts(self.children[1], 30.0)
        self._rules = Rules(intents_folder(config), config.language)
        self._skills = skills
        self._vad = Silero()

    async def turn(self, scene: Scene) -> Marks | None:
        """Answers a scene; None where it understands nothing, or ends too early."""
        start, end = int(scene.command * RATE), self._endpoint(scene)
        if end is None or end < scene.end * RATE:
            return None
        marks = {"endpoint": end / RATE - scene.end}
        began = time.perf_counter()

        def mark(name: str) -> None:
            marks[name] = marks["endpoint"] + time.perf_counter() - began

        heard = await self._stt.transcribe(_whole(pcm(scene.samples[start:end])))
        mark("transcribed")
        understood = self._rules.understand(heard.text) if heard.text else None
        mark("routed")
        if understood is None:
            return None
        reply = await self._skills[understood.intent].answer(understood)
        mark("answered")
        _ = [clip async for clip in self._tts.synthesize(reply.text)]
        mark("synthesized")
        mark("first_audio")
        return marks

    def _endpoint(self, scene: Scene) -> int | None:
        """The position at which so much silence has followed speech."""
        self._vad.reset()
        last = None
        for frame in frames(pcm(scene.samples)):
            spoken = self._vad.speech(frame.samples) >= SPEECH
            end = frame.start + len(frame.samples) // 2
            if frame.start < scene.command * RATE:
                continue
            if spoken:
                last = end
            elif last and end - last >= FIXED_S * RATE:
                return end
        return None


async def _whole(sound: bytes) -> AsyncGenerator[SpeechChunk]:
    yield SpeechChunk("peer", sound, 0)


async def ours(stage: Stage, scene: Scene) -> Marks | str:
    """Answers a scene; a word where it does not."""
    since = len(stage.events)
    start = await stage.audio.say(scene.samples)
    length = len(scene.samples) / RATE
    woke = await stage.until(lambda event: isinstance(event, Woke), since, length + 1)
    if not isinstance(woke, Woke):
        return "not woken"

    def over(event: AnyEvent) -> bool:
        return isinstance(event, Speaking | TurnEnded) and event.turn == woke.turn

    await stage.until(over, since, length + PATIENCE_S)
    heard = next((event for event in stage.events[since:] if isinstance(event, Heard)), None)
    stage.audio.hush()
    await stage.voiced.stop("bench")
    ended = await stage.until(lambda event: isinstance(event, TurnEnded) and event.turn == woke.turn, since, PATIENCE_S)
    if any(isinstance(event, NotUnderstood) for event in stage.events[since:]) or heard is None:
        return "not understood"
    if not isinstance(ended, TurnEnded) or ended.timeline.first_audio is None:
        return "not answered"
    label = start / RATE + scene.end
    # The timeline counts from its own end of speech; the wake word stands in both.
    zero = woke.at - (ended.timeline.woke or 0.0)
    marks = {name: at + zero - label for name, at in structs.asdict(ended.timeline).items() if at is not None}
    return marks | {"detector": zero - label}


async def table(scenes: list[Scene], config: Config, own: Mapping[str, Skill]) -> dict[str, Any]:
    """One kind of scene, by both in turn."""
    pairs: list[tuple[Marks, Marks]] = []
    mine: list[Marks] = []
    failed: list[str] = []
    peer_failed = early = 0
    async with on_stage(config, lambda: list(own.values())) as stage:
        chain = Chain(config, stage.skills)
        await asyncio.gather(*(child.start() for child in chain.children))
        try:
            for scene in scenes:
                found, theirs = await ours(stage, scene), await chain.turn(scene)
                await stage.voiced.ask("cancel all timers", aloud=False)
                peer_failed += theirs is None
                if isinstance(found, str):
                    failed.append(f"{scene.name}: {found}")
                    continue
                early += found["endpoint"] < 0
                mine.append(found)
                if theirs:
                    pairs.append((found, theirs))
        finally:
            await asyncio.gather(*(child.close() for child in chain.children))
    return {
        "n": len(scenes),
        "answered": len(mine),
        "ended_before_the_label": early,
        "failed": failed,
        "peer_failed": peer_failed,
        "ours_ms": {name: spread([each[name] for each in mine if name in each], 1000) for name in STAGES},
        "peer_ms": {name: spread([each[name] for _, each in pairs], 1000) for name in STAGES[1:]},
        "pairs": [(a["first_audio"], b["first_audio"]) for a, b in pairs],
    }


async def measure(*, quick: bool) -> dict[str, object]:
    """All tables; the first two and the third count together."""
    counts = (4, 3, 3) if quick else (18, 14, 6)
    usual = config(None, "hey_jarvis", "alexa")
    tables = {
        "home": await table(home(counts[0]), usual, {}),
        "coffee": await table(coffee(counts[1]), config(COFFEE, "alexa"), {"orderDrink": Barista()}),
        "synthetic": await table(synthetic(counts[2]), usual, {}),
    }
    pairs = [pair for each in tables.values() for pair in each.pop("pairs")]
    found: dict[str, object] = {
        **tables,
        "first_audio_ms": spread([a for a, _ in pairs], 1000),
        "peer_first_audio_ms": spread([b for _, b in pairs], 1000),
        "faster": faster(*zip(*pairs, strict=True)) if pairs else faster([], []),
    }
    found["server"] = await asyncio.to_thread(through_server, home(3 if quick else 6))
    return found


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    print(json.dumps({"question": "turns", **asyncio.run(measure(quick=parser.parse_args().quick))}))


if __name__ == "__main__":
    main()

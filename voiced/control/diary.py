"""A line in the log for each turn that is over, and for engines that come and go: numbers and names, never words."""

import logging

from voiced.core.bus import Bus
from voiced.core.events import AnyEvent, EngineFound, EngineLost
from voiced.core.notes import Note, noted
from voiced.core.stages import stages
from voiced.core.stories import Stories, Story

log = logging.getLogger(__name__)

WORDS = {
    "answered": "answered",
    "not_understood": "not understood",
    "nothing_said": "nothing was said",
    "interrupted": "interrupted",
    "failed": "failed",
}


class Diary:
    """Writes it.

    Args:
        bus: tells what happens.
    """

    def __init__(self, bus: Bus) -> None:
        self._stories = Stories(_tell)
        bus.watch(self._take)

    def _take(self, event: AnyEvent) -> None:
        match event:
            case EngineLost(stage, engine, code):
                note = noted(Note.ENGINE_LOST, stage=stage, engine=engine, code=code)
                log.warning("%s %s is left alone for a while: %s", stage, engine, code, extra=note)
            case EngineFound(stage, engine):
                log.info("%s %s works again", stage, engine, extra=noted(Note.ENGINE_FOUND, stage=stage, engine=engine))
            case _:
                self._stories.take(event)


def _tell(story: Story) -> None:
    timeline = story.end.timeline
    for stage in stages(timeline):
        ms = round(stage.seconds * 1000)
        log.debug("%s took %d ms", stage.name, ms, extra=noted(stage=stage.name, latency_ms=ms))
    first = timeline.first_audio if timeline.first_audio is not None else timeline.answered
    latency = None if first is None else max(0, round(first * 1000))
    model = story.models[-1].model if story.models else ""
    note = noted(Note.TURN_ENDED, route=story.route, outcome=story.outcome, latency_ms=latency, model=model)
    after = "" if latency is None else f" after {latency} ms"
    log.info("turn over: %s, by %s%s", WORDS[story.outcome], story.route, after, extra=note)

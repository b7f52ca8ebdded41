"""What a turn that fails writes into the log: nothing in the user's words, nothing private."""

import logging
from collections.abc import Generator

import pytest

from tests.fakes.engines import ScriptedStt
from tests.fakes.llm import ScriptedLlm
from tests.pipeline.playbook import asks, names, play, speaks, wakes
from voiced.control.diary import Diary
from voiced.core.bus import Bus
from voiced.core.context import current_turn
from voiced.core.errors import LlmFailed, SkillFailed, VoicedError
from voiced.core.types import Understanding


class Fails:
    """A skill that fails in some way."""

    intents = ("answer",)

    def __init__(self, error: VoicedError) -> None:
        self._error = error

    async def answer(self, understood: Understanding) -> None:
        del understood
        raise self._error


@pytest.mark.parametrize(
    ("error", "logged"),
    [
        (SkillFailed("There is no timer for the walrus."), "turn failed: skill-failed"),
        (LlmFailed("the moon is not evaluated"), "turn failed: llm-failed"),
        (LlmFailed("the prompt is not evaluated"), "turn failed: the prompt is not evaluated (llm-failed)"),
    ],
)
def test_no_words_of_the_user_and_nothing_private_is_logged(caplog: pytest.LogCaptureFixture, error, logged):
    with caplog.at_level(logging.INFO):
        events = play(wakes(0.5), speaks(0.8, 1.8), stt=ScriptedStt("say it is noon"), skill=Fails(error))
    assert "failed" in names(events)
    assert [record.getMessage() for record in caplog.records if record.name.startswith("voiced.turn")] == [logged]


class Raises:
    """A skill with a fault, which is told in the user's words."""

    intents = ("answer",)

    async def answer(self, understood: Understanding) -> None:
        raise KeyError(understood.text)


@pytest.fixture
def turns() -> Generator[list[str]]:
    """Notes the turn of each line that is logged at info or above."""
    found: list[str] = []

    class Notes(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            del record
            found.append(current_turn())

    handler = Notes(logging.INFO)
    logging.getLogger("voiced").addHandler(handler)
    yield found
    logging.getLogger("voiced").removeHandler(handler)


def test_every_line_of_a_turn_says_which_and_none_after_it(turns: list[str], caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO):
        play(
            wakes(0.5, "first"), speaks(0.8, 1.8, "first"), asks(5, "crash"), stt=ScriptedStt("say it"), skill=Raises()
        )
    assert turns[0] == "first"
    assert len(set(turns)) == 2
    assert all(turns)
    assert current_turn() == ""


@pytest.mark.parametrize("skill", [None, Raises(), Fails(SkillFailed("a xylophone"))])
def test_nothing_that_is_said_is_in_the_log(caplog: pytest.LogCaptureFixture, skill):
    said = ScriptedStt("say xylophone")
    with caplog.at_level(logging.INFO):
        events = play(
            wakes(0.5), speaks(0.8, 1.8), asks(8, "a xylophone?"), stt=said, skill=skill, llm=ScriptedLlm("xylophone")
        )
        bus = Bus()
        Diary(bus)
        for event in events:
            bus.emit(event)
    over = [record for record in caplog.records if record.getMessage().startswith("turn over")]
    assert [record.fields["route"] for record in over] == ["rules", "model"]
    assert over[1].fields["model"] == "scripted"
    for record in caplog.records:
        assert "xylophone" not in f"{record.getMessage()} {record.exc_text} {vars(record).get('fields')}"

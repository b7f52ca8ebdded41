"""What a turn that fails writes into the log: nothing in the user's words, nothing private."""

import logging

import pytest

from tests.fakes.engines import ScriptedStt
from tests.pipeline.playbook import names, play, speaks, wakes
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
        (SkillFailed("There is no timer for the walrus."), "turn turn failed: skill-failed"),
        (LlmFailed("the moon is not evaluated"), "turn turn failed: llm-failed"),
        (LlmFailed("the prompt is not evaluated"), "turn turn failed: the prompt is not evaluated (llm-failed)"),
    ],
)
def test_no_words_of_the_user_and_nothing_private_is_logged(caplog: pytest.LogCaptureFixture, error, logged):
    with caplog.at_level(logging.INFO):
        events = play(wakes(0.5), speaks(0.8, 1.8), stt=ScriptedStt("say it is noon"), skill=Fails(error))
    assert "failed" in names(events)
    assert [record.getMessage() for record in caplog.records if record.name.startswith("voiced.turn")] == [logged]

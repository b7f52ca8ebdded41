"""A working stand-in for Home Assistant's Assist, with scripted answers."""

from collections.abc import Mapping

from voiced.core.errors import HomeUnreachable


class ScriptedAssist:
    """Answers the sentences of its script; `FAIL` makes it fail. Nothing else is understood.

    Attributes:
        asked: each sentence, and in which talk.
    """

    FAIL = "<fail>"

    def __init__(self, script: Mapping[str, str] | None = None) -> None:
        self.script = script or {}
        self.asked: list[tuple[str, str | None]] = []

    async def ask(self, text: str, conversation: str | None = None) -> str | None:
        self.asked.append((text, conversation))
        answer = self.script.get(text)
        if answer == self.FAIL:
            raise HomeUnreachable("the script says so")
        return answer

"""What a language model may ask for: the tools of all skills, and what becomes of each call."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from voiced.core.chat import Tool, ToolCall
from voiced.core.errors import SkillFailed
from voiced.core.history import Privacy
from voiced.core.ports.skill import Offering, Reply, Skill
from voiced.core.privacy import most_private
from voiced.core.routing import Called
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.turn.actwords import ActWords
from voiced.turn.policy import Decision, Verdict, judge

CALLS = 4
"""Calls of one answer; more are refused."""
KEPT = 1_000
"""Characters of arguments, and of what was told, that are kept for whoever asks why."""


class Used(Struct, frozen=True):
    """What became of a call.

    Attributes:
        call: as the model made it.
        verdict: whether it was let through.
        acts: it is one of those that act.
        reply: what the skill says, or asks; None: it was refused.
    """

    call: ToolCall
    verdict: Verdict
    acts: bool = False
    reply: Reply | None = None

    @property
    def answers(self) -> bool:
        """What the skill says is the answer: a model that repeats it could say something else."""
        return self.acts and self.reply is not None

    @property
    def told(self) -> str:
        """What the model is told of it."""
        return self.reply.text if self.reply else f"{self.verdict.decision}: {self.verdict.reason}"

    @property
    def explained(self) -> Called:
        """For whoever asks why."""
        short = len(msgspec.json.encode(self.call.arguments)) <= KEPT
        given = self.call.arguments if short else {}
        return Called(self.call.name, given, self.verdict.decision, self.verdict.reason, self.told[:KEPT])


def privacy(used: Sequence[Used], privacy_of: Callable[[str], Privacy]) -> Privacy:
    """How private it is what some calls told: as their words, or as what these rest on."""
    rest_on = most_private(each.reply.privacy for each in used if each.reply)
    return most_private((rest_on, *(privacy_of(each.told) for each in used)))


class Toolbox:
    """The tools of those skills that offer some.

    Args:
        skills: intent to the skill that answers it.
        words: of the language, that ask for acts.
        privacy_of: how private a text is: tools hold the names of what is there.
        steps: so many times a model may ask for tools before it has to answer.
        speech: puts into words what cannot be done.

    Attributes:
        steps: as given.
    """

    def __init__(
        self,
        skills: Mapping[str, Skill],
        words: ActWords,
        privacy_of: Callable[[str], Privacy] = lambda _: "public",
        steps: int = 3,
        speech: Speech = ENGLISH,
    ) -> None:
        self.steps = steps
        self._words = words
        self._privacy_of = privacy_of
        self._speech = speech
        self._known: tuple[list[Tool], tuple[Tool, ...]] = ([], ())
        self._offering = [skill for skill in dict.fromkeys(skills.values()) if isinstance(skill, Offering)]

    def tools(self) -> tuple[Tool, ...]:
        """All of them, in an order that stays."""
        named: dict[str, Tool] = {}
        for tool in (tool for skill in self._offering for tool in skill.tools()):
            named.setdefault(tool.name, tool)  # Of two with one name, the first is meant: voiced's own.
        offered = list(named.values())
        if offered != self._known[0]:
            self._known = offered, tuple(replace(tool, privacy=self._privacy(tool)) for tool in offered)
        return self._known[1]

    async def use(self, calls: Sequence[ToolCall], text: str, message: str) -> AsyncGenerator[Used]:
        """Does what some calls ask for, as far as it may be done, and tells of each at once: what follows may fail.

        Args:
            calls: the model's, of one answer.
            text: the user's own words of this turn.
            message: the id of the message that says them.

        Raises:
            VoicedError: what was asked for could not be done.
        """
        used: list[Used] = []
        for call in calls:
            if call in (each.call for each in used):
                continue
            asked = any(each.reply and each.reply.asks for each in used)
            if len(used) < CALLS and not asked:  # A "yes" answers one question.
                used.append(await self._use(call, text, message))
            else:
                used.append(Used(call, Verdict("refused", "that is too much at once")))
            yield used[-1]

    async def _use(self, call: ToolCall, text: str, message: str) -> Used:
        skill = next((each for each in self._offering if any(tool.name == call.name for tool in each.tools())), None)
        wish = skill.wish(call, text) if skill else None
        if skill is None or wish is None or wish.understood.intent not in skill.intents:
            return Used(call, Verdict("refused", "it makes no sense"))
        verdict = judge(wish, text, self._words)
        decision: Decision = verdict.decision
        if decision == "asked" and wish.question:
            return Used(call, verdict, acts=True, reply=wish.question)
        if decision != "allowed":
            return Used(call, Verdict("refused", verdict.reason), acts=bool(wish.act))
        # Nothing but a "yes" of the user confirms.
        understood = replace(wish.understood, confirmed=False, text=text, message=message)
        try:
            reply = await skill.answer(understood)
        except SkillFailed as error:
            reply = Reply(self._speech.excuse(error))
        return Used(call, verdict, acts=bool(wish.act), reply=reply)

    def _privacy(self, tool: Tool) -> Privacy:
        return self._privacy_of(msgspec.json.encode(tool).decode())

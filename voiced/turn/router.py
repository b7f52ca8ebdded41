"""Who is asked for an answer, in which order, and why: pure.

Rules come first and cost nothing; then Home Assistant's Assist, which knows the home by its own names; then the
language models, in the order of the configuration unless a rule of its router says otherwise.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from voiced.core.config_mind import RouteConfig, RouterConfig
from voiced.core.errors import BudgetSpent, ConfigInvalid, LlmFailed, TooPrivate, VoicedError
from voiced.core.history import Privacy
from voiced.core.ports.llm import ModelState
from voiced.core.types import Understanding

RULES, ASSIST, MODEL, ELSEWHERE, NONE = "rules", "assist", "model", "elsewhere", "none"
"""The tiers: the sentence templates and their skills, Home Assistant's Assist, a language model, whoever's satellite
this is, nobody."""
AT_HOME = frozenset({"public", "personal"})
"""What Assist may be asked, which may be on another machine: nothing sensitive, and no secret."""


class Sentence(Struct, frozen=True):
    """What is to be answered.

    Attributes:
        text: the words.
        understood: what they mean, where that is known.
        why: how it is known, such as "it answers what was asked"; empty: a template says it.
        confidence: how sure the recogniser is of the words, 0 to 1; 1 for what is written.
        channel: voice or text.
        privacy: how private they are.
    """

    text: str
    understood: Understanding | None = None
    why: str = ""
    confidence: float = 1.0
    channel: str = "text"
    privacy: Privacy = "public"


class Tiers(Struct, frozen=True):
    """What is known of those who answer.

    Attributes:
        answerable: the intents that some skill answers.
        assist: there is an Assist.
        models: the language models, in their configured order.
        spent: why no model may be asked for now; empty: they may.
    """

    answerable: frozenset[str]
    assist: bool = False
    models: Sequence[ModelState] = ()
    spent: str = ""


class Step(Struct, frozen=True):
    """A tier, and whether it is to be asked when its turn comes.

    Attributes:
        tier: `RULES`, `ASSIST` or `MODEL`.
        ask: whether it is asked.
        reason: why, or why not.
        name: which model.
        refusal: what is said where nobody else answers.
    """

    tier: str
    ask: bool
    reason: str
    name: str = ""
    refusal: type[VoicedError] | None = None


class Route(Struct, frozen=True):
    """All tiers in the order in which they are asked."""

    steps: tuple[Step, ...] = ()

    @property
    def asked(self) -> tuple[Step, ...]:
        """Those that are asked, until one answers."""
        return tuple(step for step in self.steps if step.ask)

    @property
    def tier(self) -> str:
        """The first that is asked; `NONE` where nobody can answer."""
        return self.asked[0].tier if self.asked else NONE

    @property
    def models(self) -> tuple[str, ...]:
        """The models that are asked."""
        return tuple(step.name for step in self.asked if step.tier == MODEL)

    @property
    def refusal(self) -> VoicedError | None:
        """Why nobody may answer who could."""
        return next((step.refusal(step.reason) for step in self.steps if step.refusal), None)


class Router:
    """Chooses by the table of the configuration.

    Args:
        config: the `[router]` section; its models are called as in `Tiers`.
        remote: the classes of privacy that a model on another machine may be told.
        names: all models there are.

    Raises:
        ConfigInvalid: it names no model, or a pattern is none.
    """

    def __init__(self, config: RouterConfig, remote: frozenset[Privacy], names: Sequence[str] = ()) -> None:
        self._config = config
        self._remote = remote
        self._patterns = {name: _patterns(name, rule) for name, rule in config.rules.items()}
        for name, rule in config.rules.items():
            if rule.first not in names:
                known = f"There is {', '.join(names)}." if names else "There is none; see engines.llm.engine."
                raise ConfigInvalid(f"router.rules.{name}.first: there is no model {rule.first!r}", hint=known)

    def route(self, sentence: Sentence, tiers: Tiers) -> Route:
        """Chooses who is asked.

        Args:
            sentence: what is to be answered.
            tiers: those who could.
        """
        understood = sentence.understood
        if understood and understood.intent in tiers.answerable:
            return Route((Step(RULES, ask=True, reason=sentence.why or "a template says it"),))
        why = f"no skill answers {understood.intent}" if understood else "no template says it"
        steps = [Step(RULES, ask=False, reason=why)]
        if sentence.text and tiers.assist:
            private = sentence.privacy not in AT_HOME
            reason = f"too private to leave this machine ({sentence.privacy})" if private else "no rule knows it"
            steps.append(Step(ASSIST, not private, reason, refusal=TooPrivate if private else None))
        if sentence.text:
            steps += self._models(sentence, tiers)
        return Route(tuple(steps))

    def _models(self, sentence: Sentence, tiers: Tiers) -> list[Step]:
        barred = self._barred(sentence, tiers)
        steps = [self._step(model, sentence, reason, barred) for model, reason in self._ordered(sentence, tiers.models)]
        if not any(step.ask for step in steps):
            # Whoever failed lately is better than nobody.
            steps = [
                Step(MODEL, ask=True, reason="failed lately, but nobody else is left", name=step.name)
                if step.refusal is LlmFailed
                else step
                for step in steps
            ]
        return steps

    def _barred(self, sentence: Sentence, tiers: Tiers) -> tuple[str, type[VoicedError] | None] | None:
        """Why no model at all is asked, and what is said of it; None: they are."""
        if self._config.mode == "rules":
            return "router.mode is rules", None
        if sentence.confidence < self._config.confidence:
            return f"understood too unsurely ({sentence.confidence:.2f})", None
        return (tiers.spent, BudgetSpent) if tiers.spent else None

    def _step(
        self, model: ModelState, sentence: Sentence, reason: str, barred: tuple[str, type[VoicedError] | None] | None
    ) -> Step:
        if barred:
            return Step(MODEL, False, barred[0], model.name, barred[1])
        if model.far and self._config.mode == "local":
            return Step(MODEL, False, "router.mode is local", model.name)
        if model.far and sentence.privacy not in self._remote:
            return Step(MODEL, False, f"too private for another machine ({sentence.privacy})", model.name, TooPrivate)
        if model.problem:
            return Step(MODEL, False, f"left alone for a while: {model.problem}", model.name, LlmFailed)
        return Step(MODEL, True, reason, model.name)

    def _ordered(self, sentence: Sentence, models: Sequence[ModelState]) -> Iterator[tuple[ModelState, str]]:
        """The models in the order in which they are asked, and why there."""
        first, rule = next(self._firsts(sentence), ("", ""))
        # A stable sort: what is equal stays in the configured order.
        for model in sorted(models, key=lambda each: (each.name != first, self._is_slow(each))):
            if model.name == first:
                yield model, f"router.rules.{rule}"
            elif self._is_slow(model):
                yield model, f"slow: its last answer began after {model.latency_s:.1f} s"
            else:
                yield model, "as configured"

    def _firsts(self, sentence: Sentence) -> Iterator[tuple[str, str]]:
        """The model that a rule of the table names, and the rule."""
        words = len(sentence.text.split())
        for name, rule in self._config.rules.items():
            found = not rule.patterns or any(each.search(sentence.text) for each in self._patterns[name])
            if words >= rule.words and rule.channel in ("", sentence.channel) and found:
                yield rule.first, name

    def _is_slow(self, model: ModelState) -> bool:
        return model.latency_s is not None and model.latency_s > self._config.slow_s


def _patterns(name: str, rule: RouteConfig) -> list[re.Pattern[str]]:
    try:
        return [re.compile(pattern, re.IGNORECASE) for pattern in rule.patterns]
    except re.error as error:
        raise ConfigInvalid(f"router.rules.{name}.patterns: {error.pattern!r} is no pattern: {error}") from error

"""Who is asked, in which order, and why: a table of sentences and of how those who answer do."""

import pytest

from voiced.core.config_mind import RouteConfig, RouterConfig
from voiced.core.errors import BudgetSpent, ConfigInvalid, TooPrivate
from voiced.core.ports.llm import ModelState
from voiced.core.types import Understanding
from voiced.turn.router import ASSIST, MODEL, NONE, RULES, Route, Router, Sentence, Tiers

SMALL, LARGE, FAR = ModelState("small"), ModelState("large"), ModelState("far", far=True)
NAMES = ["small", "large", "far"]
LIGHT = Understanding("HassTurnOn", {"name": "light"})


def routed(sentence: Sentence, tiers: Tiers | None = None, **config: object) -> Route:
    tiers = tiers or Tiers(frozenset({"HassTurnOn"}), True, (SMALL, LARGE, FAR))
    return Router(RouterConfig(**config), frozenset({"public"}), NAMES).route(sentence, tiers)


def asked(route: Route) -> list[str]:
    return [step.name or step.tier for step in route.asked]


def why(route: Route, name: str) -> str:
    return next(step.reason for step in route.steps if name in (step.name, step.tier))


def models(*states: ModelState, spent: str = "") -> Tiers:
    return Tiers(frozenset(), False, states, spent)


def test_what_a_template_says_goes_to_nobody_else():
    route = routed(Sentence("turn on the light", LIGHT))
    assert (route.tier, len(route.steps)) == (RULES, 1)


def test_all_others_are_asked_in_their_order():
    assert asked(routed(Sentence("how far is the sun"))) == [ASSIST, "small", "large", "far"]


def test_what_no_skill_answers_goes_on_and_says_so():
    route = routed(Sentence("yes", Understanding("VoicedYes")))
    assert route.tier == ASSIST
    assert why(route, RULES) == "no skill answers VoicedYes"


def test_without_anybody_nobody_is_asked():
    assert routed(Sentence("how far is the sun"), models()).tier == NONE


def test_nothing_said_is_asked_of_nobody():
    assert routed(Sentence("")).tier == NONE


@pytest.mark.parametrize(
    ("privacy", "expected"),
    [
        ("public", [ASSIST, "small", "large", "far"]),
        ("personal", [ASSIST, "small", "large"]),
        ("sensitive", ["small", "large"]),
        ("secret", ["small", "large"]),
    ],
)
def test_what_is_private_does_not_leave_the_machine(privacy, expected):
    assert asked(routed(Sentence("it is me", privacy=privacy))) == expected


def test_where_only_others_could_answer_it_is_said_that_it_is_too_private():
    route = routed(Sentence("it is me", privacy="secret"), models(FAR))
    assert route.tier == NONE
    assert isinstance(route.refusal, TooPrivate)


def test_a_spent_budget_leaves_all_models_out_and_is_said():
    route = routed(Sentence("how far is the sun"), models(SMALL, FAR, spent="the budget is spent"))
    assert asked(route) == []
    assert isinstance(route.refusal, BudgetSpent)
    assert why(route, "small") == "the budget is spent"


@pytest.mark.parametrize(("mode", "expected"), [("auto", NAMES), ("local", ["small", "large"]), ("rules", [])])
def test_the_mode_says_who_may_be_asked_at_all(mode, expected):
    assert asked(routed(Sentence("how far is the sun"), models(SMALL, LARGE, FAR), mode=mode)) == expected


@pytest.mark.parametrize(("confidence", "expected"), [(0.39, []), (0.4, ["small"])])
def test_what_was_hardly_understood_is_asked_of_no_model(confidence, expected):
    assert asked(routed(Sentence("how far", confidence=confidence), models(SMALL), confidence=0.4)) == expected


def test_who_failed_lately_is_left_alone_unless_nobody_else_is_there():
    down = ModelState("small", problem="it crashed")
    assert asked(routed(Sentence("how far"), models(down, LARGE))) == ["large"]
    alone = routed(Sentence("how far"), models(down))
    assert asked(alone) == ["small"]
    assert why(alone, "small") == "failed lately, but nobody else is left"


def test_who_is_slow_is_asked_after_the_others():
    slow = ModelState("small", latency_s=12.0)
    route = routed(Sentence("how far"), models(slow, LARGE))
    assert asked(route) == ["large", "small"]
    assert "12.0 s" in why(route, "small")


@pytest.mark.parametrize(
    ("rule", "text", "channel", "first"),
    [
        (RouteConfig(first="large", words=4), "how far is it", "voice", "large"),
        (RouteConfig(first="large", words=5), "how far is it", "voice", "small"),
        (RouteConfig(first="large", patterns=["python|code"]), "write me some Code", "voice", "large"),
        (RouteConfig(first="large", patterns=["python|code"]), "write me a poem", "voice", "small"),
        (RouteConfig(first="large", channel="text"), "how far is it", "text", "large"),
        (RouteConfig(first="large", channel="text"), "how far is it", "voice", "small"),
        (RouteConfig(first="large", words=2, patterns=["poem"]), "poem", "voice", "small"),
    ],
)
def test_a_rule_of_the_table_names_who_comes_first(rule, text, channel, first):
    route = routed(Sentence(text, channel=channel), models(SMALL, LARGE), rules={"hard": rule})
    assert asked(route)[0] == first
    assert sorted(asked(route)) == ["large", "small"]
    assert why(route, first) == ("router.rules.hard" if first == "large" else "as configured")


def test_the_first_rule_that_fits_counts():
    rules = {
        "one": RouteConfig(first="far", words=9),
        "two": RouteConfig(first="large"),
        "three": RouteConfig(first="far"),
    }
    assert asked(routed(Sentence("how far"), models(SMALL, LARGE, FAR), rules=rules))[0] == "large"


def test_a_rule_does_not_send_away_what_is_private():
    rules = {"all": RouteConfig(first="far")}
    assert asked(routed(Sentence("it is me", privacy="secret"), models(SMALL, FAR), rules=rules)) == ["small"]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (RouteConfig(first="nobody"), "there is no model 'nobody'"),
        (RouteConfig(first="small", patterns=["("]), "no pattern"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(rule, message):
    with pytest.raises(ConfigInvalid, match=message):
        Router(RouterConfig(rules={"x": rule}), frozenset(), NAMES)


def test_every_model_is_told_why_it_is_there():
    assert {step.tier for step in routed(Sentence("how far")).steps} == {RULES, ASSIST, MODEL}
    assert all(step.reason for step in routed(Sentence("how far")).steps)

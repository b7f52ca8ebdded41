"""What follows from how private a text is: for logs and caches, and for language models on other machines."""

import asyncio
from contextlib import aclosing
from typing import get_args

import msgspec
import pytest

from tests.fakes.llm import ScriptedLlm
from voiced.core.chat import ChatMessage, Prompt
from voiced.core.config import Config, EnginesConfig, LlmConfig
from voiced.core.config_keeping import PrivacyConfig
from voiced.core.errors import TooPrivate
from voiced.core.privacy import CLASSES, Use, allowed, most_private
from voiced.engines.discreet import DiscreetLlm
from voiced.engines.fallback import FallbackLlm
from voiced.engines.openai import OpenAiLlm
from voiced.engines.remote import is_here
from voiced.wiring import models

ABOUT = ChatMessage("system", "be brief")


def prompt(*messages: tuple[str, str]) -> Prompt:
    """A prompt of contents and their classes, the last one the question."""
    said = [
        ChatMessage("assistant" if place % 2 else "user", text, privacy)
        for place, (text, privacy) in enumerate(messages)
    ]
    return Prompt((ABOUT,), tuple(said))


async def asked(llm, prompt: Prompt) -> str:
    async with aclosing(llm.chat(prompt)) as items:
        return "".join([item async for item in items if isinstance(item, str)])


def test_the_usual_policy():
    may = {use: [each for each in CLASSES if allowed(PrivacyConfig(), each, use)] for use in get_args(Use)}
    assert may == {
        "log": ["public", "personal"],
        "cache": ["public", "personal"],
        "embed": ["public", "personal", "sensitive"],
        "remote": ["public"],
        "search": ["public"],
    }


def test_none_forbids_all_and_secret_nothing():
    policy = PrivacyConfig(log="none", embed="secret")
    assert not any(allowed(policy, each, "log") for each in CLASSES)
    assert all(allowed(policy, each, "embed") for each in CLASSES)


@pytest.mark.parametrize("use", ["remote", "search"])
@pytest.mark.parametrize("privacy", ["sensitive", "secret"])
def test_no_setting_lets_what_is_sensitive_or_secret_leave_the_box(use, privacy):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({use: privacy}, PrivacyConfig)


def test_the_most_private_counts():
    assert most_private(["personal", "secret", "public"]) == "secret"
    assert most_private([]) == "public"


@pytest.mark.parametrize("privacy", ["personal", "sensitive", "secret"])
def test_another_machine_is_not_asked_what_is_too_private(privacy):
    far, near = ScriptedLlm("far"), ScriptedLlm("near")
    told = []
    chain = FallbackLlm(
        [("far", DiscreetLlm(far, PrivacyConfig())), ("near", near)], lambda *change: told.append(change)
    )

    async def run():
        answers = [await asked(chain, prompt(("what is wrong with me", privacy))) for _ in range(5)]
        return answers, await asked(chain, prompt(("what is a moon", "public")))

    near.script = ["near"] * 5
    assert asyncio.run(run()) == (["near"] * 5, "far")
    assert [each.messages[-1].content for each in far.asked] == ["what is a moon"]
    assert told == [], "it did not fail"


def test_what_is_too_private_for_the_only_one_is_an_error():
    chain = FallbackLlm([("far", DiscreetLlm(far := ScriptedLlm("far"), PrivacyConfig()))])
    with pytest.raises(TooPrivate):
        asyncio.run(asked(chain, prompt(("my pin is 1234", "secret"))))
    assert far.asked == []


def test_another_machine_is_told_only_what_was_said_since():
    far = DiscreetLlm(llm := ScriptedLlm("far"), PrivacyConfig())
    said = [
        ("a", "public"),
        ("b", "public"),
        ("mine", "sensitive"),
        ("hm", "sensitive"),
        ("c", "public"),
        ("d", "public"),
    ]
    assert asyncio.run(asked(far, prompt(*said, ("why", "public")))) == "far"
    (told,) = llm.asked
    assert [each.content for each in told.messages] == ["c", "d", "why"]
    assert told.stable == (ABOUT,)


def test_what_a_tool_found_is_not_told_without_its_question():
    far = DiscreetLlm(llm := ScriptedLlm("far"), PrivacyConfig())
    question = ChatMessage("user", "which pills are mine", "sensitive")
    for messages in ((question, ChatMessage("tool", "the red ones")), (ChatMessage("tool", "the red ones"),)):
        with pytest.raises(TooPrivate):
            asyncio.run(asked(far, Prompt((ABOUT,), messages)))
    assert llm.asked == []


def test_an_owner_may_trust_another_machine():
    far = DiscreetLlm(ScriptedLlm("far"), PrivacyConfig(remote="personal"))
    assert asyncio.run(asked(far, prompt(("my name", "personal")))) == "far"


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost:8080/v1", True),
        ("http://127.0.0.1/v1", True),
        ("http://[::1]:8080/v1", True),
        ("http://gpu-box:8080/v1", False),
        ("https://localhost.example.org/v1", False),
        ("http://10.0.0.1/v1", False),
    ],
)
def test_a_server_on_this_machine_is_none_on_another(url, here):
    assert is_here(url) is here


@pytest.mark.parametrize(("url", "kind"), [("http://gpu-box/v1", DiscreetLlm), ("http://127.0.0.1/v1", OpenAiLlm)])
def test_a_configured_model_on_another_machine_is_discreet(url, kind):
    chain = models(Config(engines=EnginesConfig(llm=LlmConfig(engine=url))), [])
    assert isinstance(chain, FallbackLlm)
    assert [type(each.engine) for each in chain._choice.all] == [kind]
    asyncio.run(chain.close())

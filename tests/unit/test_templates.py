"""Messages as the text that a model was trained on."""

from importlib.util import find_spec

import pytest

if not find_spec("llama_cpp"):
    pytest.skip("the extra llama is not installed", allow_module_level=True)

from tests.rigs.language_model import LIGHT
from voiced.core.chat import ChatMessage
from voiced.core.errors import ModelBroken
from voiced.engines.templates import Template

TALK = (ChatMessage("system", "Be kind."), ChatMessage("user", "Hello."))
QWEN = "{% if tools %}<tools>{{ tools | tojson }}</tools>{% endif %}{% for m in messages %}[{{ m.role }}]{% endfor %}"
GEMMA = """{{ bos_token }}{% for m in messages %}{% if m.role not in ("user", "assistant") or
(m.role == "user") != (loop.index0 % 2 == 0) %}{{ raise_exception("roles must take turns") }}{% endif %}
[{{ m.role }}]{{ m.content }}{% endfor %}"""


class Written:
    """A model of which only the template matters."""

    def __init__(self, template: str) -> None:
        self.template = template

    def metadata(self, key: str) -> str:
        return self.template if key == "tokenizer.chat_template" else ""

    def start(self) -> str:
        return "<s>"

    def end(self) -> str:
        return "</s>"


def render(template: str, *messages: ChatMessage, tools=()) -> str:
    return Template(Written(template)).render(messages, tools)  # pyright: ignore[reportArgumentType]


def test_a_model_without_a_template_gets_the_usual_one():
    text = "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHello.<|im_end|>\n<|im_start|>assistant\n"
    assert render("", *TALK) == text


def test_a_template_that_knows_tools_gets_them_as_they_are():
    text = render(QWEN, *TALK, tools=(LIGHT,))
    assert text.startswith('<tools>[{"type": "function", "function": {"name": "light"')
    assert text.endswith("[system][user]")
    assert "<tools>" not in render(QWEN, *TALK)


def test_one_that_does_not_has_them_told_in_the_first_message():
    text = render("", *TALK, tools=(LIGHT,))
    assert text.count("<|im_start|>system") == 1
    assert text.index('"light"') < text.index("Be kind.")


def test_one_that_knows_only_turns_gets_turns():
    said = (*TALK, ChatMessage("assistant", "Yes?"), ChatMessage("tool", "21 degrees"), ChatMessage("user", "And?"))
    text = render(GEMMA, *said)
    assert text == "<s>[user]Be kind.\n\nHello.[assistant]Yes?[user]21 degrees\n\nAnd?"


@pytest.mark.parametrize("template", ["{% for %}", "{{ raise_exception('never') }}", "{{ messages.nothing.at.all }}"])
def test_one_that_takes_nothing_is_a_broken_model(template: str):
    with pytest.raises(ModelBroken):
        render(template, *TALK)

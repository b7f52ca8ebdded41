"""What is said has its words in every language: nothing is missing, nothing is left over, and places fit."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import to_builtins
from msgspec.structs import replace

from voiced.core.answers import load_answers, load_speech
from voiced.core.errors import IntentsInvalid
from voiced.core.weather import KINDS
from voiced.home.bounds import BOUNDS
from voiced.home.effects import HOW
from voiced.skills.home_words import ENGLISH_WORDS
from voiced.skills.units import UNITS, several, single
from voiced.turn.outage import OTHER, WORDS

ROOT = Path(__file__).parents[2]
INTENTS = ROOT / "config" / "intents"
SPOKEN = [
    path
    for folder in (".", "skills", "turn", "search", "home")
    for path in sorted((ROOT / "voiced" / folder).glob("*.py"))
]
SAYS = {"say": 0, "_say": 0, "counted": 1, "SkillFailed": 0, "SearchFailed": 0, "HomeFailed": 0}
"""What says a text, and where among its arguments the text stands: all behind it are texts, too."""


def strings(value: object) -> Iterator[str]:
    """All texts of a table."""
    if isinstance(value, str):
        yield value
    elif value is not None:
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


UNIT_NAMES = {name for unit in UNITS for name in (single(unit), several(unit))} | {unit.kind for unit in UNITS.values()}
TABLES = {
    *KINDS.values(),
    *WORDS.values(),
    OTHER,
    *(name.removesuffix("_pct").replace("_", " ") for name in BOUNDS),
    *HOW,
    "value",
    *UNIT_NAMES,
    *strings(to_builtins(replace(ENGLISH_WORDS, speech=None))),
}
"""Texts that are said by what they are looked up by."""


def said() -> set[str]:
    """All texts that are said anywhere."""
    return TABLES | {text for path in SPOKEN for text in texts(ast.parse(path.read_text("utf-8")))}


def texts(module: ast.Module) -> Iterator[str]:
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    named.setdefault(target.id, []).append(node.value)
                elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    for name, value in zip(target.elts, node.value.elts, strict=True):
                        named.setdefault(getattr(name, "id", ""), []).append(value)
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for argument in node.args[SAYS.get(name, len(node.args)) :]:
                yield from constants(argument, named)


def constants(node: ast.expr, named: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The texts that an expression may be."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from constants(one, named)
            yield from constants(other, named)
        case ast.Name(id=name) if name in named:
            rest = {key: values for key, values in named.items() if key != name}
            yield from (text for value in named[name] for text in constants(value, rest))
        case ast.Dict(values=values):
            for value in values:
                yield from constants(value, named)
        case ast.Subscript(value=table) | ast.Call(func=ast.Attribute(value=table, attr="get")):
            yield from constants(table, named)
            if isinstance(node, ast.Call):
                yield from (text for argument in node.args[1:] for text in constants(argument, named))
        case ast.JoinedStr():
            pytest.fail(f"line {node.lineno}: an f-string is found in no language: {ast.unparse(node)}")
        case _:
            pass


def test_german_says_all_that_is_said_and_nothing_else():
    german = set(load_answers(INTENTS, "de"))
    assert (sorted(said() - german), sorted(german - said())) == ([], [])


def test_english_needs_no_answers():
    assert load_answers(INTENTS, "en") == {}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{length}", "“Timer set for {time}.”: “{length}” has other places in braces"),
        ("Timer {time", "has other places"),
        ("Timer {time} {time.year}", "has other places"),
    ],
)
def test_a_template_with_other_places_is_refused_by_name(tmp_path: Path, template: str, message: str):
    (tmp_path / "timers.yaml").write_text(f'answers: {{"Timer set for {{time}}.": "{template}"}}')
    with pytest.raises(IntentsInvalid) as refused:
        load_answers(tmp_path, "de")
    assert str(tmp_path / "timers.yaml") in refused.value.message
    assert message in refused.value.message


def test_two_files_may_not_say_it_differently(tmp_path: Path):
    for name, word in (("a", "Ja"), ("b", "Jawohl")):
        (tmp_path / f"{name}.yaml").write_text(f'answers: {{"Yes": "{word}"}}')
    with pytest.raises(IntentsInvalid, match=r"b\.yaml"):
        load_answers(tmp_path, "de")


def test_a_language_that_nobody_knows_is_answered_in_english(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("language: fr\n")
    assert load_speech(tmp_path, "fr").duration(60) == "1 minute"


def test_what_a_user_says_is_no_template():
    assert load_speech(INTENTS, "de").say("I know no such {thing}", thing="{name}") == "I know no such {name}"

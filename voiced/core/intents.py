"""What can be said: a folder of sentence templates in Home Assistant's format, read with hassil.

Source of the format: https://developers.home-assistant.io/docs/voice/intent-recognition/template-sentence-syntax
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from hassil.errors import HassilError
from hassil.expression import Expression, Group, ListReference, RuleReference
from hassil.intents import IntentData, Intents, SlotList, TextSlotList
from hassil.numbers import get_rbnf_engine
from hassil.parser import ParseError
from hassil.util import merge_dict
from msgspec import Struct

from voiced.core.errors import IntentsInvalid
from voiced.core.words import read_yaml

INTERRUPTIONS = ("VoicedStop", "HassNevermind", "VoicedForgetLast", "VoicedSnooze")
"""The intents that are listened for while voiced speaks or rings."""
_HINT = "See the templates in config/intents/en; https://developers.home-assistant.io/docs/voice describes the format."
_FAULTS = (ParseError, HassilError, AssertionError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What hassil raises on templates that it cannot read."""


class _Value(Struct, rename={"text": "in"}):
    text: str


class _List(Struct):
    values: list[str | _Value] = []
    range: dict[str, Any] = {}
    wildcard: bool = False


class _Block(Struct):
    sentences: list[str]
    slots: dict[str, Any] = {}
    lists: dict[str, _List] = {}
    expansion_rules: dict[str, str] = {}
    metadata: dict[str, Any] = {}


class _Intent(Struct):
    data: list[_Block]


class _Document(Struct):
    """The shape of a file, as far as it concerns us; hassil itself would stumble over another one."""

    intents: dict[str, _Intent] = {}
    lists: dict[str, _List] = {}
    expansion_rules: dict[str, str] = {}
    skip_words: list[str] = []


def load_intents(folder: Path, language: str) -> Intents:
    """Reads the templates of a language.

    Args:
        folder: holds YAML files, or a folder of them for each language.
        language: two letters.

    Returns:
        All files merged.

    Raises:
        IntentsInvalid: a file cannot be used (the message names it), or nobody knows the numbers of the language.
    """
    if (folder / language).is_dir():
        folder = folder / language
    paths = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    if not paths:
        raise IntentsInvalid(f"{folder} holds no .yaml file", hint="Name a folder of sentence templates.")
    _check_language(language)
    merged: dict[str, Any] = {"language": language, "intents": {}}
    for path in paths:
        _merge(path, merged, _read(path))
    try:
        intents = _parse(folder, language, merged)
        _check_references(folder, intents, intents)
    except IntentsInvalid:
        _blame(paths, language, merged)
        raise
    return intents


def _check_language(language: str) -> None:
    try:
        get_rbnf_engine(language)
    except ValueError as error:
        hint = 'Choose a language of Unicode\'s rules for numbers, such as "en" or "de".'
        raise IntentsInvalid(f"nobody knows how numbers are said in {language!r}", hint=hint) from error


def scope(intents: Intents, data: IntentData) -> tuple[dict[str, SlotList], dict[str, Expression]]:
    """The lists and rules that the sentences of a block may use: its own before those of all."""
    rules = {**intents.expansion_rules, **data.expansion_rules}
    return {**intents.slot_lists, **data.slot_lists}, {name: rule.expression for name, rule in rules.items()}


def _read(path: Path) -> dict[str, Any]:
    document = read_yaml(path) or {}
    try:
        msgspec.convert(document, _Document)
    except msgspec.ValidationError as error:
        hint = f"Values that YAML takes for something else, such as on, no or 5, need quotes. {_HINT}"
        raise IntentsInvalid(f"{path}: {error}", hint=hint) from error
    return document


def _blame(paths: Sequence[Path], language: str, merged: dict[str, Any]) -> None:
    """Looks at each file by itself, so that the message names the one with the fault."""
    parsed = [(path, _parse(path, language, _read(path))) for path in paths]
    intents = _parse(paths[0].parent, language, merged)
    for path, own in parsed:
        _check_references(path, own, intents)


def _merge(path: Path, merged: dict[str, Any], document: dict[str, Any]) -> None:
    try:
        merge_dict(merged, {key: value for key, value in document.items() if key in _Document.__struct_fields__})
    except AssertionError as error:
        raise IntentsInvalid(f"{path} contradicts another file: {error}", hint=_HINT) from error


def _parse(path: Path, language: str, document: dict[str, Any]) -> Intents:
    try:
        intents = Intents.from_dict({"intents": {}, **document, "language": language})
        for _, data in blocks(intents):
            _ = data.sentences
    except _FAULTS as error:
        raise IntentsInvalid(f"{path}: {type(error).__name__}: {error}", hint=_HINT) from error
    return intents


def blocks(intents: Intents) -> Iterator[tuple[str, IntentData]]:
    """All blocks of sentences with their intent's name."""
    for name, intent in intents.intents.items():
        for data in intent.data:
            yield name, data


def _check_references(path: Path, own: Intents, merged: Intents) -> None:
    for name, data in blocks(own):
        lists, rules = scope(merged, data)
        for sentence in data.sentences:
            try:
                missing = _missing(sentence.expression, lists, rules, ())
            except RecursionError:
                missing = "its rules lead too deep"
            if missing:
                raise IntentsInvalid(f"{path}: {name}: “{sentence.text}”: {missing}", hint=_HINT)


def _missing(  # noqa: PLR0911 (a table: one line a kind of expression)
    expression: Expression, lists: dict[str, SlotList], rules: dict[str, Expression], path: tuple[str, ...]
) -> str:
    match expression:
        case Group(items=items):
            return next(filter(None, (_missing(item, lists, rules, path) for item in items)), "")
        case RuleReference(rule_name=name) if name not in rules:
            return f"there is no expansion rule <{name}>"
        case RuleReference(rule_name=name) if name in path:
            return f"the expansion rule <{name}> refers to itself"
        case RuleReference(rule_name=name):
            return _missing(rules[name], lists, rules, (*path, name))
        case ListReference() if expression.is_inline_range:
            return ""
        case ListReference(list_name=name) if name not in lists:
            return f"there is no list {{{name}}}"
        case ListReference(list_name=name) if isinstance(values := lists[name], TextSlotList):
            inner = (_missing(value.text_in, lists, rules, path) for value in values.values)
            return next(filter(None, inner), "")
        case _:
            return ""

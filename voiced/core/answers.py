"""What is said in a language: the section "answers" of its templates, from English texts to the language's own."""

from collections.abc import Mapping
from pathlib import Path
from string import Formatter

import msgspec
from msgspec import Struct

from voiced.core.errors import IntentsInvalid
from voiced.core.speech import Speech
from voiced.core.speech_de import German
from voiced.core.speech_en import English
from voiced.core.words import read_yaml

LANGUAGES: Mapping[str, type[Speech]] = {"en": English, "de": German}
"""Who is not here is answered in English."""
_HINT = "A template has the same places in braces as the English text; {count} may be missing. See config/intents/de."


class _File(Struct):
    answers: dict[str, str] = {}


def load_speech(folder: Path, language: str) -> Speech:
    """A language, with what its templates say.

    Args:
        folder: see `core.intents.load_intents`.
        language: two letters.

    Raises:
        IntentsInvalid: see `load_answers`.
    """
    return LANGUAGES.get(language, English)(load_answers(folder, language))


def load_answers(folder: Path, language: str) -> dict[str, str]:
    """What is said, by the English text that stands in the code; folders within are read, too.

    Raises:
        IntentsInvalid: a template cannot be used, or has other places than its text; the message names both.
    """
    folder = folder / language if (folder / language).is_dir() else folder
    answers: dict[str, str] = {}
    for path in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")]):
        for text, template in _read(path).items():
            if not _fits(template, text):
                raise IntentsInvalid(f"{path}: “{text}”: “{template}” has other places in braces", hint=_HINT)
            if answers.setdefault(text, template) != template:
                raise IntentsInvalid(f"{path}: “{text}” is said differently in another file", hint=_HINT)
    return answers


def _read(path: Path) -> dict[str, str]:
    try:
        return msgspec.convert(read_yaml(path) or {}, _File).answers
    except msgspec.ValidationError as error:
        raise IntentsInvalid(f"{path}: {error}", hint=_HINT) from error


def _fits(template: str, text: str) -> bool:
    """Tells whether a template has the places of its text; how many one is, it may say in words."""
    own, given = _places(template), _places(text)
    return own is not None and given is not None and own <= given <= own | {"count"}


def _places(text: str) -> set[str | None] | None:
    """The names in braces; None where the braces are wrong."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text)} - {None}
    except ValueError:
        return None

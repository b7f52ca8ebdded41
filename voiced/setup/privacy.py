"""What makes a text private: `config/privacy/*.toml`, and the owner's own files, as rules that can be used.

A rule has a kind (its own name unless given), a class, and either `words` with what stands right `before` and `after`
them, or a `pattern` with a `check` (a module of python-stdnum). {name} stands for a list or a part. Later files add to
lists, and change single fields of a rule.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import msgspec
from hassil.numbers import get_rbnf_engine
from msgspec import Meta, Struct

from voiced.core.config import Config
from voiced.core.errors import ConfigInvalid
from voiced.core.history import Privacy
from voiced.core.privacy import Classified, Form, Phrase, Rules, classify
from voiced.core.reading import Numbers, Reading, read
from voiced.setup.places import privacy_folders

ANY = "any"
"""The file of what is private in every language."""
DEEPEST = 8
"""Lists and parts inside each other."""
_HINT = "docs/how-to.md tells what a rule is made of."
_NAME = re.compile(r"\{([a-z_]+)\}")
_LITERAL = re.compile(r"\\.|\[(?:\\.|[^\]\\])+\]")
_UNBOUNDED = re.compile(r"[*+]|\{\d*,\}")
_SHORTEST_IBAN = 15


class _Rule(Struct, frozen=True, forbid_unknown_fields=True):
    privacy: Privacy
    kind: str = ""
    words: list[str] = []
    before: str = ""
    after: str = ""
    pattern: str = ""
    check: Annotated[str, Meta(pattern=r"^([a-z_]+(\.[a-z_]+)?)?$")] = ""


class _Spoken(Struct, frozen=True, forbid_unknown_fields=True):
    numbers: dict[str, Annotated[str, Meta(pattern=r"^\d{1,2}$")]] = {}
    repeats: dict[str, Annotated[int, Meta(ge=2, le=5)]] = {}
    scales: dict[str, Annotated[int, Meta(ge=100, le=10**9)]] = {}
    joints: list[str] = []
    separators: list[str] = []


class _Document(Struct, frozen=True, forbid_unknown_fields=True):
    spoken: _Spoken = _Spoken()
    lists: dict[str, list[str]] = {}
    parts: dict[str, str] = {}
    rules: dict[str, _Rule] = {}


def classifier(config: Config) -> Callable[[str], Classified]:
    """What tells how private a text is, by the rules that the configuration names.

    To read them takes a moment: that is done when the first text comes, which raises `ConfigInvalid` where they cannot
    be used.
    """
    loaded = cache(partial(load_rules, privacy_folders(config), config.language))
    return lambda text: classify(text, loaded())


def load_rules(folders: Iterable[Path], language: str) -> Rules:
    """Reads the rules of a language, and those of any.

    Args:
        folders: later ones add to and change what is in those before.
        language: two letters; one that no file is about has the rules of any language alone.

    Raises:
        ConfigInvalid: a file cannot be used; the message names it.
    """
    merged: dict[str, Any] = {}
    document = _Document()
    last: dict[str, Path] = {}
    for path in _files(folders, language):
        own = _read(path)
        _merge(merged, own)
        try:
            document = msgspec.convert(merged, _Document)
        except msgspec.ValidationError as error:
            raise ConfigInvalid(f"{path}: {error}", hint=_HINT) from error
        last |= dict.fromkeys(own.get("rules", {}), path)
    numbers = _numbers(document.spoken, language)
    reading = cache(partial(read, numbers=numbers))  # Rules share their lists.
    fragments = _fragments(document, reading)
    forms: list[Form] = []
    phrases: defaultdict[str, list[Phrase]] = defaultdict(list)
    for name, rule in document.rules.items():
        try:
            if rule.pattern:
                forms.append(_form(name, rule, fragments))
            for phrase in _phrases(name, rule, document, fragments, reading):
                phrases[reading(phrase.words).pieces[0]].append(phrase)
        except (ValueError, re.error) as error:
            raise ConfigInvalid(f"{last[name]}: rules.{name}: {error}", hint=_HINT) from error
    return Rules(numbers, forms, phrases)


def _files(folders: Iterable[Path], language: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            if path.stem != ANY and not re.fullmatch("[a-z]{2}", path.stem):
                raise ConfigInvalid(f"{path} is of no language", hint=f"Call it {ANY}.toml, or after one: en.toml.")
        yield from (path for name in (ANY, language) if (path := folder / f"{name}.toml").is_file())


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigInvalid(f"{path} cannot be read: {error}", hint=_HINT) from error


def _merge(into: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Tables become one, lists grow, and whatever else is there again replaces what was there."""
    for key, value in values.items():
        match into.get(key), value:
            case dict() as before, dict():
                _merge(before, value)
            case list() as before, list():
                into[key] = [*before, *value]
            case _:
                into[key] = value


def _numbers(spoken: _Spoken, language: str) -> Numbers:
    """All numbers to 99 that are one word, by Unicode's rules, and what the files add."""
    try:
        engine = get_rbnf_engine(language)
    except ValueError:
        said: dict[str, str] = {}
    else:
        said = {engine.format_number(number).text.replace("\u00ad", ""): str(number) for number in range(100)}
    words = {word: digits for word, digits in said.items() if word.isalpha()}
    scales = dict(sorted(spoken.scales.items(), key=lambda scale: -scale[1]))
    joints, separators = frozenset(spoken.joints), frozenset(spoken.separators)
    return Numbers(words | spoken.numbers, spoken.repeats, scales, joints, separators)


def _fragments(document: _Document, reading: Callable[[str], Reading]) -> dict[str, str]:
    """Lists and parts as patterns."""
    lists = {name: [reading(word).text for word in words] for name, words in document.lists.items()}
    longest = {name: sorted(words, key=len, reverse=True) for name, words in lists.items()}
    return {name: "|".join(map(re.escape, words)) for name, words in longest.items()} | document.parts


def _pattern(text: str, fragments: Mapping[str, str], end: str = "") -> re.Pattern[str]:
    """A pattern with what its names stand for.

    Raises:
        ValueError: there is no such name, or it repeats something without a bound.
        re.error: it is none.
    """
    for _ in range(DEEPEST):
        text = _NAME.sub(lambda name: f"(?:{_fragment(name[1], fragments)})", text)
    if _NAME.search(text):
        raise ValueError("its parts contain each other")
    if _UNBOUNDED.search(_LITERAL.sub("", text)):
        raise ValueError("it repeats without a bound: write {0,20} instead of * or +")
    return re.compile(f"(?:{text}){end}")


def _fragment(name: str, fragments: Mapping[str, str]) -> str:
    if name not in fragments:
        raise ValueError(f"there is no list or part {{{name}}}")
    return fragments[name]


def _form(name: str, rule: _Rule, fragments: Mapping[str, str]) -> Form:
    return Form(rule.kind or name, rule.privacy, _pattern(rule.pattern, fragments), _length(rule.check))


def _phrases(
    name: str, rule: _Rule, document: _Document, fragments: Mapping[str, str], reading: Callable[[str], Reading]
) -> Iterator[Phrase]:
    if not (rule.words or rule.pattern):
        raise ValueError("it has neither words nor a pattern")
    before = _pattern(rule.before, fragments, r"\Z") if rule.before else None
    after = _pattern(rule.after, fragments) if rule.after else None
    for entry in rule.words:
        listed = _NAME.fullmatch(entry)
        if listed and listed[1] not in document.lists:
            raise ValueError(f"there is no list {entry}")
        for words in document.lists[listed[1]] if listed else [entry]:
            if not words.strip():
                raise ValueError("one of its words is empty")
            yield Phrase(rule.kind or name, rule.privacy, reading(words).text, before, after)


def _length(check: str) -> Callable[[str], int]:
    """What tells how much of a match stands the check of that name.

    Raises:
        ValueError: there is no such check.
    """
    if not check:
        return len
    try:
        valid: Callable[..., bool] = import_module(f"stdnum.{check}").is_valid
    except (ImportError, AttributeError):
        raise ValueError(f"python-stdnum has no module {check}") from None
    if check == "iban":
        # Whether the bank is in some list says nothing of how private the number is.
        return partial(_beginning, partial(valid, check_country=False))
    return partial(_whole, valid)


def _whole(valid: Callable[[str], bool], found: str) -> int:
    return len(found) if valid(_bare(found)) else 0


def _beginning(valid: Callable[[str], bool], found: str) -> int:
    """An IBAN's letters and digits may be followed by words: its end shows by its check alone."""
    ends = [place for place, sign in enumerate(found, 1) if sign.isalnum()]
    return next((end for end in ends[_SHORTEST_IBAN - 1 :] if valid(_bare(found[:end]))), 0)


def _bare(found: str) -> str:
    return "".join(filter(str.isalnum, found))

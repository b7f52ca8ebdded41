"""Bad templates are named, with the file."""

from pathlib import Path

import pytest

from voiced.core.config import Config
from voiced.core.errors import IntentsInvalid
from voiced.core.intents import load_intents
from voiced.setup.places import intents_folder

GOOD = "language: en\nintents:\n  Do:\n    data:\n      - sentences: ['do it']\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("intents: [", "no YAML"),
        ("- a\n- b\n", "Expected `object`, got `array`"),
        ("intents: []\n", "$.intents"),
        ("intents:\n  Do:\n    data: 5\n", "$.intents[...].data"),
        ("intents:\n  Do:\n    data:\n      - sentences: ['do (it']\n", "do (it"),
        ("intents:\n  Do:\n    data:\n      - sentences: ['do <it>']\n", "there is no expansion rule <it>"),
        ("intents:\n  Do:\n    data:\n      - sentences: ['do {it}']\n", "there is no list {it}"),
        (
            "expansion_rules:\n  a: '<b>'\n  b: '<a>'\nintents:\n  Do:\n    data:\n      - sentences: ['<a>']\n",
            "itself",
        ),
        ("lists:\n  a:\n    range: {from: 5, to: 1}\n", "start"),
        ("lists:\n  a: {}\n", "list"),
        ("skip_words: please\n", "$.skip_words"),
        ("lists:\n  a: 5\n", "$.lists"),
        ("lists:\n  a:\n    values: [on, off]\n", "$.lists[...].values[0]"),
        ("lists:\n  a:\n    values: [{in: x}]\n    wildcard: [\n", "no YAML"),
    ],
)
def test_names_the_file_and_the_fault(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(IntentsInvalid) as failed:
        load_intents(tmp_path, "en")
    assert "mine.yaml" in failed.value.message
    assert message in failed.value.message
    assert failed.value.hint


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IntentsInvalid, match="holds no"):
        load_intents(tmp_path, "en")


def test_takes_the_languages_folder_and_merges_files(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "a.yaml").write_text(GOOD)
    (tmp_path / "en" / "b.yaml").write_text(GOOD.replace("Do", "Undo"))
    assert set(load_intents(tmp_path, "en").intents) == {"Do", "Undo"}


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_comes_with_voiced_has_its_own_sentences_about_the_home(language):
    assert (intents_folder(Config(language=language)) / language / "home" / "home.yaml").is_file()


CHAIN = (
    "intents: {A: {data: [{sentences: [<r0>]}]}}\nexpansion_rules: {"
    + ", ".join(f"r{number}: <r{number + 1}>" for number in range(1_000))
    + ", r1000: x}"
)


@pytest.mark.parametrize(
    "text",
    [
        "intents: {}\nday: 2026-99-99",
        "a: " + "[" * 5_000,
        "skip_words: &a [*a]",
        f"intents: {{A: {{data: [{{sentences: ['{'(' * 3_000}a{')' * 3_000}']}}]}}}}",
        CHAIN,
    ],
    ids=["no day", "lists in lists", "a list in itself", "groups in groups", "rules in rules"],
)
def test_what_has_no_end_is_refused(tmp_path, text):
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(IntentsInvalid, match=r"a\.yaml"):
        load_intents(tmp_path, "en")


def test_a_language_whose_numbers_nobody_knows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD)
    assert load_intents(tmp_path, "de").language == "de"
    with pytest.raises(IntentsInvalid, match="'xx'"):
        load_intents(tmp_path, "xx")

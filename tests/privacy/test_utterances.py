"""How well the rules tell what is private: on what they were written with, and on what was kept apart from that."""

import tomllib
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from tests.conftest import ROOT
from voiced.core.history import Privacy
from voiced.core.privacy import classify
from voiced.setup.privacy import load_rules

SETS = ("development", "labelled", "heldout")
CLASSES = get_args(Privacy)


def utterances(name: str) -> list[tuple[str, str, str]]:
    """All of a set: language, class, text."""
    content = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text())
    return [(language, each, text) for language, by in content.items() for each, texts in by.items() for text in texts]


def show(line: str) -> None:
    """What `pytest -rP` shows."""
    print(line)  # noqa: T201


def confusion(name: str) -> Counter[tuple[str, str]]:
    """How often a class was taken for which."""
    rules = {language: load_rules([ROOT / "config" / "privacy"], language) for language in ("en", "de")}
    found = Counter()
    for language, expected, text in utterances(name):
        got = classify(text, rules[language]).privacy
        found[expected, got] += 1
        if got != expected:
            show(f"{expected} taken for {got}: {text}")
    show("\n".join(f"{each:>10} {[found[each, other] for other in CLASSES]}" for each in CLASSES))
    return found


def figures(found: Counter[tuple[str, str]], each: str) -> tuple[float, float]:
    """Precision and recall of a class."""
    hits = found[each, each]
    precision = hits / sum(found[other, each] for other in CLASSES)
    recall = hits / sum(found[each, other] for other in CLASSES)
    show(f"{each}: precision {precision:.3f}, recall {recall:.3f}")
    return precision, recall


@pytest.mark.parametrize("each", ["secret", "sensitive"])
@pytest.mark.parametrize("name", ["development", "labelled"])
def test_what_is_secret_or_sensitive_is_told_from_what_is_not(name, each):
    assert min(figures(confusion(name), each)) >= 0.95


@pytest.mark.parametrize(("each", "least"), [("secret", 0.95), ("sensitive", 0.85)])
def test_words_that_the_rules_were_not_written_with_are_found_less_often(each, least):
    precision, recall = figures(confusion("heldout"), each)
    assert precision >= 0.93
    assert recall >= least


def test_the_sets_are_large_half_traps_and_apart():
    texts = {name: utterances(name) for name in SETS}
    assert {name: len(each) for name, each in texts.items()} == {"development": 780, "labelled": 300, "heldout": 150}
    for each in texts.values():
        assert sum(expected == "public" for _, expected, _ in each) * 2 == len(each)
    assert len({text for each in texts.values() for _, _, text in each}) == sum(map(len, texts.values()))

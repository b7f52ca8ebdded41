"""The first tier: sentence templates, matched exactly by hassil. The recogniser's grammar comes from the same ones."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from hassil import RecognizeResult
from hassil.util import normalize_for_matching, remove_skip_words

from voiced.core.grammar import Grammar, compile_grammar, spoken
from voiced.core.home_names import HomeNames, with_home
from voiced.core.intents import load_intents
from voiced.core.types import Completeness, Understanding
from voiced.core.words import load_words
from voiced.turn.dialogue import ANSWERS
from voiced.turn.fillers import Fillers, FillerWords
from voiced.turn.narrowing import Index, Narrowed

_HALVES = re.compile(r"\b([ap])\. ?m\b\.?", re.IGNORECASE)
"""The ways to write AM and PM; templates know one."""


class Sentences(Protocol):
    """Who understands what our own templates do not say."""

    def understand(self, text: str) -> Understanding | None:
        """Takes a sentence apart; None if it says nothing."""
        ...

    def guess(self, text: str) -> Understanding | None:
        """What a sentence nearly says; None if it does not."""
        ...


class Rules:
    """Understands what the templates say.

    Args:
        folder: of the templates.
        language: of the templates.

    Raises:
        IntentsInvalid: they cannot be used.
    """

    def __init__(self, folder: Path, language: str) -> None:
        intents = load_intents(folder, language)
        # hassil would drop words that mean nothing anywhere, and make "what do" of "what can you do".
        self._intents = replace(intents, skip_words=[])
        spoken_home = folder / language / "home" / "spoken"
        self._spoken_home = load_intents(spoken_home, language) if spoken_home.is_dir() else None
        self._skips = intents.skip_words
        self._fillers = Fillers(load_words(folder, language, "fillers", FillerWords))
        self._settles = load_words(folder, language, "settled", frozenset[str])
        self._goes_on = load_words(folder, language, "unfinished", frozenset[str])
        self.takes: Callable[[Understanding], bool] = lambda _: True
        """Who refuses what an open template says too freely; then it is read in another way."""
        self.home: Sentences | None = None
        """Who is asked about what no template says: set once the sentences about the home are made."""

    def understand(self, text: str) -> Understanding | None:
        """Takes a sentence apart, spoken or typed: numbers in words or digits, any case, any punctuation.

        Returns:
            What it means, or None if no template says it.
        """
        said = _normalized(text)
        plain = self._fillers.plain(said)
        readings = dict.fromkeys((*self._readings(plain), *self._readings(said), self._fillers.from_its_point(plain)))
        for sentence in readings:
            if result := self._recognized(sentence, text):
                return result
        bare = self._fillers.without(said)
        understood = None if bare in readings else self._recognized(bare, text, closed=True)
        return understood or self.understand_home(text)

    def _recognized(self, sentence: str, text: str, *, closed: bool = False) -> Understanding | None:
        """What the templates make of a reading of a text, if somebody takes it.

        Args:
            sentence: the reading.
            text: as it was said.
            closed: only what they say word for word, and no answer: the reading leaves words out.
        """
        result = self._templates.recognize(sentence)
        if result is None:
            return None
        if closed and (result.intent.name in ANSWERS or any(entity.is_wildcard for entity in result.entities_list)):
            return None
        understood = Understanding(result.intent.name, slots(result), text)
        return understood if self.takes(understood) else None

    def understand_home(self, text: str) -> Understanding | None:
        """What a sentence says about the home, whatever else it may say: open templates say nearly anything."""
        return self.home.understand(text) if self.home else None

    def guess(self, text: str) -> Understanding | None:
        """What a sentence nearly says that nobody understands; asked last of all."""
        return self.home.guess(text) if self.home else None

    def hear(self, names: HomeNames) -> None:
        """Makes the grammar anew, with the names in the home: takes a while."""
        if self._spoken_home:
            self.grammar = compile_grammar(with_home(self._intents, self._spoken_home, names))

    def prepare(self) -> None:
        """Makes what takes a while: else whoever asks first waits for it."""
        _ = self._templates, self.grammar

    @cached_property
    def _templates(self) -> Narrowed:
        return Narrowed(Index(self._intents))

    @cached_property
    def grammar(self) -> Grammar:
        """All that can be spoken. It takes a while to make, and only the ear asks for it."""
        return compile_grammar(self._intents)

    def completeness(self, text: str) -> Completeness:
        """Tells whether a sentence is whole. Words that mean nothing ("please") make no difference.

        A command that could go on after its last word is taken for settled where people hardly do ("ten minutes").
        What no template says is unfinished where its last word is one after which hardly a sentence ends ("of", "the").
        """
        language = self._intents.language
        for sentence in self._readings(_normalized(text)):
            words = spoken(sentence, language)
            result = self.grammar.completeness(words)
            if result is Completeness.EXTENSIBLE and words[-1] in self._settles:
                return Completeness.SETTLED
            if result is not Completeness.UNKNOWN:
                return result
        goes_on = self._goes_on.intersection(spoken(text, language)[-1:])
        return Completeness.UNFINISHED if goes_on else Completeness.UNKNOWN

    def _readings(self, text: str) -> Iterable[str]:
        """The sentence as it is, then without what means nothing at its end, then also at its beginning."""
        if not self._skips:
            return [text]
        shorter = remove_skip_words(text, self._skips, ignore_whitespace=False, start=False)
        shortest = remove_skip_words(shorter, self._skips, ignore_whitespace=False, end=False)
        return dict.fromkeys([text, shorter, shortest])  # Mostly they are the same.


def _normalized(text: str) -> str:
    return normalize_for_matching(_HALVES.sub(r"\1m", text)).text


def slots(result: RecognizeResult) -> dict[str, str | int | float]:
    """What was said, by slot."""
    return {name: _plain(entity.value) for name, entity in result.entities.items()}


def _plain(value: object) -> str | int | float:
    """A slot's value as JSON has it: whole numbers without a fraction, text without spaces around it."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int | float) else str(value).strip()

"""What a sentence means after what was said before it: pure, but for what it keeps of each talk.

An answer may ask back (`Reply.asks`): the next words of the same talk are then its answer, or else a question like any
other, and what was asked is forgotten. Nothing but a "yes" taken in here sets `Understanding.confirmed`. And a sentence
may change the last one a little: "and in the bedroom?", "make it ten minutes".
"""

import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from math import inf
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from voiced.core.config_mind import DialogueConfig
from voiced.core.ports.skill import Asks
from voiced.core.types import Understanding
from voiced.turn.dialoguewords import DialogueWords

YES, NO, FOLLOW_UP, LENGTH = "VoicedYes", "VoicedNo", "VoicedFollowUp", "VoicedLength"
ANSWERS = (YES, NO, FOLLOW_UP, LENGTH)
"""What means something after another sentence only."""
NEVER_MIND = Understanding("HassNevermind")
STOPS = frozenset({"VoicedStop", "HassNevermind", NO})
"""What ends something: always the user's, whatever voiced itself said before."""
GROUPS = (frozenset({"hours", "minutes", "seconds"}), frozenset({"day", "days", "days2", "days3"}))
"""Slots that are said together: a new one replaces all of its group."""
RESTARTED = "HassStartTimer"
"""The intent that another length makes another one of; "make it ten minutes" means the one that is there."""
NAMED = ("area", "floor")
"""Slots whose words can be replaced in a sentence: those of which the rules know all values."""
TALKS = 256
"""Talks that are kept in mind: others may begin as many as they like."""
LIKENESS = 0.75
"""From this share of words upwards, what is heard is what voiced said itself."""
_WORDS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

Understand = Callable[[str], Understanding | None]


class Meaning(Struct, frozen=True):
    """What a sentence means.

    Attributes:
        understood: None where nobody knows.
        why: how it is known, if not by the sentence alone.
    """

    understood: Understanding | None
    why: str = ""


class _Asked(Struct, frozen=True):
    asks: Asks
    until: float


class _Done(Struct, frozen=True):
    understood: Understanding
    at: float
    undo: Understanding | None


class Dialogue:
    """Keeps what was asked back, and what was understood last, of each talk.

    Args:
        understand: the rules: a sentence taken apart, or None.
        words: of the language; None: there are none.
        config: the `[dialogue]` section.

    Attributes:
        understand, config: as they were given.
    """

    def __init__(
        self, understand: Understand, words: DialogueWords | None = None, config: DialogueConfig | None = None
    ) -> None:
        self.understand = understand
        self.config = config or DialogueConfig()
        self._words = words or DialogueWords()
        self._asked: dict[str, _Asked] = {}
        self._last: dict[str, _Done] = {}

    def mean(self, text: str, talk: str, at: float) -> Meaning:
        """What a sentence means in a talk; it changes nothing.

        Args:
            text: what was said or written.
            talk: in which talk.
            at: when it began to be said, in seconds of a clock that never steps back.
        """
        understood = self.understand(text) if text else None
        if meaning := self._answer(text, understood, talk, at):
            return meaning
        last = self._last.get(talk)
        if last and at - last.at <= self.config.context_s:
            if last.undo and self._undoes(text):
                return Meaning(replace(last.undo, text=text, confirmed=False), "it takes back what was done last")
            filled = _filled(last.understood, understood) if understood and understood.intent == FOLLOW_UP else None
            if filled := filled or self._changed(last.understood, text, understood):
                return Meaning(replace(filled, confirmed=False), "it changes the last question")
        return Meaning(None if understood and understood.intent == LENGTH else understood)

    def ask(self, asks: Asks | None, talk: str) -> None:
        """Something is asked back, and is being said; None: nothing, and what was asked before is over."""
        self._asked.pop(talk, None)
        if asks:
            self._asked[talk] = _Asked(asks, inf)
            _bound(self._asked)

    def said(self, talk: str, at: float) -> None:
        """What is asked back has been said."""
        if asked := self._asked.get(talk):
            patience = self.config.answer_s if talk.startswith("voice") else self.config.written_s
            self._asked[talk] = replace(asked, until=at + patience)

    def acted(self, understood: Understanding, talk: str, at: float, undo: Understanding | None = None) -> None:
        """Something was understood and done: what follows may be about it, or take it back."""
        self._last.pop(talk, None)
        self._last[talk] = _Done(understood, at, undo)
        _bound(self._last)

    def drop(self, talk: str) -> None:
        """Whatever was asked is not to be done, and what was done before is not taken back any more."""
        self._asked.pop(talk, None)
        if last := self._last.get(talk):
            self._last[talk] = replace(last, undo=None)

    def is_own(self, text: str, said: str, talk: str, at: float) -> bool:
        """Whether what was heard is what voiced said itself a moment ago.

        Args:
            text: what was heard.
            said: what voiced said.
            talk: in which talk.
            at: when it began to be heard.
        """
        heard = _words(text)
        meaning = self.mean(text, talk, at)
        answers = meaning.understood and (meaning.why or meaning.understood.intent in STOPS)
        if not heard or answers:
            return False
        blocks = SequenceMatcher(None, _words(said), heard, autojunk=False).get_matching_blocks()
        return sum(block.size for block in blocks) >= LIKENESS * len(heard)

    def _answer(self, text: str, understood: Understanding | None, talk: str, at: float) -> Meaning | None:
        """What a sentence means as the answer to what was asked; None where it is none."""
        asked = self._asked.get(talk)
        if asked is None or at > asked.until:
            return None
        if understood and understood.intent == YES and asked.asks.yes:
            return Meaning(replace(asked.asks.yes, confirmed=True), "yes to what was asked")
        if understood and understood.intent == NO:
            return Meaning(replace(NEVER_MIND, text=text), "no to what was asked")
        last = self._last.get(talk)
        if understood and understood.intent == LENGTH and last and last.understood.intent == RESTARTED:
            return Meaning(replace(last.understood, slots={**last.understood.slots, **understood.slots}), "so long")
        if choice := self._chosen(text, understood, asked.asks):
            return Meaning(replace(choice, confirmed=False), "it answers what was asked")
        return None

    def _undoes(self, text: str) -> bool:
        """Whether a sentence takes something back: with words before and after it that say nothing else."""
        said, around = _words(text), self._words.around
        phrases = map(str.split, self._words.undoes)
        return any(_holds(said, phrase) and (around | {*phrase}).issuperset(said) for phrase in phrases)

    def _chosen(self, text: str, understood: Understanding | None, asks: Asks) -> Understanding | None:
        """The one choice that a sentence names: as a whole, or with words around it that say nothing else."""
        said = _words(text)
        for name, choice in asks.choices.items():
            if said == _words(name):
                return choice
        found = [(name, choice) for name, choice in asks.choices.items() if _holds(said, _words(name))]
        # Of "lamp" and "floor lamp", the one that says more is meant.
        longest = [each for each in found if not any(_within(each[0], other) for other, _ in found if other != each[0])]
        if len(longest) != 1:
            return None
        name, choice = longest[0]
        known = self._words.around | {*_words(name)}
        # "The bedroom one" is an answer, whatever else it may mean.
        if understood is None or understood.intent == FOLLOW_UP:
            known |= {*_words(choice.text)}
        return choice if known.issuperset(said) else None

    def _changed(self, last: Understanding, text: str, understood: Understanding | None) -> Understanding | None:
        """The last sentence with something added or replaced, if the rules take it for one of the same kind.

        All else of it must stay as it was, and no word may be lost: what is a question by itself is not to be a part
        of an order.
        """
        said = " ".join(_words(text))
        lead = max((lead for lead in self._words.leads if said.startswith(f"{lead} ")), key=len, default="")
        rest = said[len(lead) :].split()
        if not lead or (understood and understood.intent != FOLLOW_UP) or self.understand(" ".join(rest)):
            return None
        longer = self.understand(f"{last.text} {' '.join(rest)}")
        if longer and longer.intent == last.intent and last.slots.items() < longer.slots.items():
            return longer
        return next(self._replaced(last, rest), None)

    def _replaced(self, last: Understanding, rest: list[str]) -> Iterator[Understanding]:
        """The last sentence with the end of another in the place of one of its names."""
        for slot in NAMED:
            name, kept = str(last.slots.get(slot, "")), _without(last, slot)
            for start in range(len(rest) if name else 0):
                if self._words.around.issuperset(rest[:start]):
                    words = " ".join(rest[start:])
                    other = self.understand(re.sub(rf"\b{re.escape(name)}\b", words, last.text, flags=re.IGNORECASE))
                    if (
                        other
                        and other.intent == last.intent
                        and kept == _without(other, slot)
                        and other.slots != last.slots
                    ):
                        yield other


def _bound(talks: dict[str, Any]) -> None:
    """Forgets the oldest talk where there are too many."""
    if len(talks) > TALKS:
        del talks[next(iter(talks))]


def _without(understood: Understanding, slot: str) -> dict[str, str | int | float]:
    return {name: value for name, value in understood.slots.items() if name != slot}


def _filled(last: Understanding, new: Understanding) -> Understanding | None:
    """What was understood last with other values; None where it has none of the kind."""
    for group in GROUPS:
        if group & new.slots.keys() and group & last.slots.keys():
            kept = {name: value for name, value in last.slots.items() if name.removeprefix("start_") not in group}
            before = {f"start_{name}": value for name, value in last.slots.items() if name in group}
            return replace(last, slots={**kept, **new.slots, **(before if last.intent == RESTARTED else {})})
    return None


def _words(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in _WORDS.findall(text)]


def _holds(words: list[str], part: list[str]) -> bool:
    """Whether words stand beside each other in others."""
    return any(words[start : start + len(part)] == part for start in range(len(words) - len(part) + 1))


def _within(name: str, other: str) -> bool:
    return _holds(_words(other), _words(name))

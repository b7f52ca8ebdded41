"""Whether a tool that a model asks for may act: pure, and decided by nothing but the user's own words of this turn.

What only tells something may always be asked for. What acts may

- go through, if one clause of the words orders just that: it begins with words for the act, and it names, in full, all
  that the call is about: each thing by one of its names, each number;
- be asked back ("Shall I turn on the kitchen light?"), if what it is about is at least likely to be meant, and the
  words order nothing else: "it is dark in the kitchen", "turn on the lights if it rains";
- not happen in any other case: the model is told that it was refused. A question does nothing, unless it is an order in
  its form ("could you …"); nor does what says "not".

What a model has read (memories, pages, names, what was said before) is not known here, and so cannot loosen anything.
`Understanding.confirmed` is set elsewhere, by a "yes"; a skill asks for it before anything risky, whoever wishes it.
"""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from voiced.core.numbers import leading
from voiced.core.ports.skill import Named, Wish
from voiced.core.questions import asks
from voiced.turn.actwords import ActWords, Words

GAP = "*"
LET_US = "let's"
LONGEST_GAP = 10
_TOKENS = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[.,;:!?](?=\s|$)")
SIXTY = 60
"""Minutes of an hour, and seconds of a minute."""
SHORTEST = 3
"""Letters of a word that several can be of: no "is", "bus"."""
BEFORE, AFTER = 2, 3
"""Words around a number that tell whether its parts are sixtieths."""

Decision = Literal["allowed", "asked", "refused"]
"""What becomes of a call."""


class Verdict(Struct, frozen=True):
    """What becomes of a call, and why.

    Attributes:
        decision: see `Decision`.
        reason: why, for people and for the model.
    """

    decision: Decision
    reason: str


class _Clause(Struct, frozen=True):
    """A part of what was said that may be an order.

    Attributes:
        words: all of them.
        acts: what it orders, as far as its words tell.
        request: it is a question in its form.
    """

    words: Words
    acts: frozenset[str]
    request: bool


def judge(wish: Wish, text: str, known: ActWords) -> Verdict:
    """Decides about one call.

    Args:
        wish: what it means.
        text: the user's own words of this turn.
        known: the words of the language.
    """
    if not wish.act:
        return Verdict("allowed", "it only tells something")
    said = _tokens(text)
    clauses = list(_clauses(said, known))
    ordered = [clause for clause in clauses if wish.act in clause.acts]
    if against := _against(wish, said, known) or _unasked(wish, clauses, ordered, question=asks(text)):
        return Verdict("refused", against)
    # Where nobody says what "not" is, it may have been said.
    if not ordered or not known.negations:
        return Verdict("asked", "it was not asked for in so many words")
    if any(_begins(said, at, row) for row in known.conditions for at in range(len(said))):
        return Verdict("asked", "it hangs on something else")
    for clause in ordered:
        whole = all(_named(each, clause.words, known) for each in wish.named)
        if whole and clause.acts == frozenset((wish.act,)) and (clause.request or not asks(text)):
            return Verdict("allowed", "it was asked for")
    return Verdict("asked", "it is not clear that it was asked for")


def _against(wish: Wish, said: Words, known: ActWords) -> str:
    """What in the words, whatever they order, is against it; empty: nothing."""
    if unnamed := [each for each in wish.named if not _likely(each, said, known)]:
        return f"nobody spoke of {next(iter(unnamed[0].names), 'it')}"
    return "what was said says not to" if known.negations & {word.replace("'", "") for word in said} else ""


def _unasked(wish: Wish, clauses: Sequence[_Clause], ordered: Sequence[_Clause], *, question: bool) -> str:
    """Why it is not even asked back; empty: it may be."""
    if ordered:
        return ""
    if question:
        return "it was a question"
    if any(clause.acts for clause in clauses):
        return "something else was asked for"
    return "" if wish.named else "nobody asked for it"


def _tokens(text: str) -> Words:
    """Words, numbers and the signs between sentences."""
    words = _TOKENS.findall(text.casefold().replace("’", "'"))
    return tuple(word if word == LET_US else word.removesuffix("'s") for word in words)


def _clauses(said: Words, known: ActWords) -> Iterator[_Clause]:
    """The parts of what was said. One that orders nothing belongs to the one before: "… and the bedroom light"."""
    clause: _Clause | None = None
    for joint, words in _parted(said, known.joints):
        request, rest = _opened(words, known)
        acts = _acts(rest, known, request=request)
        if clause and not acts:
            clause = _Clause((*clause.words, *joint, *words), clause.acts, clause.request)
            continue
        if clause:
            yield clause
        clause = _Clause(words, acts, request)
    if clause:
        yield clause


def _parted(said: Words, joints: frozenset[str]) -> Iterator[tuple[Words, Words]]:
    """The parts, each with the word before it that parts it from the last one, if it is one."""
    joint: Words = ()
    part: list[str] = []
    for word in said:
        if word in joints or not word[0].isalnum():
            yield joint, tuple(part)
            joint, part = ((word,) if word in joints else ()), []
        else:
            part.append(word)
    yield joint, tuple(part)


def _opened(words: Words, known: ActWords) -> tuple[bool, Words]:
    """Whether a clause is a request, and what follows the words that only open it."""
    request, at = False, 0
    while found := next((row for row in (*known.requests, *known.openers) if _begins(words, at, row)), None):
        request = request or found in known.requests
        at += len(found)
    return request, words[at:]


def _acts(words: Words, known: ActWords, *, request: bool) -> frozenset[str]:
    """The acts that some words order: those of the patterns that say most, and best in one piece."""
    best, found = (0, False), set[str]()
    for act, rows in known.wishes.items():
        for row in rows:
            if not _orders(words, row, request=request):
                continue
            weight = (sum(word != GAP for word in row), GAP not in row)
            if weight > best:
                best, found = weight, set()
            if weight == best:
                found.add(act)
    return frozenset(found)


def _orders(words: Words, row: Words, *, request: bool) -> bool:
    """Whether words begin with a pattern. One that begins with a gap has its verb last, as requests in German do."""
    if row[0] == GAP:
        return request and words[-len(row) + 1 :] == row[1:]
    return _matches(words, row)


def _matches(words: Words, row: Words) -> bool:
    if not row:
        return True
    if row[0] == GAP:
        return any(_matches(words[gap:], row[1:]) for gap in range(1, min(LONGEST_GAP, len(words)) + 1))
    return words[:1] == row[:1] and _matches(words[1:], row[1:])


def _begins(words: Sequence[str], at: int, row: Words) -> bool:
    return tuple(words[at : at + len(row)]) == row


def _named(named: Named, words: Words, known: ActWords) -> bool:
    """Whether words name something in full."""
    return any(_called(name, words, known) for name in named.names)


def _called(name: str | float, words: Words, known: ActWords) -> bool:
    if not isinstance(name, str):
        return float(name) in _numbers(words, known)
    wanted = [word for word in _tokens(name) if word not in known.around] or list(_tokens(name))
    return bool(wanted) and any(_together(wanted, words[at:], known) for at in range(len(words)))


def _together(wanted: Sequence[str], words: Words, known: ActWords) -> bool:
    """Whether some words begin with all that are wanted, in any order and with nothing between that tells anything."""
    left = list(wanted)
    for word in words:
        forms = _forms(word, known.plurals)
        found = next((form for form in forms if form in left), None)
        if found:
            left.remove(found)
        elif word not in known.around and not any(form in wanted for form in forms):
            return False
        if not left:
            return True
    return not left


def _forms(word: str, plurals: Sequence[str]) -> tuple[str, ...]:
    """A word, and one of it where it may be several: who says "lights" may mean one."""
    several = (ending for ending in plurals if word.endswith(ending) and len(word) >= len(ending) + SHORTEST)
    return (word, *(word.removesuffix(ending) for ending in several))


def _likely(named: Named, words: Words, known: ActWords) -> bool:
    """Whether something is likely to be meant: by its name, half of it, or where it is."""
    if _named(named, words, known) or any(_called(hint, words, known) for hint in named.hints):
        return True
    said = {form for word in words for form in _forms(word, known.plurals)}
    names = [
        [word for word in _tokens(name) if word not in known.around] for name in named.names if isinstance(name, str)
    ]
    return any(2 * len(said.intersection(name)) >= len(name) > 1 for name in names)


def _numbers(words: Words, known: ActWords) -> set[float]:
    """All numbers that were said, and what times they may be: "a quarter to eight" is 7:45."""
    found = list(_counted(words, known))
    values: set[float] = set()
    for start, end, value in found:
        near = known.lengths.intersection(words[max(0, start - BEFORE) : start] + words[end : end + AFTER])
        near |= (known.past | known.to).intersection(words[end : end + 1])
        values |= _meant(value, sixtieths=bool(near) and words[end - 1] in known.counting.parts)
    for (_, end, before), (start, _, hour) in pairwise(found):
        if start == end + 1 and words[end] in known.to:
            values |= {float(SIXTY - (before if before >= 1 else before * SIXTY)), float(hour - 1)}
    return values


def _counted(words: Words, known: ActWords) -> Iterator[tuple[int, int, Fraction]]:
    """All numbers: where each begins and ends, and its value."""
    at = 0
    while at < len(words):
        row = max((row for row in known.numbers if _begins(words, at, row)), key=len, default=())
        value, length = leading(words[at:], known.counting)
        if len(row) > length:
            value, length = Fraction(known.numbers[row]), len(row)
        if value is not None:
            negative = at > 0 and words[at - 1] in known.counting.minus
            yield at, at + length, -value if negative else value
        at += length or 1


def _meant(value: Fraction, *, sixtieths: bool) -> set[float]:
    """What may be meant by a number: two and a half hours are two and thirty, or a hundred and fifty minutes."""
    if not sixtieths:
        return {float(value)}
    whole = value // 1
    return {float(value), float((value - whole) * SIXTY), float(value * SIXTY), *([float(whole)] if whole else ())}

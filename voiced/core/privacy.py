"""How private a text is, and what may be done with it: pure. The rules are data, read elsewhere and handed in.

A rule looks at a bounded stretch of text around each place, and so all of them together take time in proportion to the
text.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, get_args

from msgspec import Struct
from msgspec.structs import asdict

from voiced.core.config_keeping import PrivacyConfig
from voiced.core.history import Privacy
from voiced.core.reading import Numbers, Reading, read

Use = Literal["log", "cache", "embed", "remote", "search"]
CLASSES: tuple[Privacy, ...] = get_args(Privacy)
"""From the least to the most private."""
AROUND = 120
"""Characters before and after a word in which a rule looks for what goes with it."""


class Form(Struct, frozen=True):
    """Something with a form of its own, such as a card's number.

    Attributes:
        kind: what it is.
        privacy: its class.
        pattern: repeats nothing without a bound.
        length: how many characters from its beginning are one; 0: it only looks like one.
    """

    kind: str
    privacy: Privacy
    pattern: re.Pattern[str]
    length: Callable[[str], int]


class Phrase(Struct, frozen=True):
    """Words that are private in company.

    Attributes:
        kind: what they tell of.
        privacy: its class.
        words: as they are written.
        before: what stands right before them.
        after: what stands right after them.
    """

    kind: str
    privacy: Privacy
    words: str
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None


class Rules(Struct, frozen=True):
    """What makes a text private.

    Attributes:
        numbers: how they are said.
        forms: looked for everywhere.
        phrases: by their first words.
    """

    numbers: Numbers
    forms: Sequence[Form]
    phrases: Mapping[str, Sequence[Phrase]]


class Reason(Struct, frozen=True):
    """A part of a text that makes it private.

    Attributes:
        kind: what it is: card, health, …
        privacy: its class.
        start, end: where it is.
    """

    kind: str
    privacy: Privacy
    start: int
    end: int


class Classified(Struct, frozen=True):
    """How private a text is: as its most private part.

    Attributes:
        privacy: the class.
        reasons: in their order, each part once a kind.
    """

    privacy: Privacy
    reasons: list[Reason]


class Passage(Reason, frozen=True):
    """The same, with its words."""

    text: str


class Verdict(Struct, frozen=True):
    """How private a text is, why, and what may be done with it.

    Attributes:
        privacy: the class.
        reasons: in their order.
        allowed: for each use whether it is.
    """

    privacy: Privacy
    reasons: list[Passage]
    allowed: dict[Use, bool]


def classify(text: str, rules: Rules) -> Classified:
    """Tells how private a text is.

    Args:
        text: said or typed.
        rules: what makes it private.
    """
    reading = read(text, rules.numbers)
    found = {
        Reason(rule.kind, rule.privacy, *reading.original(start, end)): None
        for rule, start, end in (*_forms(reading.text, rules.forms), *_phrases(reading, rules.phrases))
    }
    reasons = sorted(found, key=lambda reason: (reason.start, reason.end, reason.kind))
    return Classified(most_private(reason.privacy for reason in reasons), reasons)


def judged(text: str, found: Classified, policy: PrivacyConfig) -> Verdict:
    """What is told to people of a text.

    Args:
        text: said or typed.
        found: its class.
        policy: see `allowed`.
    """
    reasons = [Passage(**asdict(each), text=text[each.start : each.end]) for each in found.reasons]
    return Verdict(found.privacy, reasons, uses(policy, found.privacy))


def uses(policy: PrivacyConfig, privacy: Privacy) -> dict[Use, bool]:
    """For each use whether it is allowed with text of a class."""
    return {use: allowed(policy, privacy, use) for use in get_args(Use)}


def most_private(classes: Iterable[Privacy]) -> Privacy:
    """The most private of some classes; public where there is none."""
    return CLASSES[max(map(CLASSES.index, classes), default=0)]


def allowed(policy: PrivacyConfig, privacy: Privacy, use: Use) -> bool:
    """Tells whether something may be done with text of a class.

    Args:
        policy: for each use the most private class for which it is allowed.
        privacy: the text's class.
        use: what is to be done.
    """
    limit: Privacy | Literal["none"] = getattr(policy, use)
    return limit != "none" and CLASSES.index(privacy) <= CLASSES.index(limit)


def _forms(text: str, forms: Sequence[Form]) -> Iterator[tuple[Form, int, int]]:
    for form in forms:
        at = 0
        while found := form.pattern.search(text, at):
            length = form.length(found[0])
            if length:
                yield form, found.start(), found.start() + length
            at = found.start() + (length or 1)


def _phrases(reading: Reading, phrases: Mapping[str, Sequence[Phrase]]) -> Iterator[tuple[Phrase, int, int]]:
    text = reading.text
    for start, piece in zip(reading.starts, reading.pieces, strict=True):
        for phrase in phrases.get(piece, ()):
            end = start + len(phrase.words)
            if text.startswith(phrase.words, start) and not text[end : end + 1].isalnum():
                before = phrase.before and phrase.before.search(text, max(0, start - AROUND), start)
                after = phrase.after and phrase.after.match(text, end, end + AROUND)
                if (before or not phrase.before) and (after or not phrase.after):
                    yield phrase, before.start() if before else start, after.end() if after else end

"""Sentences that nearly say something: what was misheard or mistyped is put right, word by word. Pure.

Only words that no template and no name knows are changed, and only to what sounds the same or is spelled nearly so.
What decides between yes and no ("on", "off", "not") is never made of anything else, nor made into anything else; where
nobody says what does, nothing is guessed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise, product

from msgspec import Struct
from rapidfuzz import process
from rapidfuzz.distance import OSA

from voiced.turn.decisive import Decisive

SHORTEST = 4
"""Letters of a word below which another letter makes another word."""
LETTERS_PER_SLIP = 4
"""One letter may be wrong in so many."""
MOST_FIXES = 2
"""Words that are put right in one sentence. Where more are strange, somebody speaks of something else."""
SOUNDS_SAME = 0.5
"""What a word costs that is spelled otherwise and sounds the same, in wrong letters."""
_TOKEN = re.compile(r"[^\W\d_]+|[\W\d_]+")
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^kn", "n"),
        (r"^wr", "r"),
        (r"^wh", "w"),
        (r"igh|eigh", "i"),
        (r"gh(?=t|$)", ""),
        (r"ph|v", "f"),
        (r"tch", "c"),
        (r"sch|sh|ch", "c"),
        (r"dg", "g"),
        (r"th", "0"),
        (r"dt", "t"),
        (r"mb$", "m"),
        (r"c(?=[eiy])|ß|z", "s"),
        (r"ck|q|c(?![a-z]*$)|x", "k"),
        (r"(?<=.)[aeiouyäöüwh]", ""),
        (r"(.)\1+", r"\1"),
    )
]
"""Letters that sound alike, roughly, in English and German: first the groups, then without vowels."""


class Near(Struct, frozen=True):
    """A sentence put right.

    Attributes:
        text: as it may have been meant.
        slips: how many letters are wrong in what was said; more is less likely.
    """

    text: str
    slips: float


class Vocabulary:
    """The words that can be understood.

    Args:
        words: of all templates and names, in lower case.
        names: of things and rooms: words are put together or taken apart to one of these.
        decisive: what decides in the language.
    """

    def __init__(self, words: Iterable[str], names: Iterable[str], decisive: Decisive) -> None:
        self._known = frozenset(words)
        self._negations, self._decisive = decisive.negations, decisive.turning | decisive.negations
        self._wanted = sorted(word for word in self._known - self._decisive if len(word) >= SHORTEST)
        self._alike: dict[str, list[str]] = {}
        for word in self._wanted:
            self._alike.setdefault(sound(word), []).append(word)
        self._written = {"".join(name.casefold().split()): name for name in names if len(name.split()) > 1}
        self._parts = frozenset(part for name in names for part in name.casefold().split())

    def near(self, text: str) -> list[Near]:
        """What a text that nobody understands may have been meant to say, the likeliest first."""
        tokens = _TOKEN.findall(text.casefold())
        if not self._decisive or self._negations & set(tokens):
            return []
        strange = [index for index, token in enumerate(tokens) if token.isalpha() and token not in self._known]
        fixes = [Near(joined, 1) for joined in self._joined(tokens)]
        if 0 < len(strange) <= MOST_FIXES:
            fixes += self._spelled(tokens, strange)
        return sorted(fixes, key=lambda fix: (fix.slips, fix.text))

    def _spelled(self, tokens: Sequence[str], strange: Sequence[int]) -> list[Near]:
        """All sentences in which each strange word is another one that is near."""
        likely = [self._likely(tokens[index]) for index in strange]
        fixes: list[Near] = []
        for chosen in product(*likely):
            words = list(tokens)
            for index, (word, _) in zip(strange, chosen, strict=True):
                words[index] = word
            fixes.append(Near("".join(words), sum(slips for _, slips in chosen)))
        return fixes

    def _likely(self, word: str) -> list[tuple[str, float]]:
        """Known words that one may have been, and how many letters are wrong then."""
        if len(word) < SHORTEST or word in self._decisive:
            return []
        most = len(word) // LETTERS_PER_SLIP
        spelled = process.extract(word, self._wanted, scorer=OSA.distance, score_cutoff=most, limit=None)
        likely = {other: float(slips) for other, slips, _ in spelled if slips <= len(other) // LETTERS_PER_SLIP}
        alike = (other for other in self._alike.get(sound(word), ()) if abs(len(word) - len(other)) <= most + 1)
        return list((dict.fromkeys(alike, most + SOUNDS_SAME) | likely).items())

    def _joined(self, tokens: Sequence[str]) -> Iterator[str]:
        """Sentences with a name in one word that is written in several, or the other way round: "bed room"."""
        for index, token in enumerate(tokens):
            if token in self._written:
                yield "".join([*tokens[:index], self._written[token], *tokens[index + 1 :]])
        words = [(index, token) for index, token in enumerate(tokens) if token.isalpha()]
        for (start, first), (end, second) in pairwise(words):
            if first + second in self._parts:
                yield "".join([*tokens[:start], first + second, *tokens[end + 1 :]])


@lru_cache(maxsize=10_000)
def sound(word: str) -> str:
    """Roughly how a word sounds: words that sound alike have the same."""
    for pattern, letters in _SOUNDS:
        word = pattern.sub(letters, word)
    return word

"""Which hits of a search come first: pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from voiced.core.memories import Memory
from voiced.core.questions import asked

RANK = 2
"""What a rank counts less, the larger it is. Cormack et al., Reciprocal Rank Fusion (2009), take 60 for lists of a
thousand; for lists of fifty, that would put whatever is in both of them before the best of each."""
WEIGHT = {"words": 0.5, "meaning": 1.0}
"""Who asks in other words is misled by those that are the same: the best by words comes about fourth."""
ASKED = 0.1
"""What a question counts that was asked before: it lies closest of all to one like it, and answers nothing."""
By = Literal["words", "meaning"]


class Hit(NamedTuple):
    """Something that was found: its key, what it is, how good it is, and how it was found."""

    key: int
    memory: Memory
    score: float
    by: list[By]


def merged(memories: Mapping[int, Memory], by_words: Sequence[int], by_meaning: Sequence[int]) -> list[Hit]:
    """Merges two rankings by reciprocal rank: the best first, of equals the newest.

    What was said several times in the same words is found once, where it was said best.

    Args:
        memories: all that are in one of them.
        by_words: keys, the best first.
        by_meaning: the same.
    """
    scores: defaultdict[int, float] = defaultdict(float)
    by: defaultdict[int, list[By]] = defaultdict(list[By])
    ways: tuple[tuple[By, Sequence[int]], ...] = (("words", by_words), ("meaning", by_meaning))
    for way, keys in ways:
        for rank, key in enumerate(keys, 1):
            scores[key] += WEIGHT[way] / (RANK + rank) * (ASKED if asked(memories[key]) else 1.0)
            by[key].append(way)
    best: dict[str, Hit] = {}
    for key in sorted(scores, key=lambda key: (scores[key], key), reverse=True):
        words = " ".join(memories[key].text.casefold().split())
        best.setdefault(words, Hit(key, memories[key], scores[key], by[key]))
    return list(best.values())

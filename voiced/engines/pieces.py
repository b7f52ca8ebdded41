"""A sentence's phonemes in pieces, so that the first is heard while the next is made: pure."""

from collections.abc import Sequence

PAUSES = frozenset(",;:.!?")
SHORTEST = 12
"""Phonemes: what would leave less for the next piece is not split, as engines stumble over single words."""
LONGEST = 400
"""Phonemes: what has no border for so long is split anywhere, as the memory that a piece takes grows with it."""


def split(phonemes: Sequence[str], most: int) -> tuple[Sequence[str], Sequence[str]]:
    """Splits off a first piece: at a pause, or else between two words.

    Args:
        phonemes: one symbol each, words apart by a space, pauses as punctuation.
        most: the piece should be no longer; it is, where there is no border.

    Returns:
        The piece and the rest; the rest is empty where all of it is one piece.
    """
    most = max(SHORTEST, min(most, LONGEST))
    if len(phonemes) <= most:
        return phonemes, ()
    spaces = [at for at in range(SHORTEST, len(phonemes) - SHORTEST) if phonemes[at] == " "]
    pauses = [at for at in spaces if phonemes[at - 1] in PAUSES]
    for borders in ([at for at in pauses if most // 2 <= at <= most], [at for at in spaces if at <= most]):
        if borders:
            return _cut(phonemes, borders[-1])
    later = next((at for at in spaces if at > most), len(phonemes))
    return _cut(phonemes, min(later, LONGEST))


def _cut(phonemes: Sequence[str], at: int) -> tuple[Sequence[str], Sequence[str]]:
    rest = phonemes[at:]
    return phonemes[:at], rest[1:] if rest and rest[0] == " " else rest

"""The words of a language that a dialogue needs besides sentences: data, in `dialogue.yaml` beside the templates."""

from msgspec import Struct


class DialogueWords(Struct, frozen=True):
    """Lower case, without punctuation.

    Attributes:
        leads: what begins a sentence that changes the last one.
        around: what may stand around one of several choices.
        undoes: what takes back what was done last.
    """

    leads: tuple[str, ...] = ()
    around: frozenset[str] = frozenset()
    undoes: frozenset[str] = frozenset()

"""What skills compare with what was said, in one language: data, in `skills.yaml` beside the sentence templates."""

from msgspec import Struct


class SkillWords(Struct, frozen=True):
    """Lower case. Where there are none, because the templates are somebody's own, each skill does without.

    Attributes:
        talk: words of those who talk, not of a question about the world.
        placing: what a question asks with where something was put, and a note that tells where it is may not have.
        negations: what says that something is not wanted.
        nameless: what names nothing that could be remembered or put on a list.
        unnamed: what no timer is called by.
        together: what is one thing on a list, though the word between two things is in it.
        lists: for a list that has a name of its own, what else it is called.
        things: for each domain of the home, what its things are called besides their names: one, and several.
    """

    talk: frozenset[str] = frozenset()
    placing: frozenset[str] = frozenset()
    negations: frozenset[str] = frozenset()
    nameless: frozenset[str] = frozenset()
    unnamed: frozenset[str] = frozenset()
    together: tuple[str, ...] = ()
    lists: dict[str, tuple[str, ...]] = {}
    things: dict[str, dict[str, str]] = {}


NO_WORDS = SkillWords()

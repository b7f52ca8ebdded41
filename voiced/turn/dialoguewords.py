"""The words of a language that a dialogue needs besides sentences: data, in `dialogue.yaml` beside the templates."""

from pathlib import Path

import msgspec
import yaml
from msgspec import Struct

from voiced.core.errors import IntentsInvalid

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DialogueWords(Struct, frozen=True):
    """Lower case, without punctuation.

    Attributes:
        leads: what begins a sentence that changes the last one.
        around: what may stand around one of several choices.
    """

    leads: tuple[str, ...] = ()
    around: frozenset[str] = frozenset()


class _File(Struct):
    dialogue: DialogueWords = DialogueWords()


def load_words(folder: Path, language: str) -> DialogueWords:
    """Reads them; there are none where the templates are somebody's own.

    Args:
        folder: see `core.intents.load_intents`.
        language: two letters.

    Raises:
        IntentsInvalid: the file cannot be used.
    """
    path = (folder / language if (folder / language).is_dir() else folder) / "dialogue.yaml"
    if not path.is_file():
        return DialogueWords()
    try:
        return msgspec.convert(yaml.load(path.read_text("utf-8"), _Loader), _File).dialogue  # noqa: S506 (the safe one in C)
    except (yaml.YAMLError, UnicodeDecodeError, OSError, msgspec.ValidationError) as error:
        raise IntentsInvalid(f"{path}: {error}", hint="Compare it with config/intents/en/dialogue.yaml.") from error

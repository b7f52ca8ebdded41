"""The words of a language that are data, in YAML files beside the sentence templates."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from voiced.core.errors import IntentsInvalid

T = TypeVar("T")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:  # noqa: ANN401 (whatever it holds)
    """What a file holds.

    Raises:
        IntentsInvalid: it is no YAML.
    """
    try:
        return yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506 (CSafeLoader is the safe one in C)
    except (yaml.YAMLError, ValueError, RecursionError, OSError) as error:  # A day that there is not is a ValueError.
        raise IntentsInvalid(f"{path} is no YAML file: {error}", hint="Check its indentation and quotes.") from error


def load_words(folder: Path, language: str, name: str, shape: type[T]) -> T:
    """Reads the words that a file holds under its own name.

    Args:
        folder: see `core.intents.load_intents`.
        language: two letters.
        name: of the file, without `.yaml`.
        shape: of its words; where there are none, because the templates are somebody's own, what it is without any.

    Raises:
        IntentsInvalid: the file cannot be used.
    """
    path = (folder / language if (folder / language).is_dir() else folder) / f"{name}.yaml"
    if not path.is_file():
        return shape()
    try:
        return msgspec.convert(msgspec.convert(read_yaml(path), dict[str, Any]).get(name, {}), shape)
    except msgspec.ValidationError as error:
        raise IntentsInvalid(f"{path}: {error}", hint=f"Compare it with config/intents/en/{name}.yaml.") from error

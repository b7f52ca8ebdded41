"""What is confirmed before it is done. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from fnmatch import fnmatchcase

PLACED = frozenset({"light", "sensor", "binary_sensor"})
"""Domains whose names tell where a thing is ("garage door light"), and not what it does."""
_WORD = re.compile(r"[^\W_]+")


def is_risky(id_: str, kind: str, names: Sequence[str], patterns: Sequence[str]) -> bool:
    """Whether a thing is one of those: by its domain, its domain and kind, its id, or what it is called.

    Args:
        id_: such as cover.drive.
        kind: its device class, such as garage; may be empty.
        names: what people call it.
        patterns: see `home.risky` in the configuration.
    """
    domain, _, name = id_.partition(".")
    whole = [f"{domain}.{kind}", id_, *(f"{domain}.{_folded(each)}" for each in names)]
    words = [] if domain in PLACED else [word for each in (name, *names) for word in _WORD.findall(_folded(each))]
    wanted = [_folded(pattern) for pattern in patterns]
    return any(fnmatchcase(each, one) for one in wanted for each in (whole if "." in one else (domain, *words)))


def _folded(text: str) -> str:
    """As it is compared: however it is typed, and whatever its letters are made of."""
    return unicodedata.normalize("NFKC", text).casefold()

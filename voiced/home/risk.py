"""What is confirmed before it is done. Pure."""

from collections.abc import Sequence
from fnmatch import fnmatchcase


def is_risky(id_: str, kind: str, patterns: Sequence[str]) -> bool:
    """Whether a thing is one of those: by its domain, its domain and kind, or its id.

    Args:
        id_: such as cover.drive.
        kind: its device class, such as garage; may be empty.
        patterns: see `home.risky` in the configuration.
    """
    domain = id_.partition(".")[0]
    names = (domain, f"{domain}.{kind}") if kind else (domain,)
    return any(pattern in names or fnmatchcase(id_, pattern) for pattern in patterns)

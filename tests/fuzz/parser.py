"""What reads input from outside, as the driver sees it."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Parser(NamedTuple):
    """A parser.

    Attributes:
        corpus: good inputs, made by voiced itself or taken from where it gets them.
        read: reads one; a `VoicedError` says that it is a bad one, anything else is a fault of ours.
        close: is called at the end.
        ends: its process ends with each input: what it keeps is no growth.
    """

    corpus: list[bytes]
    read: Callable[[bytes], object]
    close: Callable[[], object] = lambda: None
    ends: bool = False


def of_file(path: Path, corpus: list[bytes], check: Callable[[Path], object]) -> Parser:
    """A parser of files.

    Args:
        path: where the inputs are put.
        corpus: see `Parser`.
        check: reads the file.
    """

    def read(data: bytes) -> None:
        path.write_bytes(data)
        check(path)

    return Parser(corpus, read)

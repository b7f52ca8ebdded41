"""What engines need beside voiced itself."""

from typing import NamedTuple


class Package(NamedTuple):
    """A package of Python.

    Attributes:
        module: what is imported.
        extra: the extra of voiced that brings it.
    """

    module: str
    extra: str


PACKAGES = {
    "whisper": Package("pywhispercpp", "whisper"),
    "llama": Package("llama_cpp", "llama"),
    "minilm": Package("llama_cpp", "llama"),
    "piper": Package("piper", "piper"),
}
"""By engine."""

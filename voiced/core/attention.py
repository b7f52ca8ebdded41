"""What voiced attends to by itself."""

from typing import Annotated

from msgspec import Meta, Struct

AS_CONFIGURED = 50
"""The sensitivity at which wake words have the thresholds of the configuration, or of their models."""


class Attention(Struct, frozen=True):
    """What voiced attends to by itself. What is set while it runs holds until the configuration says otherwise.

    Attributes:
        wake_word: it wakes at a wake word; otherwise only if it is asked to listen. "Stop" is heard while it speaks
            either way.
        follow_up: after a spoken question of its own it listens for the answer.
        sensitivity: how easily a wake word wakes it, in percent; see `wake.sensitivity`.
    """

    wake_word: bool = True
    follow_up: bool = True
    sensitivity: Annotated[int, Meta(ge=0, le=100)] = AS_CONFIGURED

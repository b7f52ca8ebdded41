"""What is set about hearing oneself."""

from typing import Annotated, Literal

from msgspec import Meta

EchoCancelling = Annotated[
    Literal["auto", "on", "off"],
    Meta(
        description="Taking what voiced itself plays out of what it hears: a linear filter does it for wake words, and"
        " the extra `aec` for what is said. on: both; auto: the latter where it is installed; off: none."
    ),
]

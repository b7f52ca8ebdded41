"""What is set about hearing oneself."""

from typing import Annotated, Literal

from msgspec import Meta

EchoCancelling = Annotated[
    Literal["auto", "on", "off"],
    Meta(
        description="Taking what voiced itself plays out of what it hears: a linear filter does it in any case, and"
        " the extra `aec` more thoroughly for commands. on: both; auto: the latter where it is there; off: none."
    ),
]

"""What is set about hearing oneself."""

from typing import Annotated, Literal

from msgspec import Meta

EchoCancelling = Annotated[
    Literal["auto", "on", "off"],
    Meta(
        description="Taking what voiced itself plays out of what it hears: on, off, or auto: where the extra `aec` is"
        " installed. Where it is not done, wake words have to be clearer while voiced speaks."
    ),
]

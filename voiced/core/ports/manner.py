"""How voiced speaks."""

from typing import Protocol


class Manner(Protocol):
    """What can be changed about how it speaks, until it is changed back."""

    def faster(self) -> bool:
        """Speaks faster; tells whether it can."""
        ...

    def slower(self) -> bool:
        """Speaks slower; tells whether it can."""
        ...

    def whisper(self, *, on: bool) -> None:
        """Speaks softly, or not any more."""
        ...

    def normal(self) -> None:
        """Speaks as configured: neither faster nor slower, nor softly."""
        ...

"""Sound that others send, of any form, as voiced has it."""

from collections.abc import Mapping
from typing import Any

from voiced.core.errors import InputInvalid, TtsFailed
from voiced.engines.framing import framer
from voiced.engines.pcm import Format, Mono


class Incoming:
    """Turns sound of a form into 16 kHz mono.

    Args:
        data: `rate`, `width` and `channels`, as Wyoming has them.

    Raises:
        InputInvalid: it is none that can be heard.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        try:
            form = Format.read(data)
        except TtsFailed as error:
            raise InputInvalid("sound of that form cannot be heard", hint="Send s16le, mono, 16 kHz.") from error
        self._mono, self._framer = Mono(form), framer(form.rate, 1)

    def feed(self, data: bytes) -> bytes:
        """Takes in sound and returns what is ready of it, s16le."""
        return self._framer.feed(self._mono.feed(data))

    def flush(self) -> bytes:
        """Returns what is left."""
        return self._framer.flush()

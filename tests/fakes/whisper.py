"""A Whisper model that follows a script."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from voiced.engines.whisper_library import Decoded, Request


class ScriptedModel:
    """Hears each text of its script once, the last of them for ever; notes how it was asked.

    Args:
        texts: what it hears. The first run, which only warms up, takes none.
        sure: the probability of its tokens.
        loops_below: repeats itself with a smaller window than this.
        language: what it takes everything for.
    """

    context = 1500
    multilingual = True

    def __init__(self, *texts: str, sure: float = 0.9, loops_below: int = 0, language: str = "en") -> None:
        self.texts = list(texts)
        self.sure, self.loops_below, self.language = sure, loops_below, language
        self.told: float | None = None
        """The probability of its tokens after a prompt, where that is another."""
        self.requests: list[Request] = []
        self.during: Callable[[], None] = lambda: None

    @property
    def runs(self) -> int:
        """How often it ran, the warming up aside."""
        return len(self.requests) - 1

    def decode(self, sound: NDArray[np.float32], request: Request, cancelled: Callable[[], bool]) -> Decoded | None:  # noqa: ARG002 (the port's own arguments)
        """See `Model`."""
        self.requests.append(request)
        if not self.runs:
            return Decoded("", (), self.language, whole=True)
        self.during()
        if cancelled():
            return None
        if request.context < self.loops_below:
            return Decoded(" so " * 40, (self.sure,) * 40, self.language, whole=False)
        text = self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]
        sure = self.told if self.told is not None and request.prompt else self.sure
        return Decoded(text, (sure,) * len(text.split()), self.language, whole=True)

"""What is done for clients, handed in by whoever wires it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from msgspec import Struct

from voiced.core.ports.stt import Stt
from voiced.core.ports.tts import Tts
from voiced.core.types import RATE, SAMPLE_BYTES

USUAL = {"rate": RATE, "width": SAMPLE_BYTES, "channels": 1}
"""The form of sound whose frames do not tell it."""


class Sound(Protocol):
    """Turns a client's sound into 16 kHz mono."""

    def feed(self, data: bytes) -> bytes:
        """Takes in sound and returns what is ready, s16le."""
        ...

    def flush(self) -> bytes:
        """Returns what is left."""
        ...


class WakeEar(Protocol):
    """Hears wake words in running sound."""

    async def hear(self, samples: bytes) -> Sequence[tuple[str, float]]:
        """Takes in 16 kHz mono, s16le; returns the words in it, and after how many seconds of all of it."""
        ...


class Splitter(Protocol):
    """Splits a text that comes in parts."""

    def feed(self, text: str) -> Sequence[str]:
        """Takes in the next part; returns what is sure to be whole now."""
        ...

    def finish(self) -> Sequence[str]:
        """Returns what is left."""
        ...


class Services(Struct, frozen=True):
    """Ears, voice and mind.

    Attributes:
        info: tells what there is, as Wyoming has it.
        stt: hears whole utterances.
        tts: speaks any text.
        wake: makes an ear for some wake words, or for all; raises `InputInvalid` or `VoicedError` (`busy`).
        ask: answers a text in the conversation of an id of others; None: not understood.
        sound: makes what takes in sound of the form that a frame's data tells; raises `InputInvalid`.
        splitter: makes what splits a text into what is spoken at a time.
        unknown: what is said where nobody knows an answer.
        apology: what is said where an answer failed.
        language: of transcripts.
        longest_s: seconds of an utterance that are heard.
    """

    info: Callable[[], Mapping[str, Any]]
    stt: Stt
    tts: Tts
    wake: Callable[[Sequence[str]], AbstractAsyncContextManager[WakeEar]]
    ask: Callable[[str, str], Awaitable[str | None]]
    sound: Callable[[Mapping[str, Any]], Sound]
    splitter: Callable[[], Splitter]
    unknown: str
    apology: str
    language: str
    longest_s: float

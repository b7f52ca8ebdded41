"""The engines, for whoever wants one thing done by one of them, and no turn taken."""

from collections.abc import AsyncGenerator, Sequence
from typing import Literal, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from voiced.core.chat import ChatEnd, Prompt, ToolCall

Stage = Literal["stt", "tts", "llm", "embed"]


class EngineName(Struct, frozen=True):
    """An engine that is configured.

    Attributes:
        stage: what it is for.
        name: what the configuration calls it; a server, by its address without passwords.
    """

    stage: Stage
    name: str


class Heard(Struct, frozen=True):
    """What a recording says.

    Attributes:
        text: the words, lower case, without punctuation; empty where nothing was understood.
        seconds: how long the recording is.
        language: the language that was listened for, two letters.
    """

    text: str
    seconds: float
    language: str


class Inference(Protocol):
    """What is said in the room goes first: whoever waits too long for it is told so (`busy`).

    What is used is counted, with the id of the API key with which it is asked for (None: without one).
    """

    @property
    def engines(self) -> Sequence[EngineName]:
        """All that are configured, those of a stage in the order in which they are tried."""
        ...

    @property
    def longest_answer(self) -> tuple[int, float]:
        """Tokens that an answer of a language model may have, and seconds that it may take."""
        ...

    def chat(self, model: str, prompt: Prompt, key: str | None) -> AsyncGenerator[str | ToolCall | ChatEnd]:
        """Answers a prompt: see `Llm`.

        Args:
            model: the name of the language model; no other is asked in its place.
            prompt: with the privacy of each message: another machine is only told what may leave.
            key: see above.

        Raises:
            BudgetSpent: no language model may be asked.
            VoicedError: there is no (further) answer; `busy` where somebody began to speak with voiced.
        """
        ...

    async def embed(self, texts: Sequence[str], key: str | None) -> tuple[str, NDArray[np.float32]]:
        """The name of the embedding model, and vectors: see `Embedder`.

        Raises:
            TooPrivate: a text may not be told to the machine of the model.
            VoicedError: there are no vectors.
        """
        ...

    async def transcribe(self, recording: bytes, key: str | None) -> Heard:
        """Tells what is said in a recording of one utterance.

        Args:
            recording: a file as it is: WAV, FLAC, OGG, MP3.
            key: see above.

        Raises:
            InputInvalid: it is no such file, or too long.
            VoicedError: there is no transcript.
        """
        ...

    def speak(self, text: str, speed: float, rate: int, key: str | None) -> AsyncGenerator[bytes]:
        """Speaks a text, clause by clause.

        Args:
            text: any; it is spoken as voiced's own answers are.
            speed: how fast, 1 for as it is set.
            rate: samples a second.
            key: see above.

        Returns:
            s16le, mono.

        Raises:
            VoicedError: the rest cannot be spoken.
        """
        ...

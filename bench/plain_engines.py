"""The engines as their own packages are used, for `full_turns`: no short window, no stream, nothing begun early."""

from typing import Any

import msgspec
import numpy as np
from llama_cpp import Llama
from pywhispercpp.model import Model

from voiced.core.wire import Message
from voiced.engines.host import Link
from voiced.engines.threads import threads


class PlainWhisper:
    """The whole utterance at its end."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._model = Model(settings["model"], redirect_whispercpp_logs_to=None, print_progress=False)
        self._sound = b""

    def handle(self, message: Message, link: Link) -> None:
        """See `Hosted`."""
        if message.type == "audio-start":
            self._sound = b""
        elif message.type == "audio-chunk":
            self._sound += message.payload
        elif message.type == "audio-stop":
            samples = np.frombuffer(self._sound, "<i2").astype(np.float32) / 32_768
            text = " ".join(segment.text for segment in self._model.transcribe(samples))
            link.send(Message("transcript", {"text": text.strip(" ?.").lower()}, request=message.request))

    def close(self) -> None:
        """See `Hosted`."""


class PlainLlama:
    """The whole answer at once."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._model = Llama(settings["model"], n_ctx=settings["context"], n_threads=threads(0), verbose=False)

    def handle(self, message: Message, link: Link) -> None:
        """See `Hosted`. `chat` is a text and a number of tokens."""
        if message.type != "chat":
            return
        text, tokens = msgspec.json.decode(message.payload)
        self._model.create_completion(text, max_tokens=tokens)
        link.send(Message("chat-end", {"finish": "length"}, request=message.request))

    def close(self) -> None:
        """See `Hosted`."""

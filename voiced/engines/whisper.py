"""Whisper, through whisper.cpp: the recogniser for whatever is said. Needs a model file."""

from pathlib import Path
from typing import Any

import msgspec

from voiced.core.errors import ConfigInvalid
from voiced.core.home_names import HomeNames
from voiced.core.intents import load_intents
from voiced.core.wire import Message
from voiced.engines.host import Link
from voiced.engines.threads import threads
from voiced.engines.whisper_library import AUTO, WhisperCpp, knows_language
from voiced.engines.whisper_listener import Listener, Orders
from voiced.engines.whisper_prompt import prompt
from voiced.engines.whisper_transcriber import Transcriber

MOST_THREADS = 4
"""More do not make it faster: it waits for memory."""


class Whisper(Listener):
    """The recogniser inside its child. Implements `Hosted`.

    Args:
        settings: `model`, the path of a ggml file; `language`, two letters or "auto"; `threads`, 0 for what suits the
            machine; `intents`, a folder of sentence templates, and `intents_language`, theirs; `home`, names that are
            likely to be said (see `HomeNames`).

    Raises:
        ModelBroken: the file is damaged, or no Whisper model.
        ConfigInvalid: the model does not know the language.
        IntentsInvalid: the templates cannot be used.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        path, language = Path(settings["model"]), str(settings["language"])
        model = WhisperCpp(path, threads(int(settings["threads"]), MOST_THREADS))
        if language != AUTO and not knows_language(language):
            raise ConfigInvalid(f"Whisper does not know the language {language!r}")
        if language not in {AUTO, "en"} and not model.multilingual:
            hint = "Set engines.whisper.model to a multilingual one (a name without .en), or the language to en."
            raise ConfigInvalid(f"{path.name} understands English only, not {language!r}", hint=hint)
        self._intents = load_intents(Path(settings["intents"]), settings["intents_language"])
        super().__init__(Transcriber(model, language, self._prompt(settings.get("home", {}))), Orders(self._intents))

    def handle(self, message: Message, link: Link) -> None:
        """See `Listener`; `home` has other names, and no answer."""
        if message.type == "home":
            self._transcriber.prompt = self._prompt(message.data)
        else:
            super().handle(message, link)

    def _prompt(self, home: dict[str, Any]) -> str:
        return prompt(self._intents, msgspec.convert(home, HomeNames))

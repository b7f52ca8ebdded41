"""A language model in llama.cpp, inside its child. What it has evaluated once it does not evaluate again."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from voiced.core.chat import ChatEnd, Finish, Prompt
from voiced.core.errors import LlmFailed, translate
from voiced.core.wire import Message
from voiced.engines.answer import Answer
from voiced.engines.evaluated import Evaluated
from voiced.engines.host import Link
from voiced.engines.llamacpp import Model
from voiced.engines.prefix_files import PrefixFiles
from voiced.engines.prompts import Prompts
from voiced.engines.sampling import Sampler
from voiced.engines.threads import threads

SHARE = 4
"""At least a fourth of the context is kept free for the answer …"""
LONGEST = 512
"""… but not more tokens than this."""


class Llama:
    """The language model inside its child. Implements `Hosted`.

    Args:
        settings: `model` (a GGUF file), `context` (tokens), `temperature`, `threads` (0: to suit the machine),
            `gpu_layers`, `cache` (the folder of evaluated beginnings; empty for none).
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        path = Path(settings["model"])
        self._name = path.stem
        self._model = Model(path, settings["gpu_layers"])
        size = min(settings["context"], self._model.context)
        self._evaluated = Evaluated(self._model, size, threads(settings["threads"]))
        self._prompts = Prompts(self._model, size - min(size // SHARE, LONGEST))
        self._sampler = Sampler(settings["temperature"], time.monotonic_ns() & 0xFFFFFFFF)
        cache = settings["cache"]
        self._files = PrefixFiles(Path(cache), path, size) if cache else None

    def handle(self, message: Message, link: Link) -> None:
        """Takes in `chat` and `prefill`; answers `text`, `tool-call` and `chat-end`, or `prefilled`."""
        match message.type:
            case "chat":
                self._chat(_prompt(message), message.request, link)
            case "prefill":
                self._prefill(_prompt(message), message.request, link)
            case "cancel":
                pass  # The work has been aborted by then.
            case _:
                raise LlmFailed(f"a language model does not know {message.type} frames")

    def close(self) -> None:
        """Frees the model."""
        self._sampler.close()
        self._evaluated.close()
        self._model.close()

    def _chat(self, prompt: Prompt, request: int, link: Link) -> None:
        until = time.monotonic() + prompt.budget_s

        def stop() -> bool:
            return link.cancelled(request) or time.monotonic() > until

        def send(text: str) -> None:
            link.send(Message("text", {"text": text}, request=request))

        prompt = self._prompts.fitting(prompt)
        tokens = self._prompts.tokens(prompt)
        cached = self._reuse(prompt, tokens, stop)
        answer = Answer(self._model, self._evaluated, stop, send)
        finish = Finish.TIME
        if self._evaluated.add(tokens[len(self._evaluated.tokens) :], stop):
            limit = min(prompt.max_tokens, self._evaluated.size - len(tokens))
            finish = answer.write(self._sampler, prompt.tools, limit)
        if answer.call:
            link.send(Message("tool-call", msgspec.to_builtins(answer.call), request=request))
        end = ChatEnd(finish, len(tokens), cached, answer.tokens, self._name)
        link.send(Message("chat-end", msgspec.to_builtins(end), request=request))

    def _prefill(self, prompt: Prompt, request: int, link: Link) -> None:
        def stop() -> bool:
            return link.cancelled(request)

        prompt = self._prompts.fitting(prompt)
        if tokens := self._prompts.known(prompt):
            self._reuse(prompt, tokens, stop)
            self._evaluated.add(tokens[len(self._evaluated.tokens) :], stop)
        link.send(Message("prefilled", request=request))

    def _reuse(self, prompt: Prompt, tokens: list[int], stop: Callable[[], bool]) -> int:
        """Keeps what is evaluated of the tokens, from this process or an earlier one.

        Args:
            prompt: what the tokens are made of.
            tokens: at least the last one is left to be evaluated: the answer needs its logits.
            stop: see `Evaluated.add`.

        Returns:
            How many did not have to be evaluated.
        """
        last = len(tokens) - 1
        shared, stable = min(self._evaluated.shared(tokens), last), self._prompts.stable(prompt)
        if self._files and shared < len(stable) <= last and tokens[: len(stable)] == stable:
            state = self._files.load(stable)
            if state and self._evaluated.restore(state, stable):
                return len(stable)
            self._files.drop(stable)
            self._evaluated.cut(shared)
            shared = len(self._evaluated.tokens)
            if self._evaluated.add(stable[shared:], stop):
                self._files.save(stable, self._evaluated.save())
            return shared
        self._evaluated.cut(shared)
        return len(self._evaluated.tokens)


def _prompt(message: Message) -> Prompt:
    with translate(msgspec.DecodeError, to=LlmFailed, message="the prompt is none"):
        return msgspec.json.decode(message.payload, type=Prompt)

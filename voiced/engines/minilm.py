"""Sentence embeddings in llama.cpp, inside their child: MiniLM, or any GGUF that pools a text into one vector."""

import ctypes
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as lib
import msgspec
import numpy as np
from numpy.typing import NDArray

from voiced.core.errors import EmbedFailed, ModelBroken, translate
from voiced.core.wire import Message
from voiced.engines.host import Link
from voiced.engines.llamacpp import Model
from voiced.engines.threads import threads

LONGEST = 512
"""Tokens of a text that are looked at, if the model can see as many."""
WORD = re.compile(r"\w")


class MiniLm:
    """The embeddings inside their child. Implements `Hosted`.

    Args:
        settings: `model` (a GGUF file), `threads` (0: to suit the machine).
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        path = Path(settings["model"])
        self._model = Model(path)
        self._longest = min(LONGEST, self._model.context)
        params = lib.llama_context_default_params()
        params.n_ctx = params.n_batch = params.n_ubatch = self._longest
        params.n_threads = params.n_threads_batch = threads(settings["threads"])
        params.embeddings = True
        context = lib.llama_init_from_model(self._model.pointer, params)
        if not context:
            raise EmbedFailed("llama.cpp does not make a context")
        if lib.llama_pooling_type(context) == lib.LLAMA_POOLING_TYPE_NONE:
            raise ModelBroken(f"{path} is no model of sentences", hint="Take one that pools its tokens.")
        self._context = context

    def handle(self, message: Message, link: Link) -> None:
        """Takes in `embed`, whose payload is a list of texts in JSON; answers `embeddings`.

        Its payload is their vectors of `size` numbers each, in the order of the texts, as float32, little-endian.
        """
        if message.type == "cancel":
            return
        if message.type != "embed":
            raise EmbedFailed(f"embeddings do not know {message.type} frames")
        with translate(msgspec.DecodeError, to=EmbedFailed, message="the texts are none"):
            texts = msgspec.json.decode(message.payload, type=list[str])
        rows = [self._embed(text) for text in texts if not link.cancelled(message.request)]
        payload = np.array(rows, "<f4").tobytes()
        link.send(Message("embeddings", {"size": self._model.width}, payload, message.request))

    def close(self) -> None:
        """Frees the model."""
        lib.llama_free(self._context)
        self._model.close()

    def _embed(self, text: str) -> NDArray[np.float32]:
        if not WORD.search(text):
            return np.zeros(self._model.width, np.float32)
        tokens = self._model.tokenize(text, framed=True, special=False)
        self._evaluate([*tokens[: self._longest - 1], *tokens[-1:]] if len(tokens) > self._longest else tokens)
        pooled = lib.llama_get_embeddings_seq(self._context, 0)
        vector = np.ctypeslib.as_array(pooled, shape=(self._model.width,))
        length = float(np.linalg.norm(vector))
        if not np.isfinite(length) or not length:
            raise EmbedFailed("the model makes no vector of a text")
        return (vector / length).astype(np.float32)

    def _evaluate(self, tokens: Sequence[int]) -> None:
        if memory := lib.llama_get_memory(self._context):
            lib.llama_memory_clear(memory, True)
        array = (lib.llama_token * len(tokens))(*tokens)
        batch = lib.llama_batch_get_one(array, len(tokens))
        batch.logits = (ctypes.c_int8 * len(tokens))(*[1] * len(tokens))  # All of them go into the vector.
        if status := lib.llama_decode(self._context, batch):
            raise EmbedFailed(f"llama.cpp does not evaluate a text (status {status})")

"""What a language model has evaluated: the tokens in its context, kept for as long as they are of use."""

import ctypes
from collections.abc import Callable, Sequence

import llama_cpp.llama_cpp as lib
import numpy as np
from numpy.typing import NDArray

from voiced.core.errors import LlmFailed
from voiced.engines.llamacpp import Model

BATCH = 512
"""Tokens that are evaluated in one call."""
STEP = 128
"""Tokens that are evaluated at once: what was done before a step that was aborted is kept."""
FIRST = lib.llama_seq_id(0)
ABORTED = 2
"""What `llama_decode` returns then."""


class Evaluated:
    """One sequence of tokens in the context of a model.

    Args:
        model: it is the caller's, and must live longer.
        size: tokens that the context holds.
        threads: for one token and for many.

    Attributes:
        size: as given.
        tokens: what the context holds.

    Raises:
        LlmFailed: there is not enough memory.
    """

    def __init__(self, model: Model, size: int, threads: int) -> None:
        params = lib.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = size, min(size, BATCH), min(size, STEP)
        params.n_threads = params.n_threads_batch = threads
        params.no_perf = True
        context = lib.llama_init_from_model(model.pointer, params)
        memory = lib.llama_get_memory(context) if context else None
        if not context or not memory:
            raise LlmFailed(
                f"llama.cpp does not make a context of {size} tokens", hint="Set engines.llama.context lower."
            )
        self.size, self.tokens = size, list[int]()
        self._context, self._memory, self._vocabulary_size = context, memory, model.tokens
        self._stop: Callable[[], bool] = bool
        self._callback = lib.ggml_abort_callback(self._asked)
        lib.llama_set_abort_callback(context, self._callback, ctypes.c_void_p(None))

    @property
    def pointer(self) -> object:
        """For llama.cpp."""
        return self._context

    def shared(self, tokens: Sequence[int]) -> int:
        """How many of the first tokens are evaluated already."""
        count = 0
        for ours, theirs in zip(self.tokens, tokens, strict=False):
            if ours != theirs:
                break
            count += 1
        return count

    def cut(self, count: int) -> None:
        """Forgets all tokens but the first ones."""
        if count >= len(self.tokens):
            return
        if not lib.llama_memory_seq_rm(self._memory, 0, count, -1):
            count = 0  # Recurrent models cannot forget a part.
            lib.llama_memory_clear(self._memory, True)
        del self.tokens[count:]

    def add(self, tokens: Sequence[int], stop: Callable[[], bool]) -> bool:
        """Evaluates tokens after those that are there.

        Args:
            tokens: they have to fit into the context.
            stop: asked many times on the way; true ends the work within some milliseconds.

        Returns:
            Whether all is done; else some of it may be.

        Raises:
            LlmFailed: llama.cpp refuses.
        """
        self._stop = stop
        batches = (list(tokens[at : at + BATCH]) for at in range(0, len(tokens), BATCH))
        return all(not stop() and self._decode(batch) for batch in batches)

    def _asked(self, _data: int | None) -> bool:
        return self._stop()

    def _decode(self, tokens: list[int]) -> bool:
        array = (lib.llama_token * len(tokens))(*tokens)
        status = lib.llama_decode(self._context, lib.llama_batch_get_one(array, len(tokens)))
        if status == 0:
            self.tokens += tokens
            return True
        done = lib.llama_memory_seq_pos_max(self._memory, 0) + 1 if status == ABORTED else 0
        self.tokens = (self.tokens + tokens)[:done]
        if not lib.llama_memory_seq_rm(self._memory, 0, done, -1) or status != ABORTED:
            self.clear()
        if status != ABORTED:
            raise LlmFailed(f"llama.cpp does not evaluate the prompt (status {status})")
        return False

    def clear(self) -> None:
        """Forgets everything."""
        lib.llama_memory_clear(self._memory, True)
        self.tokens = []

    def logits(self) -> NDArray[np.float32]:
        """The score of each token of the vocabulary to come next, (vocabulary,); good until the next `add`."""
        pointer = lib.llama_get_logits_ith(self._context, -1)
        return np.ctypeslib.as_array(pointer, shape=(self._vocabulary_size,))

    def save(self) -> bytes:
        """The evaluated tokens' state, for `restore` with the same model, library and size."""
        size = lib.llama_state_seq_get_size(self._context, FIRST)
        buffer = (ctypes.c_uint8 * size)()
        written = lib.llama_state_seq_get_data(self._context, buffer, size, FIRST)
        return bytes(buffer)[:written]

    def restore(self, state: bytes, tokens: Sequence[int]) -> bool:
        """Takes over a state of `save` instead of what is there.

        Args:
            state: unchanged since then.
            tokens: those that were evaluated.

        Returns:
            Whether it fits; else nothing is evaluated now.
        """
        self.clear()
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        if not lib.llama_state_seq_set_data(self._context, buffer, len(state), FIRST) or (
            lib.llama_memory_seq_pos_max(self._memory, 0) + 1 != len(tokens)
        ):
            self.clear()
            return False
        self.tokens = list(tokens)
        return True

    def close(self) -> None:
        """Frees the context."""
        lib.llama_free(self._context)

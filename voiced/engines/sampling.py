"""Which token comes next: by chance among the likely ones, or the likeliest that a grammar allows."""

import ctypes

import llama_cpp.llama_cpp as lib
import numpy as np

from voiced.core.errors import LlmFailed
from voiced.engines.evaluated import Evaluated
from voiced.engines.llamacpp import Model

TOP_K, TOP_P, MIN_P = 40, 0.95, 0.05
"""What counts as likely: llama.cpp's own defaults."""
FEW = 64
"""The grammar looks at so many of the likeliest tokens first: all of a large vocabulary take it many milliseconds."""
CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
"""The layout of `llama_token_data`."""


class Sampler:
    """Chooses tokens by chance.

    Args:
        temperature: 0 for always the likeliest one.
        seed: of the chance.
    """

    def __init__(self, temperature: float, seed: int) -> None:
        self._chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        parts = [lib.llama_sampler_init_greedy()]
        if temperature:
            parts = [
                lib.llama_sampler_init_top_k(TOP_K),
                lib.llama_sampler_init_top_p(TOP_P, 1),
                lib.llama_sampler_init_min_p(MIN_P, 1),
                lib.llama_sampler_init_temp(temperature),
                lib.llama_sampler_init_dist(seed),
            ]
        for part in parts:
            lib.llama_sampler_chain_add(self._chain, part)

    def next(self, evaluated: Evaluated) -> int:
        """The token after those that are evaluated."""
        return lib.llama_sampler_sample(self._chain, evaluated.pointer, -1)  # pyright: ignore[reportArgumentType]

    def close(self) -> None:
        """Frees it."""
        lib.llama_sampler_free(self._chain)


class Constraint:
    """Chooses the likeliest token that a grammar allows; what is asked of a tool is no place for chance.

    Args:
        model: whose tokens.
        grammar: in GBNF.

    Raises:
        LlmFailed: llama.cpp does not take the grammar.
    """

    def __init__(self, model: Model, grammar: str) -> None:
        self._grammar = lib.llama_sampler_init_grammar(model.vocabulary, grammar.encode(), b"root")  # pyright: ignore[reportArgumentType]
        if not self._grammar:
            raise LlmFailed("llama.cpp does not take the grammar of the tools")

    def next(self, evaluated: Evaluated) -> int:
        """The token after those that are evaluated; from now on it belongs to the text.

        Raises:
            LlmFailed: the grammar allows none.
        """
        logits = evaluated.logits()
        likely = np.argpartition(logits, -FEW)[-FEW:] if len(logits) > FEW else np.arange(len(logits))
        token = self._best(likely, logits[likely])
        if token is None:
            token = self._best(np.arange(len(logits)), logits)
        if token is None:
            raise LlmFailed("the grammar of the tools allows no further token")
        lib.llama_sampler_accept(self._grammar, token)
        return token

    def _best(self, tokens: np.ndarray, logits: np.ndarray) -> int | None:
        candidates = np.zeros(len(tokens), CANDIDATE)
        candidates["id"], candidates["logit"] = tokens, logits
        data = candidates.ctypes.data_as(lib.llama_token_data_p)
        array = lib.llama_token_data_array(data, len(candidates), -1, False)
        lib.llama_sampler_apply(self._grammar, ctypes.byref(array))  # pyright: ignore[reportArgumentType]
        best = int(np.argmax(candidates["logit"]))
        return int(candidates["id"][best]) if candidates["logit"][best] > -np.inf else None

    def close(self) -> None:
        """Frees it."""
        lib.llama_sampler_free(self._grammar)

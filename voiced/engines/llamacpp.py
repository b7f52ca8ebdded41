"""A GGUF model in llama.cpp, with its vocabulary: what chat and embeddings share.

Only the C interface is used (`llama_cpp.llama_cpp`, which follows llama.h): the library's own class for Python holds
what is needed here as private.
"""

import ctypes
import logging
import os
from pathlib import Path

import llama_cpp.llama_cpp as lib

from voiced.core.errors import LlmFailed, ModelBroken, ModelMissing
from voiced.engines.gguf import check

PIECE = 256
"""Bytes of a token's text at first; a longer one is asked for again."""


class Model:
    """A loaded model.

    Args:
        path: the GGUF file.
        gpu_layers: layers that go to the graphics card; -1: all.

    Attributes:
        pointer: for llama.cpp.
        context: tokens it was trained to see at once.
        width: numbers in an embedding.
        tokens: in its vocabulary.

    Raises:
        ModelMissing: there is no such file.
        ModelBroken: llama.cpp does not take it.
    """

    def __init__(self, path: Path, gpu_layers: int = 0) -> None:
        if not path.is_file():
            raise ModelMissing(f"there is no model at {path}")
        check(path)
        log = logging.getLogger("llama-cpp-python")
        log.setLevel(logging.ERROR)  # It would tell all about the file.
        os.environ["GGML_NO_BACKTRACE"] = "1"  # A crash would wait for a debugger.
        lib.llama_backend_init()
        params = lib.llama_model_default_params()
        params.n_gpu_layers = gpu_layers
        pointer = lib.llama_model_load_from_file(os.fsencode(path), params)
        vocabulary = lib.llama_model_get_vocab(pointer) if pointer else None
        if not pointer or not vocabulary:
            raise ModelBroken(f"llama.cpp cannot load {path}")
        log.setLevel(logging.CRITICAL)  # Later errors have a status; each abort would be told as one.
        self.pointer, self._vocabulary = pointer, vocabulary
        self.context = int(lib.llama_model_n_ctx_train(pointer))
        self.width = int(lib.llama_model_n_embd(pointer))
        self.tokens = int(lib.llama_vocab_n_tokens(vocabulary))

    @property
    def vocabulary(self) -> object:
        """For llama.cpp."""
        return self._vocabulary

    def metadata(self, key: str) -> str:
        """A text of the file's metadata; empty if there is none of that key."""
        length = lib.llama_model_meta_val_str(self.pointer, key.encode(), None, 0)  # pyright: ignore[reportArgumentType]
        if length <= 0:
            return ""
        buffer = ctypes.create_string_buffer(length + 1)
        lib.llama_model_meta_val_str(self.pointer, key.encode(), buffer, length + 1)  # pyright: ignore[reportArgumentType]
        return buffer.value.decode(errors="replace")

    def tokenize(self, text: str, *, framed: bool, special: bool) -> list[int]:
        """Turns text into tokens.

        Args:
            text: any.
            framed: with the tokens that the model wants around a text.
            special: names of control tokens in the text become those tokens.
        """
        data = text.encode(errors="replace")
        room = len(data) + 8
        while True:
            tokens = (lib.llama_token * room)()
            count = lib.llama_tokenize(self._vocabulary, data, len(data), tokens, room, framed, special)
            if count >= 0:
                return tokens[:count]
            if -count <= room:
                raise LlmFailed("a text cannot be turned into tokens")
            room = -count

    def piece(self, token: int, *, special: bool = False) -> bytes:
        """The text of a token, maybe a part of a character; nothing for a control token unless `special`."""
        room = PIECE
        while True:
            buffer = ctypes.create_string_buffer(room)
            length = lib.llama_token_to_piece(self._vocabulary, token, buffer, room, 0, special)  # pyright: ignore[reportArgumentType]
            if length >= 0:
                return buffer.raw[:length]
            room = -length

    def start(self) -> str:
        """The text of the token that begins everything; empty if there is none."""
        return self._text(int(lib.llama_vocab_bos(self._vocabulary)))  # pyright: ignore[reportArgumentType]

    def end(self) -> str:
        """The text of the token that ends everything; empty if there is none."""
        return self._text(int(lib.llama_vocab_eos(self._vocabulary)))  # pyright: ignore[reportArgumentType]

    def is_end(self, token: int) -> bool:
        """Tells whether a token ends an answer."""
        return bool(lib.llama_vocab_is_eog(self._vocabulary, token))

    def plain(self, text: str) -> str:
        """The text without the names of control tokens: what somebody says must not look like the prompt's frame."""
        while True:
            tokens = self.tokenize(text, framed=False, special=True)
            controls = [token for token in tokens if lib.llama_vocab_is_control(self._vocabulary, token)]
            names = {name for token in controls if (name := self._text(token)) and name in text}
            if not names:
                return text
            for name in names:
                text = text.replace(name, " ")

    def close(self) -> None:
        """Frees it; contexts of it must be gone before."""
        lib.llama_model_free(self.pointer)

    def _text(self, token: int) -> str:
        return self.piece(token, special=True).decode(errors="replace") if token >= 0 else ""

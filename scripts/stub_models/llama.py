"""Writes GGUF files without real weights: they load and run in llama.cpp as real ones do, and say nothing of sense.

tiny           2.6 MB, every byte a token, random words
scripted       says one text, whatever it is asked, or says it for ever
half-billion   the shape of Qwen2.5-0.5B in Q4_0 (about 290 MB): its speed is that of the real one
"""

import argparse
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import gguf
import numpy as np

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
UNKNOWN, START, END, FIRST_BYTE = 0, 1, 2, 3
CONTEXT = 2048
NORMAL, CONTROL, BYTE = gguf.TokenType.NORMAL, gguf.TokenType.CONTROL, gguf.TokenType.BYTE
HALF_BILLION = {"layers": 24, "width": 896, "hidden": 4864, "heads": 14, "kv_heads": 2, "vocabulary": 151_936}
Q4 = gguf.GGMLQuantizationType.Q4_0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Says what can be written."""
    parser.add_argument("shape", choices=["tiny", "scripted", "half-billion"])
    parser.add_argument("output", type=Path)
    parser.add_argument("--says", default="Hello there.", help="what the scripted one says")
    parser.add_argument("--endless", action="store_true", help="it says so again and again")


def write(arguments: argparse.Namespace) -> None:
    """Writes one."""
    match arguments.shape:
        case "tiny":
            write_tiny(arguments.output)
        case "scripted":
            write_scripted(arguments.output, arguments.says, endless=arguments.endless)
        case _:
            write_half_billion(arguments.output)


def write_tiny(path: Path, layers: int = 4, width: int = 128) -> None:
    """A small Llama with random weights.

    Args:
        path: the file.
        layers: of it.
        width: numbers in a token's embedding.
    """
    random = np.random.default_rng(0)
    writer, tokens = _small(path, layers, width, ())
    writer.add_tensor("token_embd.weight", _noise(random, tokens, width))
    writer.add_tensor("output.weight", _noise(random, tokens, width))
    _layers(writer, random, layers, width)
    _finish(writer)


def write_scripted(path: Path, says: str, *, endless: bool = False, width: int = 256) -> None:
    """A model without layers' work, in which each token leads to one other: from the end of the prompt to the text.

    Args:
        path: the file.
        says: its answer. What is not ASCII comes byte by byte, each byte once at most.
        endless: the answer's end leads to its beginning.
        width: numbers in a token's embedding: more pieces of text need more.
    """
    pieces = _pieces(says)
    words = [piece for piece in pieces if piece.isascii()]
    random = np.random.default_rng(0)
    writer, tokens = _small(path, 1, width, words)
    here = random.standard_normal((tokens, width)).astype(np.float32)
    chain = [FIRST_BYTE + ord("\n")]
    for piece in pieces:
        known = piece in words
        chain += [tokens - len(words) + words.index(piece)] if known else [FIRST_BYTE + byte for byte in piece.encode()]
    leads = {*pairwise(chain), (chain[-1], chain[1] if endless else END)}
    output = np.zeros((tokens, width), np.float32)
    for token, following in leads:
        output[following] += here[token]
    writer.add_tensor("token_embd.weight", here)
    writer.add_tensor("output.weight", output)
    _layers(writer, None, 1, width)
    _finish(writer)


def write_half_billion(path: Path, texts: Sequence[str] = ()) -> None:
    """Qwen2.5-0.5B in all but its weights and words.

    Args:
        path: the file.
        texts: their words are a token each, as common words are to the real one; of all else, each byte is one.
    """
    shape, random = HALF_BILLION, np.random.default_rng(0)
    width, hidden, head = shape["width"], shape["hidden"], 64
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_name("half-billion-random")
    writer.add_block_count(shape["layers"])
    writer.add_context_length(32_768)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(hidden)
    writer.add_head_count(shape["heads"])
    writer.add_head_count_kv(shape["kv_heads"])
    writer.add_rope_freq_base(1e6)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_0)
    _large_vocabulary(writer, shape["vocabulary"], texts)
    writer.add_tensor("token_embd.weight", _q4(random, shape["vocabulary"], width), raw_dtype=Q4)
    writer.add_tensor("output_norm.weight", np.ones(width, np.float32))
    rows = {"attn_q": shape["heads"] * head, "attn_k": shape["kv_heads"] * head, "attn_v": shape["kv_heads"] * head}
    for layer in range(shape["layers"]):
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{norm}.weight", np.ones(width, np.float32))
        for name, count in rows.items():
            writer.add_tensor(f"blk.{layer}.{name}.weight", _q4(random, count, width), raw_dtype=Q4)
            writer.add_tensor(f"blk.{layer}.{name}.bias", np.zeros(count, np.float32))
        for name, count, columns in (
            ("attn_output", width, shape["heads"] * head),
            ("ffn_gate", hidden, width),
            ("ffn_up", hidden, width),
            ("ffn_down", width, hidden),
        ):
            writer.add_tensor(f"blk.{layer}.{name}.weight", _q4(random, count, columns), raw_dtype=Q4)
    _finish(writer)


def _small(path: Path, layers: int, width: int, pieces: Sequence[str]) -> tuple[gguf.GGUFWriter, int]:
    """The head of a small Llama, and how many tokens it has; the pieces are the last ones."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("stub")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(2 * width)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(width // 4)
    vocabulary = [("<unk>", gguf.TokenType.UNKNOWN), ("<s>", CONTROL), ("</s>", CONTROL)]
    vocabulary += [(f"<0x{byte:02X}>", BYTE) for byte in range(256)]
    vocabulary += [("<|im_start|>", CONTROL), ("<|im_end|>", CONTROL)]
    vocabulary += [(piece.replace(" ", "\u2581"), NORMAL) for piece in pieces]
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([text.encode() for text, _ in vocabulary])
    writer.add_token_scores([0.0] * len(vocabulary))
    writer.add_token_types([kind for _, kind in vocabulary])
    writer.add_bos_token_id(START)
    writer.add_eos_token_id(END)
    writer.add_unk_token_id(UNKNOWN)
    writer.add_add_space_prefix(value=False)
    writer.add_chat_template(TEMPLATE)
    return writer, len(vocabulary)


def _layers(writer: gguf.GGUFWriter, random: np.random.Generator | None, layers: int, width: int) -> None:
    """The layers' weights: noise, or zeros, which leave a token as it is."""
    shapes = {
        "attn_q": (width, width),
        "attn_k": (width // 2, width),
        "attn_v": (width // 2, width),
        "attn_output": (width, width),
        "ffn_gate": (2 * width, width),
        "ffn_up": (2 * width, width),
        "ffn_down": (width, 2 * width),
    }
    writer.add_tensor("output_norm.weight", np.ones(width, np.float32))
    for layer in range(layers):
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{norm}.weight", np.ones(width, np.float32))
        for name, shape in shapes.items():
            weights = np.zeros(shape, np.float32) if random is None else _noise(random, *shape)
            writer.add_tensor(f"blk.{layer}.{name}.weight", weights)


def _pieces(text: str) -> list[str]:
    """Words with the space before them, longer where one has been there: each token is in a vocabulary once."""
    pieces: list[str] = []
    piece = ""
    for word in re.findall(r"[^\x00-\x7f]| ?[\x00-\x1f!-\x7f]*", text):
        if piece and not word.isascii():
            pieces.append(piece)
            piece = ""
        piece += word
        if (len(piece) > 1 or not piece.isascii()) and piece not in pieces:
            pieces.append(piece)
            piece = ""
    return [*pieces, piece] if piece else pieces


def _large_vocabulary(writer: gguf.GGUFWriter, size: int, texts: Sequence[str]) -> None:
    """A vocabulary of GPT-2's kind: bytes, words, more words that no prompt has, and ChatML's control tokens."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = [chr(byte) for byte in printable] + [chr(256 + number) for number in range(len(others))]
    control = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    # A word is merged letter by letter from its beginning, so each of its beginnings is a token as well.
    known = {word.replace(" ", "\u0120") for text in ("i t", *texts) for word in re.findall(r" ?[A-Za-z]+", text)}
    merges = dict.fromkeys((word[:end], word[end]) for word in sorted(known) for end in range(1, len(word)))
    words = ["".join(merge) for merge in merges]
    words += [f"\u0120w{number}" for number in range(size - len(letters) - len(control) - len(words))]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(letters + words + control)
    writer.add_token_types([NORMAL] * (size - len(control)) + [CONTROL] * len(control))
    writer.add_token_merges([" ".join(merge) for merge in merges])
    writer.add_eos_token_id(size - 1)
    writer.add_add_bos_token(value=False)
    writer.add_chat_template(TEMPLATE)


def _noise(random: np.random.Generator, *shape: int) -> np.ndarray:
    return (random.standard_normal(shape) * 0.05).astype(np.float32)


def _q4(random: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Random weights in Q4_0, as bytes: each 32 share a scale (float16) and have half a byte each."""
    blocks = columns // 32
    scale = np.full((rows, blocks, 1), np.float16(0.004)).view(np.uint8).reshape(rows, blocks, 2)
    nibbles = random.integers(0, 256, (rows, blocks, 16), np.uint8)
    return np.concatenate([scale, nibbles], 2).reshape(rows, blocks * 18)


def _finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

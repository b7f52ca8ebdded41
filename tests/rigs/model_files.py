"""Model files that are sound and mean nothing, and a catalogue of them."""

import random
import struct
from pathlib import Path


def gguf(seed: int, size: int = 4096) -> bytes:
    """A GGUF file with one tensor of noise.

    Args:
        seed: another one gives other noise.
        size: bytes of the tensor, a multiple of 4.
    """
    text = lambda words: struct.pack("<Q", len(words)) + words  # noqa: E731 (short, and used here only)
    head = struct.pack("<4sIQQ", b"GGUF", 3, 1, 1)
    head += text(b"general.architecture") + struct.pack("<I", 8) + text(b"llama")
    head += text(b"token_embd.weight") + struct.pack("<IQIQ", 1, size // 4, 0, 0)
    return head + bytes(-len(head) % 32) + random.Random(seed).randbytes(size)


def entry(name: str, engine: str = "llama", *, file: str = "noise.gguf", **more: object) -> str:
    """A model's table for a catalogue; `more` are fields of the model, or size and sha256 of the file."""
    of_file = {key: more.pop(key) for key in ("size", "sha256") if key in more}
    fields = {
        "name": name,
        "engine": engine,
        "source": "someone/noise",
        "licence": "CC0-1.0",
        "licence_url": "https://example.org/licence",
        "languages": ["en"],
        "ram_mb": 10,
        "suits": ["pi4"],
        **more,
    }
    lines = [f"{key} = {value!r}" for key, value in fields.items()]
    of_file = [f"{key} = {value!r}" for key, value in {"path": file, **of_file}.items()]
    return "\n".join(["[[models]]", *lines, "[[models.files]]", *of_file, ""])


def catalogue(beside: Path, *entries: str) -> None:
    """Puts models into the user's own part of the catalogue.

    Args:
        beside: the configuration file.
        entries: the models' tables.
    """
    folder = beside.parent / "models.d"
    folder.mkdir(exist_ok=True)
    (folder / "noise.toml").write_text("\n".join(entries))

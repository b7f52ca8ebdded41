"""Files of sound and of models."""

import io
import struct
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import soundfile

from scripts.stub_models.llama import write_scripted
from scripts.stub_models.piper import write_voice
from tests.faults.outcome import replaced
from tests.fuzz.parser import Parser, of_file
from voiced.core.errors import InputInvalid
from voiced.engines import files, ggml, gguf, modelfile, onnxfile, pipersettings
from voiced.engines.decoding import needs_no_decoder

SMALL = {"VOCABULARIES": {8}, "SMALLEST_VOCABULARY": 3, "WINDOWS": 4, "POSITIONS": 4, "TEXT_POSITIONS": 4}
"""Bounds of Whisper's models with which the good one is small, so that many can be read."""


def wav(_: Path) -> Parser:
    """WAV files, which are read where they arrive."""

    def read(data: bytes) -> None:
        if not needs_no_decoder(data):
            raise InputInvalid("this would be decoded in another process")
        _decoded(data)

    return Parser(
        _recordings(("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAVEX", "PCM_24"), ("WAV", "IMA_ADPCM"), ("WAV", "ULAW")),
        read,
    )


def sound(_: Path) -> Parser:
    """Files of all other kinds. Each has a process of its own: what libsndfile leaks there is nobody's."""
    kinds = ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III"), ("AU", "PCM_16")
    return Parser(_recordings(*kinds, ("AIFF", "PCM_16")), _decoded, ends=True)


def _recordings(*kinds: tuple[str, str]) -> list[bytes]:
    tone = (np.sin(np.arange(800) / 5) * 8_000).astype(np.int16)
    made: list[bytes] = []
    for kind, subtype in kinds:
        for rate, channels in ((16_000, 1), (48_000, 2)):
            file = io.BytesIO()
            soundfile.write(file, np.stack([tone] * channels, axis=1), rate, subtype, format=kind)
            made.append(file.getvalue())
    return made


def _decoded(data: bytes) -> bytes:
    return files.decoded(io.BytesIO(data), "a recording")


def gguf_header(folder: Path) -> Parser:
    """The headers of language models and embedders."""
    path = folder / "model.gguf"
    write_scripted(path, "Hello.", width=32)
    whole = path.read_bytes()
    texts = b"".join(struct.pack("<Q", len(each)) + each for each in (b"a", b"bc"))
    name = struct.pack("<Q", 20) + b"general.architecture" + struct.pack("<IQ", 8, 5) + b"llama"
    words = struct.pack("<Q", 21) + b"tokenizer.ggml.tokens" + struct.pack("<IIQ", 9, 8, 2) + texts
    tensor = struct.pack("<Q", 1) + b"t" + struct.pack("<IQIQ", 1, 32, 0, 0)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 2) + name + words + tensor
    small = head + bytes(-len(head) % 32 + 128)
    return of_file(path, [small, small, small, whole], gguf.check)


def ggml_header(folder: Path) -> Parser:
    """Whisper's models."""

    def check(path: Path) -> None:
        with ExitStack() as stack:
            for name, value in SMALL.items():
                stack.enter_context(replaced(ggml, name, value))
            ggml.check(path)

    header = ggml.Header(8, 4, 16, 1, 1, 4, 16, 1, 1, 80, 1)
    data = struct.pack("<12i", ggml.MAGIC, *header) + struct.pack("<2i", 80, 4) + bytes(4 * 80 * 4)
    data += struct.pack("<i", 3) + b"".join(struct.pack("<i", len(word)) + word for word in (b" ", b"the", b"a"))
    for name, tensor in ggml._tensors(header).items():  # pyright: ignore[reportPrivateUsage]
        sizes, text = tensor.sizes, name.encode()
        data += struct.pack(f"<{3 + len(sizes)}i", len(sizes), len(text), tensor.type, *sizes) + text
        values, size = gguf.BLOCKS[tensor.type]
        data += bytes(int(np.prod(sizes)) // values * size)
    parser = of_file(folder / "model.bin", [data], check)
    parser.read(data)
    return parser


def onnx_file(folder: Path) -> Parser:
    """ONNX models."""
    path = folder / "hum.onnx"
    write_voice(path, "hum")
    return of_file(path, [path.read_bytes()], onnxfile.check)


def voice_settings(folder: Path) -> Parser:
    """The settings of Piper's voices."""
    path = folder / "hum.onnx"
    write_voice(path, "hum")
    beside = path.with_name("hum.onnx.json")
    return of_file(beside, [beside.read_bytes()], lambda _: pipersettings.read(path))


def wake_model(folder: Path) -> Parser:
    """TensorFlow Lite models, up to the process that runs them once."""

    def check(path: Path) -> None:
        with replaced(modelfile, "_probe", lambda *_: None):
            modelfile.checked(path)

    return of_file(folder / "word.tflite", [b"\x1c\0\0\0TFL3" + bytes(2_000)], check)

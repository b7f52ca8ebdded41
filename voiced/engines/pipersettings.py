"""The settings beside a Piper voice (NAME.onnx.json): read, and looked at before the library uses them.

Source: the files of https://huggingface.co/rhasspy/piper-voices
"""

from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from voiced.core.errors import ModelBroken

MARKS = ("_", "^", "$")
"""The symbols of a pad, and of the beginning and the end of a sentence."""
KINDS = ("espeak", "text")
"""What may turn text into symbols; the other kinds fetch models of their own from the network."""

_Count = Annotated[int, Meta(ge=1, le=100_000)]
_Factor = Annotated[float, Meta(ge=0, le=100)]


class _Audio(Struct):
    sample_rate: Annotated[int, Meta(ge=8_000, le=48_000)]


class _Espeak(Struct):
    voice: Annotated[str, Meta(min_length=1, max_length=100)]


class _Inference(Struct):
    noise_scale: _Factor = 0.667
    length_scale: Annotated[float, Meta(gt=0, le=100)] = 1.0
    noise_w: _Factor = 0.8


class _Settings(Struct):
    audio: _Audio
    espeak: _Espeak
    num_symbols: _Count
    num_speakers: _Count
    phoneme_id_map: dict[str, list[Annotated[int, Meta(ge=0)]]]
    inference: _Inference = msgspec.field(default_factory=_Inference)
    phoneme_type: str = "espeak"


def read(model: Path) -> dict[str, Any]:
    """Reads the settings of a voice.

    Args:
        model: the .onnx file; they lie beside it.

    Raises:
        ModelBroken: they are not there, or make no sense.
    """
    path = model.with_name(f"{model.name}.json")
    try:
        text = path.read_bytes()
        settings = msgspec.json.decode(text, type=_Settings)
        raw = msgspec.json.decode(text)
    except OSError as error:
        hint = (
            f"A voice is two files: put {path.name} beside {model.name}, or bring both again with `voiced models pull`."
        )
        raise ModelBroken(f"the settings of the voice, {path}, cannot be read: {error}", hint=hint) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ModelBroken(f"{path} is damaged, or no Piper voice's settings: {error}") from error
    if wrong := _wrong(settings):
        raise ModelBroken(f"{path} is damaged, or no Piper voice's settings: {wrong}")
    return raw


def _wrong(settings: _Settings) -> str:
    if missing := [mark for mark in MARKS if not settings.phoneme_id_map.get(mark)]:
        return f"it has no symbol for {missing[0]!r}"
    if max(map(max, filter(None, settings.phoneme_id_map.values()))) >= settings.num_symbols:
        return "it uses more symbols than there are"
    if settings.phoneme_type not in KINDS:
        return f"voices of the kind {settings.phoneme_type!r} are not supported"
    return ""

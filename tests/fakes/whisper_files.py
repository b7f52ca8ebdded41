"""Whisper files that follow a script in the real library."""

from pathlib import Path

import pytest

from scripts.stub_models.whisper import write_model


def scripted_file(recordings: Path, folder: Path, text: str, *, hears: str | None = None) -> Path:
    """Writes a small model that hears one text in everything; skips where the library is not installed."""
    pytest.importorskip("_pywhispercpp", reason="the extra `whisper` is not installed")
    path = folder / f"{hears or 'en'}.bin"
    write_model(recordings / "models" / "whisper" / "for-tests-ggml-tiny.en.bin", text, path, hears=hears)
    return path

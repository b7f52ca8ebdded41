"""What all tests share: where the recordings are."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no fault; how fast things are is what `bench/` tells.
settings.register_profile("here", max_examples=50, deadline=None)
settings.load_profile("here")

ROOT = Path(__file__).parents[1]


def pytest_collection_finish() -> None:
    """What was imported stays: looking through it for garbage took half a second of each test that looks for leaks."""
    gc.collect()
    gc.freeze()


def recordings_folder() -> Path:
    """The folder of test recordings and weights: $VOICED_TEST_DATA, or `shared` beside the project."""
    return Path(os.environ.get("VOICED_TEST_DATA", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of test recordings; skips loudly where it is missing, and fails in CI."""
    folder = recordings_folder()
    if not (folder / "audio").is_dir():
        message = f"no test recordings at {folder}: set VOICED_TEST_DATA to their folder"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder

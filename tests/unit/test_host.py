"""How an engine is found by its name."""

import pytest

from tests.fakes.hosted import BabblingLlm
from voiced.core.errors import ConfigInvalid, EngineMissing
from voiced.engines.espeak import Espeak
from voiced.engines.host import find


def test_an_engine_is_found_by_its_name_or_by_its_class() -> None:
    assert find("tts", "espeak") is Espeak
    assert find("llm", "tests.fakes.hosted:BabblingLlm") is BabblingLlm


@pytest.mark.parametrize("name", ["nothing", "", "tests.fakes.hosted:"])
def test_a_name_of_none_is_told_with_those_that_there_are(name: str) -> None:
    with pytest.raises(ConfigInvalid) as failed:
        find("tts", name)
    assert repr(name) in failed.value.message
    assert "espeak, piper" in failed.value.hint


@pytest.mark.parametrize("name", ["no_such_module:Engine", "tests.fakes.hosted:Nothing", ":Engine", "no name:Engine"])
def test_one_that_cannot_be_imported_is_not_installed(name: str) -> None:
    with pytest.raises(EngineMissing, match=name):
        find("tts", name)

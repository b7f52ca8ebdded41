"""Damaged model files: whatever is in them, the child that loads one answers or says why it cannot."""

import asyncio
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from scripts.stub_models.llama import write_tiny
from tests.rigs.language_model import answer, child, question
from voiced.core.errors import DeadlinePassed, EngineDied, LlmFailed, ModelBroken
from voiced.engines.gguf import check
from voiced.engines.hosted_llm import HostedLlm

if not find_spec("llama_cpp"):
    pytest.skip("the extra llama is not installed", allow_module_level=True)

HEAD = 9_000
"""Bytes of the header, or a little more."""
NUMBERS = (0, 1, 2**31, 2**32, 2**60, 2**64 - 1)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("models") / "whole.gguf"
    write_tiny(path, layers=1, width=32)
    return path.read_bytes()


def damaged(whole: bytes, seed: int) -> bytes:
    """Some bits, bytes and numbers changed, or the end cut off."""
    random = np.random.default_rng(seed)
    data = bytearray(whole)
    for _ in range(random.integers(1, 5)):
        at = int(random.integers(0, HEAD if seed % 3 else len(data) - 8))
        match random.integers(0, 4):
            case 0:
                data[at] ^= 1 << int(random.integers(0, 8))
            case 1:
                data[at] = int(random.integers(0, 256))
            case 2:
                data[at : at + 8] = NUMBERS[random.integers(0, len(NUMBERS))].to_bytes(8, "little")
            case _:
                if seed % 2:
                    del data[max(at, HEAD) :]
    return bytes(data)


async def loads(path: Path) -> bool:
    """Whether a child takes the file and answers with it; it must not die of it."""
    process = child(path, context=512)
    try:
        await process.start()
        await answer(HostedLlm(process, 60), question("Hello.", max_tokens=4))
    except (ModelBroken, LlmFailed):
        return False
    except (EngineDied, DeadlinePassed) as error:
        pytest.fail(f"{path.name}: {error.message}")
    finally:
        await process.close()
    return True


@pytest.mark.parametrize("part", range(5))
def test_a_damaged_file_is_refused_or_harmless(tmp_path: Path, whole: bytes, part: int) -> None:
    passed = []
    for seed in range(40 * part, 40 * part + 40):
        path = tmp_path / f"{seed}.gguf"
        path.write_bytes(damaged(whole, seed))
        try:
            check(path)
        except ModelBroken:
            path.unlink()
        else:
            passed.append(path)
    assert len(passed) < 30

    async def main() -> None:
        for path in passed:
            await loads(path)

    asyncio.run(main())

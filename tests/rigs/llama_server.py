"""llama-cpp-python's own OpenAI-compatible server, which others wrote, with a small model."""

import importlib.util
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

NEEDED = ("llama_cpp", "fastapi", "uvicorn", "sse_starlette", "starlette_context", "pydantic_settings")
START_S = 60


@contextmanager
def llama_server(model: Path, folder: Path, *options: str) -> Generator[str]:
    """Serves a model until the block ends; skips loudly where something is not installed.

    Args:
        model: a GGUF file.
        folder: for its log.
        options: of its command line.

    Yields:
        The address, with the path.
    """
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        pytest.skip(f"llama_cpp.server cannot run, it lacks {', '.join(missing)}")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [sys.executable, "-W", "ignore", "-m", "llama_cpp.server", "--host", "127.0.0.1", "--port", port]
    with (folder / "llama_server.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--model", model, "--n_threads", "1", *options], stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait(server, port, folder / "llama_server.log")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait()


def _wait(server: subprocess.Popen[bytes], port: str, log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and server.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/v1/models", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"llama_cpp.server did not start: {log.read_text()[-1000:]}")

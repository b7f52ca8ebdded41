"""Whether engines on other machines are reached: those that the configuration uses, each asked once, side by side."""

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from msgspec import Struct

from voiced.core.config import Config, RemoteConfig, chain

PATIENCE_S = 3.0
STAGES = ("stt", "tts", "llm", "embed")
DENIED = (401, 403)
FAULT = 500


class Reached(Struct, frozen=True):
    """How one was reached.

    Attributes:
        name: of its table, or of the stage that names its address.
        address: where it is.
        problem: why it was not; empty if it was.
    """

    name: str
    address: str
    problem: str


def remotes(config: Config) -> dict[str, RemoteConfig]:
    """The remote engines that are in use, by the name of their table, or of the stage that names their address."""
    found: dict[str, RemoteConfig] = {}
    for stage in STAGES:
        for engine in chain(getattr(config.engines, stage).engine):
            if "://" in engine:
                found[stage] = RemoteConfig(url=engine)
            elif engine in config.engines.remote:
                found[engine] = config.engines.remote[engine]
    return found


def reach(config: Config) -> Iterator[Reached]:
    """Tries all remote engines that are in use. Takes no longer than the slowest answer may."""
    wanted = remotes(config)
    if wanted:
        with ThreadPoolExecutor(len(wanted)) as pool:
            for (name, each), problem in zip(wanted.items(), pool.map(_problem, wanted.values()), strict=True):
                yield Reached(name, each.url, problem)


def _problem(remote: RemoteConfig) -> str:
    address = urlsplit(remote.url)
    try:
        if address.scheme in ("http", "https"):
            return _asked(remote)
        if address.scheme == "unix":
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(PATIENCE_S)
                probe.connect(address.path)
            return ""
        if not address.hostname or not address.port:
            return "the address has no host, or no port"
        with socket.create_connection((address.hostname, address.port), PATIENCE_S) as probe:
            if address.scheme == "tls":
                _trusted(remote).wrap_socket(probe, server_hostname=address.hostname).close()
    except (OSError, ValueError, httpx.HTTPError, httpx.InvalidURL) as error:
        return str(error) or type(error).__name__
    return ""


def _asked(remote: RemoteConfig) -> str:
    """OpenAI's list of models is what every such server has."""
    headers: dict[str, str] = {}
    if remote.token_file:
        headers["Authorization"] = f"Bearer {Path(remote.token_file).expanduser().read_text(encoding='utf-8').strip()}"
    verify = _trusted(remote) if remote.url.startswith("https") else False
    answer = httpx.get(f"{remote.url.rstrip('/')}/models", headers=headers, timeout=PATIENCE_S, verify=verify)
    if answer.status_code in DENIED:
        return f"it answers {answer.status_code}: it wants another token (token_file)"
    return f"it answers {answer.status_code}" if answer.status_code >= FAULT else ""


def _trusted(remote: RemoteConfig) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if remote.ca_file:
        context.load_verify_locations(Path(remote.ca_file).expanduser())
    return context

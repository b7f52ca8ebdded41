"""Where things are kept: the system's folders, or the user's own."""

import os
from collections.abc import Mapping
from pathlib import Path

from voiced.core.config import Config

SYSTEM_SOCKET = Path("/run/voiced/voiced.sock")


def socket_path(config: Config, environment: Mapping[str, str] = os.environ) -> Path:
    """The daemon's socket: as configured, the system daemon's if there is one, or the user's own."""
    if config.control.socket:
        return Path(config.control.socket).expanduser()
    if runtime := environment.get("RUNTIME_DIRECTORY"):
        return Path(runtime) / "voiced.sock"
    own = Path(environment.get("XDG_RUNTIME_DIR") or f"/run/user/{os.geteuid()}") / "voiced" / "voiced.sock"
    if os.geteuid() == 0 and "XDG_RUNTIME_DIR" not in environment:
        return SYSTEM_SOCKET
    return SYSTEM_SOCKET if SYSTEM_SOCKET.exists() and not own.exists() else own


def intents_folder(config: Config) -> Path:
    """The folder of sentence templates: as configured, or what comes with voiced (beside it, or inside the package)."""
    if config.intents.folder:
        return Path(config.intents.folder).expanduser()
    package = Path(__file__).parents[1]
    beside = package.parent / "config" / "intents" / config.language
    return beside if beside.is_dir() else package / "data" / "intents" / config.language

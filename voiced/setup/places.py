"""Where things are kept: the system's folders, or the user's own."""

import os
from collections.abc import Mapping
from pathlib import Path

from voiced.core.config import Config
from voiced.setup.settings import config_file

SYSTEM_SOCKET = Path("/run/voiced/voiced.sock")
SYSTEM_STATE = Path("/var/lib/voiced")
CACHE = "cache"
RECORDINGS = "recordings"
"""Of everything that is kept, the folder of what can be made again: phrases, evaluated prompts."""


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


def state_folder(config: Config, environment: Mapping[str, str] = os.environ) -> Path:
    """Where everything is kept: as configured, what systemd gives, the system's for root, or the user's own."""
    if config.store.folder:
        return Path(config.store.folder).expanduser()
    if given := environment.get("STATE_DIRECTORY"):
        return Path(given.split(":")[0])
    if os.geteuid() == 0 and "XDG_STATE_HOME" not in environment:
        return SYSTEM_STATE
    return Path(environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "voiced"


def models_folder(config: Config, environment: Mapping[str, str] = os.environ) -> Path:
    """Where models lie: as configured, or in the folder of everything that is kept."""
    if config.models.folder:
        return Path(config.models.folder).expanduser()
    return state_folder(config, environment) / "models"


def intents_folder(config: Config) -> Path:
    """The folder of sentence templates: as configured, or what comes with voiced, a folder for each language."""
    if config.intents.folder:
        return Path(config.intents.folder).expanduser()
    package = Path(__file__).parents[1]
    beside = package.parent / "config" / "intents"
    return beside if beside.is_dir() else package / "data" / "intents"


def catalogue_file() -> Path:
    """The catalogue of models: beside the package, or inside it."""
    package = Path(__file__).parents[1]
    beside = package.parent / "models" / "catalogue.toml"
    return beside if beside.is_file() else package / "data" / "catalogue.toml"


def profiles_folder() -> Path:
    """The folder of profiles of machines: beside the package, or inside it."""
    package = Path(__file__).parents[1]
    beside = package.parent / "config" / "profiles"
    return beside if beside.is_dir() else package / "data" / "profiles"


def units_folder() -> Path:
    """The units of systemd: beside the package, or inside it."""
    package = Path(__file__).parents[1]
    beside = package.parent / "systemd"
    return beside if beside.is_dir() else package / "data" / "systemd"


def privacy_folders(config: Config) -> list[Path]:
    """The folders of what makes a text private: what comes with voiced, and the owner's own where there is one."""
    package = Path(__file__).parents[1]
    beside = package.parent / "config" / "privacy"
    named = config.privacy.folder
    own = Path(named).expanduser() if named else config_file().with_name("privacy")
    return [beside if beside.is_dir() else package / "data" / "privacy", own]

"""The options that every verb takes."""

from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from voiced.core.config import Config
from voiced.core.zone import LocalZone
from voiced.setup.places import socket_path
from voiced.setup.settings import Settings, load

if TYPE_CHECKING:
    from voiced.control.client import Client


@Parameter(name="*")
@dataclass
class Options:
    """What every verb understands.

    Attributes:
        config: Use this configuration file instead of the usual one.
        set: Override a setting for this run, such as --set audio.volume=40; may be repeated.
        json: Print one JSON object a line, for programs.
    """

    config: Path | None = None
    set: Annotated[list[str], Parameter(negative=())] = field(default_factory=list[str])
    json: Annotated[bool, Parameter(negative=())] = False

    def settings(self) -> Settings:
        """Reads the configuration."""
        return load(self.config, self.set)

    def loaded(self) -> Config:
        """The configuration."""
        return self.settings().config

    @cached_property
    def zone(self) -> tzinfo:
        """The zone in which times are told."""
        return LocalZone(self.loaded().promises.timezone)()

    def today(self) -> date:
        """Which day it is there."""
        return datetime.now(self.zone).date()

    def client(self) -> "Client":
        """The daemon."""
        from voiced.control.client import Client  # noqa: PLC0415 (the daemon itself needs no client)

        return Client(socket_path(self.loaded()))

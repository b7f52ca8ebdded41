"""The settings of voiced as ears, voice and mind of others."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated

from msgspec import Meta, Struct, field

from voiced.core.config_section import Section
from voiced.core.errors import ConfigInvalid

PORT = 10_300
"""Where speech is recognised by convention: clients ask there what else there is."""
Network = IPv4Network | IPv6Network


class WyomingConfig(Section, frozen=True, kw_only=True):
    """Voiced as ears, voice and mind of others, such as Home Assistant, over Wyoming, which knows no passwords."""

    listen: Annotated[
        list[str],
        Meta(
            max_length=8,
            description="Addresses at which it listens: 127.0.0.1, or 192.168.1.5:10300 (the port unless another is"
            " given); none: it is off.",
        ),
    ] = field(default_factory=list[str])
    allow: Annotated[
        list[str],
        Meta(
            max_length=64,
            description="Networks that may connect besides this machine, such as 192.168.1.0/24. Whoever is in one may"
            " ask and do whatever may be asked in writing; none: only this machine is listened to.",
        ),
    ] = field(default_factory=list[str])


class Address(Struct, frozen=True):
    """Where to listen.

    Attributes:
        host: an IP address.
        port: of TCP.
    """

    host: str
    port: int

    @property
    def here(self) -> bool:
        """Whether only this machine can connect to it."""
        return ip_address(self.host).is_loopback


def addresses(config: WyomingConfig) -> list[Address]:
    """Where to listen.

    Raises:
        ConfigInvalid: an address is none, or others could connect and nobody says who may.
    """
    found = [_address(text) for text in config.listen]
    if not config.allow and (open_ := [each.host for each in found if not each.here]):
        raise ConfigInvalid(
            f"{open_[0]} can be reached from other machines, and wyoming.allow names none",
            hint='Name the network that may connect, such as allow = ["192.168.1.0/24"].',
        )
    return found


def networks(config: WyomingConfig) -> list[Network]:
    """Who may connect, besides this machine.

    Raises:
        ConfigInvalid: a network is none.
    """
    try:
        return [ip_network(text, strict=False) for text in config.allow]
    except ValueError as error:
        raise ConfigInvalid(f"wyoming.allow: {error}", hint="Such as 192.168.1.0/24.") from error


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":") if text.startswith("[") or text.count(":") == 1 else (text, "", "")
    host, port = (text, "") if text.endswith("]") else (host, port)
    try:
        found = Address(str(ip_address(host.strip("[]"))), int(port or PORT))
    except ValueError as error:
        raise ConfigInvalid(f"wyoming.listen: {error}", hint="Such as 127.0.0.1, or [::1]:10300.") from error
    if not 0 <= found.port < 1 << 16:
        raise ConfigInvalid(f"wyoming.listen: {found.port} is no port", hint=f"{PORT} is the usual one.")
    return found

"""The settings of voiced as ears, voice and mind of others."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from msgspec import Meta, field

from voiced.core.addresses import Address, address
from voiced.core.config_section import Section
from voiced.core.errors import ConfigInvalid

PORT = 10_300
"""Where speech is recognised by convention: clients ask there what else there is."""
SATELLITE_PORT = 10_700
"""Where a satellite listens by convention."""
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
            description="Networks that may connect to `listen` besides this machine, such as 192.168.1.0/24. Whoever is"
            " in one may ask and do whatever may be asked in writing; none: only this machine is listened to.",
        ),
    ] = field(default_factory=list[str])
    satellite: Annotated[
        list[str],
        Meta(
            max_length=8,
            description="Addresses at which Home Assistant finds voiced as its satellite, and answers what is said here"
            " while it is connected: 127.0.0.1, or 192.168.1.5:10700; none: voiced answers itself.",
        ),
    ] = field(default_factory=list[str])
    satellite_allow: Annotated[
        list[str],
        Meta(
            max_length=64,
            description="Networks that may connect to `satellite` besides this machine, such as 192.168.1.10/32."
            " Whoever is in one may hear whatever is said after the wake word, and answer it; none: only this machine.",
        ),
    ] = field(default_factory=list[str])
    advertise: Annotated[
        bool,
        Meta(description="Tell the network by mDNS where it listens, for Home Assistant to find; never for 127.0.0.1."),
    ] = True


def addresses(config: WyomingConfig) -> list[Address]:
    """Where to listen for those who use our engines.

    Raises:
        ConfigInvalid: an address is none, or others could connect and nobody says who may.
    """
    found = [address(text, "wyoming.listen", PORT) for text in config.listen]
    return _reachable(found, config.allow, "allow")


def satellite_addresses(config: WyomingConfig) -> list[Address]:
    """Where to listen for those whose satellite we are.

    Raises:
        ConfigInvalid: see `addresses`.
    """
    found = [address(text, "wyoming.satellite", SATELLITE_PORT) for text in config.satellite]
    return _reachable(found, config.satellite_allow, "satellite_allow")


def _reachable(found: list[Address], allowed: list[str], setting: str) -> list[Address]:
    if not allowed and (open_ := [each.host for each in found if not each.here]):
        raise ConfigInvalid(
            f"{open_[0]} can be reached from other machines, and wyoming.{setting} names none",
            hint=f'Name the network that may connect, such as {setting} = ["192.168.1.0/24"].',
        )
    return found


def networks(config: WyomingConfig) -> list[Network]:
    """Who may use our engines, besides this machine.

    Raises:
        ConfigInvalid: a network is none.
    """
    return _networks(config.allow, "allow")


def satellite_networks(config: WyomingConfig) -> list[Network]:
    """Whose satellite we may be, besides this machine's.

    Raises:
        ConfigInvalid: see `networks`.
    """
    return _networks(config.satellite_allow, "satellite_allow")


def _networks(texts: list[str], setting: str) -> list[Network]:
    try:
        return [ip_network(text, strict=False) for text in texts]
    except ValueError as error:
        raise ConfigInvalid(f"wyoming.{setting}: {error}", hint="Such as 192.168.1.0/24.") from error

"""The settings of HTTP for other machines."""

from typing import Annotated

from msgspec import Meta, field

from voiced.core.addresses import Address, address
from voiced.core.config_section import Section
from voiced.core.errors import ConfigInvalid

PORT = 8760
Origin = Annotated[str, Meta(pattern=r"^https?://[^/*\s]+$", max_length=253)]


class HttpConfig(Section, frozen=True, kw_only=True):
    """The API over TCP, for whoever shows a key (`voiced keys add`). It is always there on the Unix socket."""

    listen: Annotated[
        list[str],
        Meta(
            max_length=8,
            description="Addresses at which it listens: 127.0.0.1, or 192.168.1.5:8760 (the port unless another is"
            " given); none: it is off. One that other machines reach needs a key that is in force.",
        ),
    ] = field(default_factory=list[str])
    certificate: Annotated[
        str, Meta(description="The certificate (PEM, with those between it and its authority); empty: no encryption.")
    ] = ""
    private_key: Annotated[str, Meta(description="The certificate's private key (PEM, without a passphrase).")] = ""
    names: Annotated[
        list[str],
        Meta(
            max_length=64,
            description="Names by which it is called, besides localhost, this machine's own name, and IP addresses."
            " Another one is refused: it may be a web page's, which had its name point here.",
        ),
    ] = field(default_factory=list[str])
    origins: Annotated[
        list[Origin],
        Meta(max_length=64, description="Web pages whose scripts may use it, such as https://panel.example.org."),
    ] = field(default_factory=list[Origin])
    requests_per_minute: Annotated[int, Meta(ge=1, le=1_000_000, description="What a key may ask in a minute.")] = 600
    requests_per_minute_from_address: Annotated[
        int, Meta(ge=1, le=1_000_000, description="What an address may ask in a minute, with all of its keys.")
    ] = 1200


def addresses(config: HttpConfig) -> list[Address]:
    """Where to listen.

    Raises:
        ConfigInvalid: an address is none, or only half of what encryption needs is there.
    """
    if bool(config.certificate) != bool(config.private_key):
        missing = "private_key" if config.certificate else "certificate"
        raise ConfigInvalid(f"http.{missing} is missing", hint="Encryption needs both, the certificate and its key.")
    return [address(text, "http.listen", PORT) for text in config.listen]

"""Where a server listens: an IP address and a port."""

from ipaddress import ip_address

from msgspec import Struct

from voiced.core.errors import ConfigInvalid


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

    def __str__(self) -> str:
        """As it is written in a URL."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def address(text: str, setting: str, usual: int) -> Address:
    """Reads an address: 127.0.0.1, 127.0.0.1:10300, ::1 or [::1]:10300.

    Args:
        text: as it was written.
        setting: where, for the error.
        usual: the port where none is given.

    Raises:
        ConfigInvalid: it is none.
    """
    host, _, port = text.rpartition(":") if text.startswith("[") or text.count(":") == 1 else (text, "", "")
    host, port = (text, "") if text.endswith("]") else (host, port)
    try:
        found = Address(str(ip_address(host.strip("[]"))), int(port or usual))
    except ValueError as error:
        raise ConfigInvalid(f"{setting}: {error}", hint=f"Such as 127.0.0.1, or [::1]:{usual}.") from error
    if not 0 <= found.port < 1 << 16:
        raise ConfigInvalid(f"{setting}: {found.port} is no port", hint=f"{usual} is the usual one.")
    return found

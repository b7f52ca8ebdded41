"""Tells the network by mDNS where the server is, so that Home Assistant finds it by itself.

The name of an instance is the hardware address of its network device, as Wyoming's own satellites have it: Home
Assistant makes its identity of it, and a name that changes makes a second device. Source: RFC 6763 (DNS-SD).
"""

import asyncio
import logging
import socket
from contextlib import AsyncExitStack
from ipaddress import ip_address

import psutil
from msgspec import Struct
from zeroconf import Error, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from voiced.core.addresses import Address

log = logging.getLogger(__name__)

TYPE = "_wyoming._tcp.local."
LOOK_S = 30.0
"""Between two looks at the address of this machine, which may change, or come later than voiced."""
SOMEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Where nobody is (RFC 5737, RFC 3849): asked for the way there, nothing is sent."""


class Place(Struct, frozen=True):
    """Where the server is found.

    Attributes:
        address: of this machine in the network.
        hardware: the address of the network device, hexadecimal digits.
    """

    address: str
    hardware: str


def place(host: str) -> Place | None:
    """Where others find what listens at a host.

    Args:
        host: an address of this machine, or all of them.

    Returns:
        None: nobody does, because there is no network (yet).
    """
    wanted = ip_address(host)
    address = _outwards(socket.AF_INET if wanted.version == 4 else socket.AF_INET6) if wanted.is_unspecified else host  # noqa: PLR2004 (IPv4)
    if address is None or ip_address(address).is_loopback:
        return None
    for device in psutil.net_if_addrs().values():
        if address in {each.address.partition("%")[0] for each in device}:
            for each in device:
                if each.family == psutil.AF_LINK:
                    return Place(address, each.address.replace(":", "").lower())
    return None


def _outwards(family: socket.AddressFamily) -> str | None:
    """The address with which this machine talks to others."""
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((SOMEWHERE[family], 9))
        except OSError:
            return None
        return probe.getsockname()[0]


async def keep_advertised(at: Address, taken: set[str], suffix: str = "") -> None:
    """Tells where the server is until it is cancelled, also where that changes.

    Args:
        at: where it listens.
        taken: network devices at which somebody tells of this server: a second address of one would have its name.
        suffix: of the name, where there are several servers on a machine.
    """
    told: Place | None = None
    complained = False
    async with AsyncExitStack() as stack:
        while True:
            try:
                found = await asyncio.to_thread(place, at.host)
                if found != told:
                    told = None
                    await stack.aclose()
                    if found and found.hardware in taken:
                        found = None
                    if found:
                        taken.add(found.hardware)
                        stack.callback(taken.discard, found.hardware)
                        await _tell(found, at.port, suffix, stack)
                    told = found
            except (OSError, Error) as error:
                if not complained:
                    log.warning("the network is not told of the Wyoming server: %s", error or type(error).__name__)
                complained = True
            await asyncio.sleep(LOOK_S)


async def _tell(where: Place, port: int, suffix: str, stack: AsyncExitStack) -> None:
    """Tells it until the stack is closed."""
    network = AsyncZeroconf(interfaces=[where.address])
    stack.push_async_callback(network.async_close)
    service = ServiceInfo(
        TYPE,
        f"{where.hardware}{suffix}.{TYPE}",
        port=port,
        parsed_addresses=[where.address],
        server=f"voiced-{where.hardware}{suffix}.local.",
    )
    await (await network.async_register_service(service))
    log.info("the network is told of the Wyoming server at %s:%d", where.address, port)

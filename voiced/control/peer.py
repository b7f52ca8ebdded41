"""Who is at the other end of a Unix socket, as the kernel knows."""

import asyncio
import socket
import struct

from uvicorn.protocols.http.h11_impl import H11Protocol

_CREDENTIALS = struct.Struct("3i")
"""Process, user, group. Source: https://man7.org/linux/man-pages/man7/unix.7.html (SO_PEERCRED)"""


class PeerProtocol(H11Protocol):
    """HTTP whose client is a user of this machine: its name in the scope is `uid:NUMBER`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Asks the kernel, once a connection."""
        super().connection_made(transport)
        peer = transport.get_extra_info("socket")
        if peer is not None and peer.family == socket.AF_UNIX:
            told = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
            self.client = (f"uid:{_CREDENTIALS.unpack(told)[1]}", 0)

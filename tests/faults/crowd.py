"""Hostile clients, in a process of their own: they come at once, say what they say, and go on until they are told."""

import socket
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection

from msgspec import Struct

PATIENCE_S = 30.0
PAUSE_S = 1.0
"""Between what one says and says again: who is slow is slow, and what is huge fills what the kernel keeps at once."""


class Crowd(Struct, frozen=True):
    """Who comes.

    Attributes:
        address: where to: a path, or a host and a port.
        source: where from, of TCP.
        first, again: what each says when he comes, and again and again.
        many: how many.
    """

    address: str | tuple[str, int]
    source: str
    first: bytes
    again: bytes
    many: int


def connect(address: str | tuple[str, int], source: str) -> socket.socket:
    """A connection; an `OSError` for whoever is not let in."""
    if isinstance(address, tuple):
        return socket.create_connection(address, PATIENCE_S, (source, 0))
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE_S)
    connection.connect(address)
    return connection


def besiege(orders: Connection) -> None:
    """Does what it is told, one crowd after the other, until the pipe ends: anything else ends one."""
    with suppress(EOFError):
        while crowd := orders.recv():
            with ExitStack() as stack:
                _come(crowd, orders, stack)
            orders.send("gone")


def _come(crowd: Crowd, orders: Connection, stack: ExitStack) -> None:
    came: list[socket.socket] = []
    while not orders.poll() and len(came) < crowd.many:
        with suppress(OSError):
            came.append(stack.enter_context(connect(crowd.address, crowd.source)))
            came[-1].setblocking(False)
            came[-1].send(crowd.first)
    orders.send(len(came))
    while not orders.poll(PAUSE_S):
        for each in came if crowd.again else ():
            with suppress(OSError):
                each.send(crowd.again)
    orders.recv()

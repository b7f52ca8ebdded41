"""Hostile clients against the real daemon, on the Unix socket, over TCP and over Wyoming (R17).

A thousand of a kind come at once; meanwhile somebody who behaves asks again and again, from another address. What
counts is how much memory the daemon takes for them, and how long the one who behaves waits; he also asks while nobody
is hostile, so that a busy machine shows.
"""

import random
import resource
import socket
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import psutil

from tests.faults.crowd import Crowd, connect
from tests.faults.crowd import besiege as crowd_besiege
from tests.faults.daemon_kills import Life, kill
from tests.faults.outcome import Outcome, trial
from tests.rigs.mosquitto import free_port

CROWD = 1_000
ASKED = 400
GROWTH_MB, P99_S = 32, 0.010
HOSTILE, GOOD = "127.0.0.1", "127.0.0.2"
"""Addresses of this machine: the bound of one address is not to be that of the other."""
HEAD = b" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
PIECE = b"x" * 65_536
DOORS = ("socket", "tcp", "wyoming")
Kind = tuple[bytes, bytes]
"""What each says first, and again and again."""


def kinds(door: str, token: bytes) -> dict[str, Kind]:
    """Who is hostile at a door, by name; the token is one that is taken over TCP."""
    if door == "wyoming":
        return {
            "silent": (b"", b""),
            "slow": (b'{"type":"describe",', b" "),
            "huge header": (b'{"type":"' + PIECE, PIECE),
            "huge payload": (b'{"type":"audio-chunk","payload_length":1000000000000}\n', PIECE),
            "never reading": (b'{"type":"describe"}\n' * 100, b'{"type":"describe"}\n' * 100),
        }
    head = HEAD % token
    return {
        "silent": (b"", b""),
        "slow": (b"GET /", b"x"),
        "slow body": (b"POST /api/v1/ask" + head + b"Content-Length: 60000\r\n\r\n", b"x"),
        "huge headers": (b"GET / HTTP/1.1\r\nX: " + PIECE, PIECE),
        "huge body": (b"POST /api/v1/ask" + head + b"Transfer-Encoding: chunked\r\n\r\n10000\r\n" + PIECE, PIECE),
        "body of a question": (b"GET /api/v1/events" + head + b"Content-Length: 99999999\r\n\r\n", PIECE),
        "never reading": (b"GET /api/v1/events" + head + b"\r\n", b""),
        "guessing": (b"GET /api/v1/status" + HEAD % b"vk_x_y" + b"\r\n", b""),
    }


class House:
    """A daemon with all its doors open.

    Attributes:
        process: the daemon's.
        orders: of the crowd's process.
        life: where it lives.
    """

    def __init__(self, folder: Path) -> None:
        self.life = Life(folder)
        self.http, self.wyoming = free_port(), free_port()
        with (folder / "config.toml").open("a") as file:
            file.write(
                f'[http]\nlisten = ["127.0.0.1:{self.http}"]\nrequests_per_minute = 1000000\n'
                f'requests_per_minute_from_address = 1000000\n[wyoming]\nlisten = ["127.0.0.1:{self.wyoming}"]\n'
            )
        process, _ = self.life.start()
        self.popen, self.process = process, psutil.Process(process.pid)
        with self.life.http() as http:
            made = http.post("/keys", json={"label": "good", "scopes": ["admin"]}).json()
        self.token = made["token"].encode()
        context = get_context("spawn")
        self.orders, theirs = context.Pipe()
        context.Process(target=crowd_besiege, args=(theirs,), daemon=True).start()

        for door in DOORS:  # What is loaded once is nobody's fault.
            _waits(self, door, 50)

    def address(self, door: str) -> str | tuple[str, int]:
        """Where a door of it is."""
        return (
            str(self.life.socket) if door == "socket" else ("127.0.0.1", self.http if door == "tcp" else self.wyoming)
        )

    def ask(self, connection: socket.socket) -> float:
        """Seconds until an answer of the API, or of Wyoming, was whole."""
        began = time.perf_counter()
        if connection.getpeername() == ("127.0.0.1", self.wyoming):
            connection.sendall(b'{"type":"ping"}\n')
            _read(connection, b"pong")
        else:
            connection.sendall(b"GET /api/v1/dnd" + HEAD % self.token + b"\r\n")
            _read(connection, b"}")
        return time.perf_counter() - began

    def rss_mb(self) -> float:
        """Of the daemon's own process."""
        return self.process.memory_info().rss / 1e6


@contextmanager
def house() -> Generator[House]:
    """A daemon, until the block ends."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4 * CROWD)), hard))
    with tempfile.TemporaryDirectory() as folder:
        found = House(Path(folder))
        try:
            yield found
        finally:
            found.orders.send(None)
            kill(found.popen)


def _read(connection: socket.socket, end: bytes) -> None:
    found = b""
    while end not in found:
        data = connection.recv(65_536)
        if not data:
            raise ConnectionError("it was cut off")
        found += data


PATIENCE = 20
"""Connections that one tries for an answer; what it costs is part of how long he waits."""


def _waits(house: House, door: str, times: int) -> list[float]:
    """How long somebody who behaves waits, one question after the other; a connection that is gone is made anew."""
    found: list[float] = []
    connection = connect(house.address(door), GOOD)
    while len(found) < times:
        began, tries = time.perf_counter(), 0
        while True:
            try:
                house.ask(connection)
                break
            except OSError:
                tries += 1
                if tries == PATIENCE:
                    raise
                connection.close()
                connection = connect(house.address(door), GOOD)
        found.append(time.perf_counter() - began)
        time.sleep(0.002)
    connection.close()
    return found


def besiege(house: House, door: str, name: str, many: int = CROWD, times: int = ASKED) -> tuple[float, float, float]:
    """One kind at one door.

    Returns:
        Megabytes that the daemon grew by, and the 99th percentile of seconds that the good one waited meanwhile, and
        when he was alone.
    """
    alone = _waits(house, door, times)
    before, most, waited = house.rss_mb(), 0.0, list[float]()
    house.orders.send(Crowd(house.address(door), HOSTILE, *kinds(door, house.token)[name], many))
    while len(waited) < times or not house.orders.poll():
        waited += _waits(house, door, times // 10)
        most = max(most, house.rss_mb())
    assert house.orders.recv() == many
    house.orders.send("go")
    assert house.orders.recv() == "gone"
    return most - before, _p99(waited), _p99(alone)


def _p99(seconds: list[float]) -> float:
    return float(np.percentile(seconds, 99))


def run(seed: int, times: int) -> Outcome:
    """So many sieges, one kind after the other, of one daemon: what it grows by in one, it keeps for the next."""
    chance, outcome = random.Random(f"clients {seed}"), Outcome()
    with house() as besieged:
        all_ = [(door, name) for door in DOORS for name in kinds(door, besieged.token)]
        chance.shuffle(all_)
        first = besieged.rss_mb()
        for number in range(times):
            door, name = all_[number % len(all_)]
            grown, waited, alone = besiege(besieged, door, name)
            where = f"seed {seed}, {door}, {name}"
            outcome += trial(
                where,
                memory=[] if grown <= GROWTH_MB else [f"{grown:.0f} MB more"],
                waits=[] if waited <= P99_S else [f"{waited * 1000:.1f} ms, alone {alone * 1000:.1f} ms"],
                dead=[] if besieged.process.is_running() else ["the daemon is gone"],
            )
            outcome.counted = {
                "MB more, most": max(outcome.counted.get("MB more, most", 0), round(grown)),
                "MB more, in all": round(besieged.rss_mb() - first),
                "ms waited, p99, most": max(outcome.counted.get("ms waited, p99, most", 0), round(waited * 1000)),
                "ms waited alone, p99, most": max(
                    outcome.counted.get("ms waited alone, p99, most", 0), round(alone * 1000)
                ),
            }
    return outcome

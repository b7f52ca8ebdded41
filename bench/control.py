"""P18: how long the daemon takes to answer over its socket and over MQTT, how much it answers, and what listeners cost.

    python bench/control.py [--quick]

A real daemon, without a sound card, beside a real mosquitto. A round trip is a small request on an open connection; it
takes turns with the same bytes to a bare asyncio echo in a process of its own. Under inference means: its voice speaks
and its recogniser hears without a pause, each in its child, all of it through the daemon (OpenAI's routes). Answers to
questions are rules' and the clock's, and both sides of each are on the disk before it is given.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import aiomqtt
import httpx
import psutil
from pairs import share, spread

from tests.faults.crowd import connect
from tests.faults.daemon_kills import Life, kill
from tests.rigs.mosquitto import Mosquitto

TRIPS, QUICK_TRIPS = 3_000, 300
SECONDS, QUICK_SECONDS = 10.0, 2.0
LISTENERS, CLIENTS, WARM = 1_000, 4, 20
SETTLED_S = 10
"""What a daemon begins at its start is over by then: `bench/start.py` looks at that."""
APART_S = 0.25
"""Between two commands over MQTT: states that change within a fifth of a second are told together."""
TRIP = b"GET /api/v1/dnd HTTP/1.1\r\nHost: localhost\r\n\r\n"
PROSE = "The quick brown fox jumps over the lazy dog while the kettle is on and nobody minds the time at all. "
ECHO = """
import asyncio, sys
async def echo(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
async def main():
    server = await asyncio.start_unix_server(echo, sys.argv[1])
    print("ready", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def trip(connection: socket.socket) -> float:
    """Seconds of one round trip."""
    began = time.perf_counter()
    connection.sendall(TRIP)
    connection.recv(65_536)
    return time.perf_counter() - began


def trips(life: Life, echo: Path, many: int) -> tuple[list[float], list[float]]:
    """Round trips to the daemon and to the echo, in turn."""
    with connect(str(life.socket), "") as ours, connect(str(echo), "") as theirs:
        pairs = [(trip(ours), trip(theirs)) for _ in range(many + WARM)][WARM:]
    return [ours for ours, _ in pairs], [theirs for _, theirs in pairs]


@contextmanager
def echoing(path: Path) -> Generator[None]:
    """The bare echo, running."""
    process = subprocess.Popen([sys.executable, "-c", ECHO, str(path)], stdout=subprocess.PIPE)
    assert process.stdout  # noqa: S101 (it was asked for)
    process.stdout.readline()
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def over_and_over(*works: Callable[[httpx.Client], object], life: Life) -> Generator[list[list[float]]]:
    """Works, each in a thread of its own, again and again until the block ends; gives the seconds of each time."""
    over, found = threading.Event(), [list[float]() for _ in works]

    def work(number: int) -> None:
        with life.http() as http:
            while not over.is_set():
                began = time.perf_counter()
                works[number](http)
                found[number].append(time.perf_counter() - began)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        over.set()
        for thread in threads:
            thread.join()


def speak(http: httpx.Client) -> bytes:
    """Keeps the voice busy."""
    wanted = {"model": "tts-1", "input": PROSE, "voice": "alloy", "response_format": "wav"}
    return http.post("http://voiced/v1/audio/speech", json=wanted).raise_for_status().content


def hearer(sound: bytes) -> Callable[[httpx.Client], object]:
    """Keeps the recogniser busy."""

    def hear(http: httpx.Client) -> object:
        files, form = {"file": ("sound.wav", sound)}, {"model": "whisper-1"}
        return http.post("http://voiced/v1/audio/transcriptions", files=files, data=form).raise_for_status()

    return hear


async def commands(port: int, many: int) -> list[float]:
    """Seconds from a command over MQTT to the state that tells of it."""
    found: list[float] = []
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe("voiced/+/state")
        states = aiter(client.messages)
        topic = str((await anext(states)).topic).removesuffix("state") + "volume/set"
        for number in range(many):
            volume = 20 + number % 50
            began = time.perf_counter()
            await client.publish(topic, str(volume))
            while json.loads((await anext(states)).payload)["volume"] != volume:
                pass
            found.append(time.perf_counter() - began)
            await asyncio.sleep(APART_S)
    return found


def rate(life: Life, seconds: float, ask: Callable[[httpx.Client], object]) -> dict[str, float]:
    """How much is answered in a second, to clients that ask at once."""
    with over_and_over(*[ask] * CLIENTS, life=life) as found:
        time.sleep(seconds)
    waited = [each for one in found for each in one]
    return {"per_second": len(waited) / seconds, **spread(waited, 1000)}


def listeners(life: Life, process: psutil.Process) -> float:
    """Megabytes that listeners to events cost."""
    request = TRIP.replace(b"dnd", b"events")
    with ExitStack() as stack:
        before = process.memory_info().rss
        for _ in range(LISTENERS):
            listener = stack.enter_context(connect(str(life.socket), ""))
            listener.sendall(request)
            listener.recv(1)
        return (process.memory_info().rss - before) / 1e6


def measure(many: int, seconds: float) -> dict[str, object]:
    """All of it, of one daemon."""
    with tempfile.TemporaryDirectory() as place, Mosquitto(Path(place)) as broker:
        life, echo = Life(Path(place)), Path(place) / "echo.sock"
        with (Path(place) / "config.toml").open("a") as file:
            file.write(f'[home.mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\ndiscovery = true\n')
        process, _ = life.start()
        try:
            with echoing(echo), life.http() as http:
                sound = speak(http)
                time.sleep(SETTLED_S)
                idle, bare = trips(life, echo, many)
                with over_and_over(speak, hearer(sound), life=life) as inferred:
                    busy, busy_bare = trips(life, echo, many)
            return {
                "idle_ms": spread(idle, 1000),
                "echo_ms": spread(bare, 1000),
                "times_of_echo": share(idle, bare),
                "busy_ms": spread(busy, 1000),
                "busy_echo_ms": spread(busy_bare, 1000),
                "inferences": sum(map(len, inferred)),
                "mqtt_ms": spread(asyncio.run(commands(broker.port, many // 30)), 1000),
                "reads": rate(life, seconds, lambda http: http.get("/status").raise_for_status()),
                "questions": rate(
                    life, seconds, lambda http: http.post("/ask", json={"text": "what time is it"}).raise_for_status()
                ),
                "listeners_mb": listeners(life, psutil.Process(process.pid)),
                "load": os.getloadavg()[0],
            }
        finally:
            kill(process)


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    sizes = (QUICK_TRIPS, QUICK_SECONDS) if quick else (TRIPS, SECONDS)
    print(json.dumps({"question": "control", **measure(*sizes)}))


if __name__ == "__main__":
    main()

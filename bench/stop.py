"""R24: SIGTERM in any state ends the daemon with exit code 0 within 2 s, and leaves no process behind.

    python bench/stop.py [--quick]

Daemons are started in a real audio server, two at a time, brought into a state, and ended at a random moment of it. A
process is left behind if one of the daemon's session still runs a moment after it has ended.
"""

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from msgspec import Struct
from pairs import spread
from room import Daemon, room

from tests.rigs.audio_server import AudioServer
from voiced.core.errors import VoicedError

TIMES, QUICK_TIMES = 200, 20
LIMIT_S = 2.0
GRACE_S = 0.1
AT_ONCE = 2
LONG = "This is a long announcement that goes on and on, so that it is still being spoken when the end comes. " * 3


def starting(daemon: Daemon) -> None:
    """Nothing is ready yet."""


def idle(daemon: Daemon) -> None:
    """It listens for its wake word."""
    daemon.wait_ready()


def listening(daemon: Daemon) -> None:
    """It listens to a command."""
    daemon.wait_ready()
    daemon.client.post("voice/listen")


def processing(daemon: Daemon) -> None:
    """A turn has just begun."""
    daemon.wait_ready()
    _in_background(lambda: daemon.client.ask("what time is it", aloud=True))


def speaking(daemon: Daemon) -> None:
    """It speaks."""
    daemon.wait_ready()
    _in_background(lambda: daemon.client.post("voice/say", text=LONG))


def ringing(daemon: Daemon) -> None:
    """A timer rings."""
    daemon.wait_ready()
    daemon.client.ask("set a timer for one second", aloud=False)
    time.sleep(1.0)


def lost(daemon: Daemon) -> None:
    """Its microphone is not there."""
    while not daemon.socket.exists() and daemon.process.poll() is None:
        time.sleep(0.05)
    time.sleep(0.5)


class End(Struct, frozen=True):
    """How a daemon ended: in which state, after how long, with which exit code, and how many processes it left."""

    state: str
    seconds: float
    code: int
    left: int


STATES: dict[Callable[[Daemon], None], float] = {
    starting: 1.5,
    idle: 0.5,
    listening: 1.0,
    processing: 0.1,
    speaking: 1.0,
    ringing: 1.5,
    lost: 1.0,
}
"""Each state, and within how many seconds its end comes."""
_pool = ThreadPoolExecutor(4 * AT_ONCE)


def _in_background(call: Callable[[], object]) -> None:
    def quietly() -> None:
        with suppress(VoicedError):
            call()

    _pool.submit(quietly)


def end(server: AudioServer, number: int) -> End:
    """One daemon's life and end."""
    state = list(STATES)[number % len(STATES)]
    settings = ["audio.input=nowhere"] if state is lost else []
    daemon = Daemon(server, *settings, name=f"voiced-{number}")
    state(daemon)
    time.sleep(random.Random(number).uniform(0, STATES[state]))
    began = time.monotonic()
    code = daemon.stop()
    seconds = time.monotonic() - began
    time.sleep(GRACE_S)
    left = daemon.left()
    for process in left:
        process.kill()
    return End(state.__name__, seconds, code, len(left))


def measure(times: int) -> dict[str, object]:
    """All ends."""
    with room() as server, ThreadPoolExecutor(AT_ONCE) as pool:
        ends = list(pool.map(lambda number: end(server, number), range(times)))
    bad = [each for each in ends if each.code or each.left or each.seconds > LIMIT_S]
    return {
        "times": times,
        "bad": len(bad),
        "seconds": spread([each.seconds for each in ends]),
        "states": {
            state.__name__: spread([each.seconds for each in ends if each.state == state.__name__]) for state in STATES
        },
        "codes": Counter(f"{each.state} {each.code}" for each in ends),
        "left_behind": sum(each.left for each in ends),
    }


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    times = QUICK_TIMES if parser.parse_args().quick else TIMES
    print(json.dumps({"question": "stop", **measure(times)}))


if __name__ == "__main__":
    main()

"""Wake words that a server hears, with the server, and without an ear: a test is the ear's thread."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.rigs.background import Background, until
from tests.rigs.wyoming import Listener, WakeServer
from voiced.core.config import RemoteConfig
from voiced.core.errors import VoicedError, WakeFailed
from voiced.core.types import FRAME_SAMPLES, SAMPLE_BYTES
from voiced.engines.wyoming import WyomingServer
from voiced.engines.wyoming_wake import WAITING, WyomingWake

FRAME = bytes(FRAME_SAMPLES * SAMPLE_BYTES)


def at_frames(script: Mapping[int, str]) -> Callable[[Sequence[str]], Listener]:
    """Listeners that name a word in frames of a stretch, counted from 0."""

    def listener(_names: Sequence[str]) -> Listener:
        frames = iter(range(1_000_000))
        return lambda _sound: [script[frame]] if (frame := next(frames)) in script else []

    return listener


class Ear:
    """An engine that a test feeds, and what its server was told of it.

    Attributes:
        engine: the engine.
        problems: what was told: None for works again.
        background: where it talks to the server.
    """

    def __init__(self, background: Background, url: str, words: Mapping[str, str], ca_file: str = "") -> None:
        self.problems: list[VoicedError | None] = []
        server = WyomingServer(RemoteConfig(url=url, ca_file=ca_file), "wake", WakeFailed, words.values())
        self.engine = WyomingWake("ears", server, words, lambda _, problem: self.problems.append(problem))
        self.background = background
        background.begin(self.engine.run())

    def mute(self, muted: bool) -> None:  # noqa: FBT001 (it is the value set)
        """Mutes the microphone, or opens it."""
        self.background.call(lambda: self.engine.set_muted(muted))

    def feed(self, sound: bytes = FRAME) -> Mapping[str, float]:
        """Hears a frame, if there is room for it: for an ear that need not lose sound."""
        return self.engine.scores(sound if len(self.engine._queue) < WAITING // 2 else b"")


class _Counted(deque):
    """What arrives, counted."""

    count = 0

    def extend(self, items: Iterable) -> None:
        arrived = [*items]
        super().extend(arrived)
        self.count += len(arrived)


class Heard:
    """An engine with a server that is waited for: what it tells of a piece of sound is told with it.

    Implements `WakeWord`.
    """

    def __init__(self, ear: Ear, server: WakeServer) -> None:
        self._engine, self._server = ear.engine, server
        self._fed, self._told = server.taken, server.told
        self._arrived = ear.engine._heard = _Counted(maxlen=WAITING)

    @property
    def behind(self) -> Mapping[str, int]:
        """See `RemoteWakeWord`."""
        return self._behind

    def scores(self, samples: bytes) -> Mapping[str, float]:
        """See `WakeWord`."""
        scores = dict(self._engine.scores(samples))
        self._behind = dict(self._engine.behind)
        self._fed += len(samples)
        until(lambda: self._server.taken >= self._fed, "the server hears it")
        until(lambda: self._arrived.count >= self._server.told - self._told, "what the server told comes")
        scores |= self._engine.scores(b"")
        self._behind |= self._engine.behind
        return scores

    def reset(self) -> None:
        """See `WakeWord`."""
        self._engine.reset()

    def close(self) -> None:
        """See `WakeWord`."""
        self._engine.close()


@contextmanager
def heard_by(server: WakeServer, words: Mapping[str, str], folder: Path) -> Generator[tuple[Heard, Ear]]:
    """A server and an engine that listens through it."""
    with Background() as background:
        url, _ = background.enter(server.on("unix", folder))
        ear = Ear(background, url, words)
        yield Heard(ear, server), ear

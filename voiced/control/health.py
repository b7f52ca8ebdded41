"""Routes for whoever watches over the daemon."""

from litestar import get
from msgspec import Struct

from voiced.control.requests import Steered
from voiced.core.errors import NotReady
from voiced.core.status import Status

STUCK_S = 10.0
"""An ear whose loop has not gone round for so long is stuck."""


class Health(Struct, frozen=True):
    """It is well."""

    status: str = "ok"


class Service(Struct, frozen=True):
    """A part of the daemon, or somebody whom it needs.

    Attributes:
        kind: what it is for: audio, store, memory, stt, mqtt, …
        name: an engine, a device, an address.
        up: it works, or is about to.
        problem: why it does not; empty if it does.
        hint: what to do about it.
    """

    kind: str
    name: str
    up: bool
    problem: str = ""
    hint: str = ""


@get("/health/live", sync_to_thread=False)
def live() -> Health:
    """Answers as long as the daemon lives."""
    return Health()


@get("/health/ready", sync_to_thread=False)
def ready(agent: Steered) -> Health:
    """Answers while it can do its work: the ear turns, and what is said is kept. It needs no sound card for that."""
    status = agent.status()
    if status.ear_turned_s > STUCK_S:
        raise NotReady(f"the ear has been stuck for {status.ear_turned_s:.0f} s")
    if status.store.problem:
        raise NotReady(f"what is said is not kept: {status.store.problem}", hint=status.store.hint)
    return Health()


@get("/health/services", sync_to_thread=False)
def services(agent: Steered) -> list[Service]:
    """Tells of each part whether it works."""
    return _services(agent.status())


def _services(status: Status) -> list[Service]:
    audio, store, memory = status.audio, status.store, status.memory
    connections = [
        Service(each.kind, each.address, each.connected, each.problem, each.hint) for each in status.home.connections
    ]
    return [
        Service(
            "audio", audio.device, audio.listening or (status.muted and not audio.problem), audio.problem, audio.hint
        ),
        Service("store", store.folder, not store.problem, store.problem, store.hint),
        Service("memory", memory.wanted, not memory.problem, memory.problem, memory.hint),
        *(Service(each.kind, each.engine, not each.problem, each.problem, each.hint) for each in status.engines),
        *connections,
        *(Service(each.kind, each.address, each.listening, each.problem, each.hint) for each in status.listeners),
    ]


ROUTES = [live, ready, services]

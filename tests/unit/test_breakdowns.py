"""Engines that are left alone: who is told."""

from msgspec import convert

from voiced.core.bus import Bus
from voiced.core.config import Config
from voiced.core.errors import RemoteUnreachable
from voiced.core.events import EngineFound, EngineLost
from voiced.turn.breakdowns import Breakdowns
from voiced.wiring import remote_status

BOX = "tcp://gpu-box:10300"


def test_a_breakdown_is_told_with_its_reason_and_seen_until_it_is_over():
    bus, events = Bus(), []
    bus.watch(events.append)
    breakdowns = Breakdowns(bus, lambda: 1.5)
    config = convert({"engines": {"stt": {"engine": [BOX, "pocketsphinx"]}}}, Config)
    told = breakdowns.of("stt")

    told(BOX, RemoteUnreachable("it does not answer"))
    (status,) = remote_status(config, breakdowns.problems)
    assert (status.engine, status.state, status.problem) == (BOX, "remote", "it does not answer")
    assert status.hint

    told(BOX, None)
    (status,) = remote_status(config, breakdowns.problems)
    assert status.problem == ""
    assert [type(event) for event in events] == [EngineLost, EngineFound]
    assert (events[0].stage, events[0].engine, events[0].code) == ("stt", BOX, "remote-unreachable")

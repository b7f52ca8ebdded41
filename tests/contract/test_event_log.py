"""What happens, as somebody reads it who was cut off, or is slow."""

import asyncio
from contextlib import aclosing

import msgspec

from voiced.control import events as module
from voiced.control.events import EventLog
from voiced.core.bus import Bus
from voiced.core.events import AnyEvent, Gap, Muted, StoreReplaced, VolumeChanged

decoded = msgspec.json.Decoder(AnyEvent | Gap).decode


class Reader:
    """Somebody who reads, and remembers the id of the last event."""

    def __init__(self, log: EventLog, last: str | None = None) -> None:
        self._blocks = log.read(last)
        self.last = last

    async def take(self, count: int) -> list[AnyEvent | Gap]:
        """At least so many events, or what comes at once."""
        found: list[AnyEvent | Gap] = []
        while len(found) < count:
            for line in (await anext(self._blocks)).decode().splitlines():
                name, _, value = line.partition(": ")
                if name == "id":
                    self.last = value
                elif name == "data":
                    found.append(decoded(value))
        return found

    async def leave(self) -> None:
        await self._blocks.aclose()


def volumes(bus: Bus, *percents: int) -> None:
    for percent in percents:
        bus.emit(VolumeChanged(percent, at=0.0))


def loud(found: list[AnyEvent | Gap]) -> list[object]:
    return [each.volume if isinstance(each, VolumeChanged) else each for each in found]


def test_who_was_cut_off_gets_what_came_meanwhile_and_nothing_twice():
    async def run():
        bus = Bus()
        log = EventLog(bus)
        volumes(bus, 1)
        first = Reader(log)
        volumes(bus, 2, 3)
        assert loud(await first.take(2)) == [2, 3]
        await first.leave()
        volumes(bus, 4, 5)
        second = Reader(log, first.last)
        volumes(bus, 6)
        assert loud(await second.take(3)) == [4, 5, 6]

    asyncio.run(run())


def test_who_has_heard_nothing_yet_can_still_take_it_up_again():
    async def run():
        bus = Bus()
        log = EventLog(bus)
        async with aclosing(log.read()) as blocks:
            last = (await anext(blocks)).decode().removeprefix("id: ").strip()
        volumes(bus, 1)
        assert loud(await Reader(log, last).take(1)) == [1]

    asyncio.run(run())


def test_what_is_too_long_ago_is_told_as_a_gap(monkeypatch):
    monkeypatch.setattr(module, "HELD", 3)

    async def run():
        bus = Bus()
        log = EventLog(bus)
        reader = Reader(log)
        volumes(bus, 1)
        await reader.take(1)
        volumes(bus, *range(2, 8))
        for again in (reader, Reader(log, reader.last)):
            assert loud(await again.take(4)) == [Gap(3), 5, 6, 7]
        other = Reader(log, "another-run-1")
        assert loud(await other.take(1)) == [Gap(None)]
        volumes(bus, 8)
        assert loud(await other.take(1)) == [8]

    asyncio.run(run())


def test_what_was_forgotten_is_not_told_again():
    async def run():
        bus = Bus()
        log = EventLog(bus)
        reader = Reader(log)
        volumes(bus, 1)
        last = f"{(await reader.take(1), reader.last)[1]}"
        volumes(bus, 2)
        bus.emit(StoreReplaced(at=0.0))
        bus.emit(Muted(True, at=0.0))
        assert await Reader(log, last).take(3) == [Gap(1), StoreReplaced(at=0.0), Muted(True, at=0.0)]

    asyncio.run(run())


def test_an_id_that_is_none_is_a_gap_and_no_fault():
    async def run():
        log = EventLog(Bus())
        run_id = (await anext(log.read())).decode().removeprefix("id: ").rpartition("-")[0]
        wide = ["9" * 5_000, "0" * 5_000, "0" * 20 + "99"]
        for last in (
            "",
            "-",
            "x",
            f"{run_id}-",
            f"{run_id}-99",
            f"{run_id}-²",
            "ü-1",
            *(f"{run_id}-{n}" for n in wide),
        ):
            assert await Reader(log, last).take(1) == [Gap(None)], last

    asyncio.run(run())


def test_silence_has_signs_of_life(monkeypatch):
    monkeypatch.setattr(module, "PULSE_S", 0.01)

    async def run():
        async with aclosing(EventLog(Bus()).read()) as blocks:
            await anext(blocks)
            assert (await anext(blocks)).startswith(b":")

    asyncio.run(run())

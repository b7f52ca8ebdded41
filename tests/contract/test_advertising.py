"""The Wyoming server is found by mDNS: by the name of its network device, at an address that others reach."""

import asyncio
import socket
from contextlib import asynccontextmanager

import psutil
import pytest
from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from tests.rigs.awaiting import until
from voiced.control.listening import Listener
from voiced.control.wyoming import advertising
from voiced.control.wyoming.advertising import TYPE, Place, keep_advertised, place
from voiced.control.wyoming.server import Server
from voiced.core.addresses import Address
from voiced.core.tasks import ended

EVERYWHERE = Address("0.0.0.0", 10_300)  # noqa: S104 (nobody listens there)
HERE = Place("127.0.0.1", "dca632000001")
NAME = f"dca632000001.{TYPE}"


@asynccontextmanager
async def running(work):
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await ended([task])


async def found(network, name=NAME):
    """What somebody else hears of the service; None: nothing."""
    info = AsyncServiceInfo(TYPE, name)
    return info if await info.async_request(network.zeroconf, 3000) else None


def test_it_is_found_where_it_is_and_no_more_when_it_is_gone(monkeypatch):
    places = [None, HERE]
    monkeypatch.setattr(advertising, "place", lambda _: places.pop(0) if len(places) > 1 else places[0])
    monkeypatch.setattr(advertising, "LOOK_S", 0.01)

    async def run():
        async with asyncio.timeout(60):
            network = AsyncZeroconf(interfaces=["127.0.0.1"])
            try:
                async with running(keep_advertised(EVERYWHERE, set())):
                    service = await found(network)
                    assert service
                    assert service.parsed_addresses(IPVersion.V4Only) == ["127.0.0.1"]
                    assert service.port == 10_300
                network.zeroconf.cache.cache.clear()
                assert not await found(network)
            finally:
                await network.async_close()

    asyncio.run(run())


def test_a_network_that_does_not_hear_is_tried_again_and_complained_of_once(monkeypatch, caplog):
    tried = []

    def refused(**_):
        tried.append(1)
        raise OSError("Network is unreachable")

    monkeypatch.setattr(advertising, "AsyncZeroconf", refused)
    monkeypatch.setattr(advertising, "place", lambda _: HERE)
    monkeypatch.setattr(advertising, "LOOK_S", 0.01)

    async def run():
        async with running(keep_advertised(EVERYWHERE, set())):
            await until(lambda: len(tried) > 2, "it is tried again")

    asyncio.run(run())
    assert caplog.text.count("is unreachable") == 1


class Network:
    """In the place of mDNS: who is told of, by name."""

    told: list[tuple[str, int]]

    def __init__(self, **_):
        self._mine = None

    async def async_register_service(self, service):
        self._mine = (service.name, service.port)
        self.told.append(self._mine)
        return asyncio.sleep(0)

    async def async_close(self):
        self.told.remove(self._mine)


def test_of_two_addresses_of_one_device_the_first_is_told_of_and_the_second_when_that_is_gone(monkeypatch, caplog):
    monkeypatch.setattr(Network, "told", [], raising=False)
    monkeypatch.setattr(advertising, "AsyncZeroconf", Network)
    places = []
    monkeypatch.setattr(advertising, "place", lambda host: places.append(host) or HERE)
    monkeypatch.setattr(advertising, "LOOK_S", 0.01)

    async def run():
        taken = set()
        async with running(keep_advertised(Address("127.0.0.1", 10_400), taken)):
            await until(lambda: Network.told == [(NAME, 10_400)], "the first one is told of")
            second = asyncio.create_task(keep_advertised(Address("::1", 10_300), taken))
            await until(lambda: places.count("::1") > 2, "the second one was looked for")
            assert Network.told == [(NAME, 10_400)]
        await until(lambda: Network.told == [(NAME, 10_300)], "it takes the place")
        await ended([second])

    asyncio.run(run())
    assert Network.told == []
    assert caplog.text == ""


def device(address, hardware):
    family = psutil.AF_LINK
    return [
        type("Told", (), {"family": socket.AF_INET, "address": address}),
        type("Told", (), {"family": family, "address": hardware}),
    ]


def test_the_place_is_one_that_others_reach_and_its_name_that_of_its_network_device(monkeypatch):
    devices = {"lo": device("127.0.0.1", "00:00:00:00:00:00"), "eth0": device("192.168.1.5", "DC:A6:32:00:00:01")}
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: devices)
    lan = Place("192.168.1.5", "dca632000001")
    assert place("192.168.1.5") == lan
    assert place("127.0.0.1") is None
    assert place("10.9.9.9") is None, "an address that this machine has not (yet)"
    for outwards, known in (("192.168.1.5", lan), ("127.0.1.1", None), (None, None)):
        monkeypatch.setattr(advertising, "_outwards", lambda _, told=outwards: told)
        assert place(EVERYWHERE.host) == known


@pytest.mark.parametrize(("host", "told"), [("127.0.0.1", False), (EVERYWHERE.host, True)])
def test_only_what_others_reach_is_told_of(host, told):
    async def run():
        heard = []

        async def advertise(address):
            heard.append(address)

        server = Server(lambda _: None, (), advertise)
        listener = Listener("wyoming", Address(host, 0))
        async with running(server.serve(listener)):
            await until(lambda: listener.port, "it listens")
            await asyncio.sleep(0)
            return heard, listener.port

    heard, port = asyncio.run(run())
    assert heard == ([Address(host, port)] if told else [])

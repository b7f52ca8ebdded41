"""The connection to a real broker: what is promised of it when the broker, or the way to it, is not there."""

import asyncio
import subprocess
from contextlib import asynccontextmanager

import aiomqtt
import pytest

from tests.fakes.clock import JumpingClock
from tests.rigs.awaiting import until
from tests.rigs.certificates import self_signed
from tests.rigs.mosquitto import Mosquitto
from tests.rigs.proxy import Proxy
from tests.rigs.sockets import serving, slammed
from voiced.core.config_home import DeviceConfig, HomeConfig, MqttConfig
from voiced.core.errors import HomeUnreachable
from voiced.home.broker import OUTBOX, MqttBroker
from voiced.home.devices import MqttDevices


class HastyClock(JumpingClock):
    """Pauses end at once, and are remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0.02)


def broker(port, **settings):
    return MqttBroker(MqttConfig(host="127.0.0.1", port=port, client_id="tested", **settings), HastyClock())


@asynccontextmanager
async def running(made):
    task = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled(), "only whoever started it ends it"


async def connected(made):
    await until(lambda: made.status.connected, "it is connected")


@asynccontextmanager
async def listening(port, topic="#", **settings):
    """What somebody else hears."""
    heard: list[tuple[str, bytes]] = []
    async with aiomqtt.Client("127.0.0.1", port, **settings) as client:
        await client.subscribe(topic, qos=1)

        async def listen():
            async for message in client.messages:
                heard.append((message.topic.value, message.payload))  # noqa: PERF401 (it is read meanwhile)

        task = asyncio.create_task(listen())
        yield heard, client
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_a_broker_that_comes_late_is_found_with_all_that_waited(tmp_path):
    async def run():
        server = Mosquitto(tmp_path)
        made, heard = broker(server.port), []
        made.subscribe(["a/state"], heard.append)
        made.publish("a/state", "1", retain=True)
        made.publish("b", "event")
        made.publish("a/state", "2", retain=True)
        async with running(made):
            await until(lambda: "refused" in made.status.problem.lower(), "it says why it is not connected")
            assert not made.status.connected
            assert made.status.hint
            with pytest.raises(HomeUnreachable):
                await made.send("a/command", "now")
            with server:
                await connected(made)
                await until(lambda: heard, "what waited is sent")
                async with listening(server.port) as (told, _):
                    await until(lambda: told, "what is retained is there")
                    assert told == [("a/state", b"2")]
                assert [(each.topic, each.payload) for each in heard] == [("a/state", b"2")]

    asyncio.run(run())


def test_too_much_that_waits_drops_its_oldest_and_counts(tmp_path):
    async def run():
        with Mosquitto(tmp_path) as server:
            made = broker(server.port)
            for number in range(OUTBOX + 10):
                made.publish("event", str(number))
            assert made.status.dropped == 10
            async with listening(server.port) as (told, _), running(made):
                await until(lambda: len(told) == OUTBOX, "all that is left is sent")
                assert [int(payload) for _, payload in told] == list(range(10, OUTBOX + 10))

    asyncio.run(run())


def test_after_an_outage_subscriptions_are_there_and_what_is_retained_is_marked(tmp_path):
    async def run():
        with Mosquitto(tmp_path) as server:
            made, heard, births = broker(server.port), [], []
            made.subscribe(["lamp"], heard.append)
            made.watch(births.append)
            async with running(made):
                await connected(made)
                made.publish("lamp", "on", retain=True)
                await until(lambda: heard, "it is told")
                server.stop()
                await until(lambda: not made.status.connected, "it is noticed")
                server.start()
                await connected(made)
                await until(lambda: len(heard) == 2, "it is told again")
        assert [each.retained for each in heard[:2]] == [False, True]
        assert births[:3] == [True, False, True]
        assert made.status.connects == 2

    asyncio.run(run())


def test_a_connection_that_swallows_everything_is_noticed(tmp_path):
    async def run():
        with Mosquitto(tmp_path) as server:
            async with Proxy(server.port) as proxy:
                made, heard = broker(proxy.port, keepalive_s=1), []
                made.subscribe(["lamp"], heard.append)
                async with running(made):
                    await connected(made)
                    proxy.swallow()
                    await until(lambda: not made.status.connected, "it is noticed")
                    proxy.restore()
                    await connected(made)
                    made.publish("lamp", "on")
                    await until(lambda: heard, "it works again")

    asyncio.run(run())


def test_a_wrong_password_is_told_and_a_new_file_is_read_without_a_restart(tmp_path):
    passwords, mine = tmp_path / "passwords", tmp_path / "mine"
    passwords.touch()
    subprocess.run(["mosquitto_passwd", "-b", passwords, "voiced", "right"], check=True, capture_output=True)
    mine.write_text("wrong\n")

    async def run():
        with Mosquitto(tmp_path, f"allow_anonymous false\npassword_file {passwords}") as server:
            made = broker(server.port, username="voiced", password_file=str(mine))
            async with running(made):
                await until(lambda: "not auth" in made.status.problem.lower(), "it says why")
                mine.unlink()
                await until(lambda: str(mine) in made.status.problem, "it says that the file is missing")
                mine.write_text("right\n")
                await connected(made)

    asyncio.run(run())


# paho leaves a socket whose handshake failed to the garbage collector, which closes it.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning")
def test_tls(tmp_path):
    certificate = self_signed(tmp_path)
    settings = f"allow_anonymous true\ncertfile {tmp_path}/server.pem\nkeyfile {tmp_path}/server.key"

    async def run():
        with Mosquitto(tmp_path, settings) as server:
            trusting = broker(server.port, tls=True, ca_file=str(certificate.file))
            suspicious = broker(server.port, tls=True)
            async with running(trusting), running(suspicious):
                await connected(trusting)
                await until(lambda: "certificate" in suspicious.status.problem.lower(), "it says why")

    asyncio.run(run())


def test_a_broker_without_mqtt_5_is_talked_to_in_the_older_version(tmp_path):
    async def run():
        with Mosquitto(tmp_path) as server:

            async def old(reader, writer):
                hello = await reader.read(1024)
                version = hello[8]  # Fixed header, length, "MQTT" with its length, version.
                if version == 5:
                    writer.write(b"\x20\x02\x00\x01")  # CONNACK: unacceptable protocol version.
                    await writer.drain()
                    return
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", server.port)
                far_writer.write(hello)

                async def back():
                    while data := await far_reader.read(65_536):
                        writer.write(data)

                backwards = asyncio.create_task(back())
                try:
                    while data := await reader.read(65_536):
                        far_writer.write(data)
                finally:
                    backwards.cancel()
                    far_writer.transport.abort()

            async with serving(old) as port:
                made, heard = broker(port), []
                made.subscribe(["lamp"], heard.append)
                async with running(made):
                    await connected(made)
                    await made.send("lamp", "on")
                    await until(lambda: heard, "it is told")

    asyncio.run(run())


def test_a_broker_that_hangs_up_at_once_is_not_waited_for():
    async def run():
        async with serving(slammed) as port:
            made = broker(port)
            async with running(made):
                await until(lambda: made.status.problem.count("code:"), "it says why")
                assert "timed out" not in made.status.problem

    asyncio.run(run())


def test_a_message_that_is_too_large_is_left_out(tmp_path):
    async def run():
        with Mosquitto(tmp_path) as server:
            made, heard = broker(server.port), []
            made.subscribe(["big"], heard.append)
            async with running(made), listening(server.port, "none") as (_, client):
                await connected(made)
                await client.publish("big", b"x" * 2_000_000, qos=1)
                await client.publish("big", b"small", qos=1)
                await until(lambda: heard, "the small one comes")
                assert [each.payload for each in heard] == [b"small"]
                assert made.status.connects == 1

    asyncio.run(run())


def test_devices_that_come_and_go(tmp_path):
    lamp = DeviceConfig(
        domain="light",
        command_topic="lamp/set",
        commands={"turn_on": "ON"},
        query_topic="lamp/get",
        query_payload="?",
        state_topics=["lamp"],
        availability_topic="lamp/available",
    )

    async def run():
        with Mosquitto(tmp_path) as server:
            made = broker(server.port)
            home = MqttDevices(HomeConfig(devices={"lamp": lamp}), made, JumpingClock())

            def state():
                return home.entities()[0].state

            assert (home.entities()[0].id, state()) == ("light.lamp", "unknown")
            async with listening(server.port, "lamp/get") as (asked, device), running(made):
                await until(lambda: len(asked) == 1, "it is asked for its state")
                await device.publish("lamp", "ON", qos=1, retain=True)
                await until(lambda: state() == "on", "it tells")
                await device.publish("lamp/available", "offline", qos=1)
                await until(lambda: state() == "unavailable", "it is away")
                await device.publish("lamp/available", "online", qos=1)
                await until(lambda: len(asked) == 2, "it is asked again")
                assert state() == "unknown"
                await device.publish("lamp", b"\xff\xfe", qos=1)
                await device.publish("lamp", "OFF", qos=1, retain=True)
                await until(lambda: state() == "off", "it tells again")
            assert state() == "unavailable"

    asyncio.run(run())


def test_a_message_that_cannot_be_read_ends_nothing_and_is_counted(tmp_path):
    def stumble(message):
        if message.payload == b"bad":
            raise OverflowError("int too large to convert to float")
        heard.append(message.payload)

    heard: list[bytes] = []

    async def run():
        with Mosquitto(tmp_path) as server:
            made = broker(server.port)
            made.subscribe(["lamp"], stumble)
            async with running(made), listening(server.port, "none") as (_, client):
                await connected(made)
                for payload in ("bad", "bad", "good"):
                    await client.publish("lamp", payload, qos=1)
                await until(lambda: heard, "the good one comes")
                assert (made.status.unreadable, made.status.connects, heard) == (2, 1, [b"good"])

    asyncio.run(run())

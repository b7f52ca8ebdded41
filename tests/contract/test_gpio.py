"""The light and the button, on gpiozero's own pins that are none."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest
from gpiozero.pins.mock import MockFactory
from msgspec import convert

from tests.fakes.agent import ScriptedAgent
from voiced import observers
from voiced.control import gpio
from voiced.control.gpio import LIGHTS, Gpio
from voiced.core.config import Config
from voiced.core.config_watching import GpioConfig
from voiced.core.events import AnyEvent, ButtonPressed, Muted, Press, StateChanged

LED, BUTTON = 17, 27


class Pressed(ScriptedAgent):
    """A daemon that takes note of what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: asyncio.Queue[str] = asyncio.Queue()

    def listen(self) -> None:
        self.told.put_nowait("listen")

    async def stop(self, by: str) -> None:
        self.told.put_nowait(f"stop by {by}")

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 (it is the value set)
        super().set_muted(muted)
        self.told.put_nowait("mute" if muted else "unmute")
        self.bus.emit(Muted(muted, at=0.0))


@pytest.fixture
def pins():
    factory = MockFactory()
    yield factory
    factory.reset()


@asynccontextmanager
async def running(pins: MockFactory, agent: ScriptedAgent, hold_s: float = 60.0) -> AsyncGenerator[None]:
    task = asyncio.create_task(Gpio(GpioConfig(led=LED, button=BUTTON, hold_s=hold_s), agent, pins).run())
    await asyncio.sleep(0)
    yield
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


async def until(condition: Callable[[], bool]) -> None:
    """The pins change in threads of gpiozero's: looked at again and again until the test's own time is over."""
    while not condition():  # noqa: ASYNC110 (threads set no event of asyncio)
        await asyncio.sleep(0)


def test_the_light_shows_what_voiced_does(pins: MockFactory):
    async def run() -> None:
        agent, light = Pressed(), pins.pin(LED)
        async with running(pins, agent):
            await until(lambda: agent.bus._subscriptions != set())
            agent.bus.emit(StateChanged("listening", at=0.0))
            await until(lambda: light.state == 1)
            agent.bus.emit(StateChanged("idle", at=0.0))
            await until(lambda: light.state == 0)
            before = len(light.states)
            agent.bus.emit(StateChanged("processing", at=0.0))
            await until(lambda: len(light.states) >= before + 4)
            agent.bus.emit(StateChanged("listening", at=0.0))
            await until(lambda: light.state == 1)
        assert pins.pin(LED).function == "input", "the pin is let go of"

    asyncio.run(run())


def test_a_microphone_that_is_closed_before_anybody_looks_is_shown(pins: MockFactory):
    async def run() -> None:
        agent, light = Pressed(), pins.pin(LED)
        gpio = Gpio(GpioConfig(led=LED), agent, pins)
        agent.set_muted(muted=True)
        task = asyncio.create_task(gpio.run())
        await until(lambda: light.state == 1)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(run())


def test_a_short_press_listens_or_stops_and_a_long_one_mutes(pins: MockFactory):
    async def run() -> None:
        agent, button = Pressed(), pins.pin(BUTTON)
        told = list[AnyEvent]()
        agent.bus.watch(told.append)

        def press() -> None:
            button.drive_low()
            button.drive_high()

        async with running(pins, agent):
            await until(lambda: agent.bus._subscriptions != set())
            press()
            assert await agent.told.get() == "listen"
            agent.bus.emit(StateChanged("responding", at=0.0))
            await until(lambda: pins.pin(LED).state == 1)
            press()
            assert await agent.told.get() == "stop by button"
        async with running(pins, agent, hold_s=0.01):
            for wanted in ("mute", "unmute"):
                button.drive_low()
                assert await agent.told.get() == wanted
                button.drive_high()
            press_over = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(press_over.set_result, None)
            await press_over
            assert agent.told.empty()
        presses = [each for each in told if isinstance(each, ButtonPressed)]
        kinds: tuple[Press, ...] = ("press", "press", "long_press", "long_press")
        assert presses == [ButtonPressed(kind, at=1.5) for kind in kinds]

    asyncio.run(run())


class Busy(Exception):
    """Somebody else has the pin: as lgpio's `error`, which is no OSError and none of gpiozero's."""


def busy(*_: object, **__: object) -> None:
    raise Busy("GPIO busy")


def test_pins_that_somebody_else_has_are_told_and_no_more(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    async def run() -> None:
        assert observers._gpio(convert({"gpio": {"led": LED}}, Config), Pressed()) is None

    monkeypatch.setattr(gpio, "LED", busy)
    asyncio.run(run())
    assert caplog.messages == ["there is no light and no button: Busy: GPIO busy"]


def test_pins_that_fail_later_end_nothing_else(
    pins: MockFactory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(gpio.LED, "off", busy)

    async def run() -> None:
        await Gpio(GpioConfig(led=LED), Pressed(), pins).run()

    asyncio.run(run())
    assert caplog.messages == ["the light and the button work no longer: Busy: GPIO busy"]
    assert pins.pin(LED).function == "input", "the pin is let go of"


def test_each_state_has_a_light():
    assert set(LIGHTS) == {"idle", "muted", "listening", "processing", "responding"}
    assert len(set(LIGHTS.values())) == len(LIGHTS)

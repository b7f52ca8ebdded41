"""A light and a button on a Raspberry Pi's pins: one shows what voiced does, one listens, stops and mutes."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from gpiozero import LED, Button, Factory

from voiced.core.config_watching import GpioConfig
from voiced.core.errors import AudioFailed
from voiced.core.events import ButtonPressed, Muted, StateChanged
from voiced.core.ports.agent import Agent

log = logging.getLogger(__name__)

BOUNCE_S = 0.02
LIGHTS: Mapping[str, tuple[float, float]] = {
    "idle": (0.0, 1.0),
    "muted": (0.05, 2.95),
    "listening": (1.0, 0.0),
    "processing": (0.1, 0.1),
    "responding": (0.5, 0.5),
}
"""For how many seconds the light is on, and then off, again and again."""


class Gpio:
    """Both of them, or one.

    Args:
        config: their pins.
        agent: who is shown and steered.
        factory: the pins of another machine; None: of this one.

    Raises:
        Exception: there are no such pins, or somebody has them: of gpiozero's or of whatever it uses (lgpio's `error`).
    """

    def __init__(self, config: GpioConfig, agent: Agent, factory: Factory | None = None) -> None:
        self._agent = agent
        self._loop = asyncio.get_running_loop()
        self._state, self._muted, self._held = "idle", False, False
        self._stopping: set[asyncio.Task[None]] = set()
        # gpiozero has no types: checkers guess them from its defaults, which are whole numbers.
        self._led: Any = LED(config.led, pin_factory=factory) if config.led else None
        self._button: Any = None
        hold_s: Any = config.hold_s
        if config.button:
            self._button = Button(config.button, bounce_time=BOUNCE_S, hold_time=hold_s, pin_factory=factory)
            self._button.when_held = lambda: self._loop.call_soon_threadsafe(self._mute)
            self._button.when_released = lambda: self._loop.call_soon_threadsafe(self._released)

    async def run(self) -> None:
        """Shows what happens until it is cancelled, or the pins fail; lets go of them then."""
        try:
            await self._follow()
        except Exception as error:  # noqa: BLE001 (the boundary to libraries of pins, which raise what they like)
            log.error("the light and the button work no longer: %s: %s", type(error).__name__, error)  # noqa: TRY400

    async def _follow(self) -> None:
        try:
            with self._agent.bus.subscribe() as events:
                self._muted = self._agent.status().muted
                await self._show()
                async for event in events:
                    if isinstance(event, StateChanged):
                        self._state = event.state
                    elif isinstance(event, Muted):
                        self._muted = event.muted
                    else:
                        continue
                    await self._show()
        finally:
            for each in (self._led, self._button):
                if each is not None:
                    each.close()

    async def _show(self) -> None:
        led = self._led
        if led is None:
            return
        on, off = LIGHTS["muted" if self._muted and self._state == "idle" else self._state]
        # It waits for the thread that made the light blink.
        await asyncio.to_thread(led.on if not off else led.off if not on else lambda: led.blink(on, off))

    def _mute(self) -> None:
        """It is held: its release then means nothing."""
        self._held = True
        self._agent.bus.emit(ButtonPressed("long_press", at=self._agent.at()))
        self._agent.set_muted(not self._agent.status().muted)

    def _released(self) -> None:
        if self._held:
            self._held = False
            return
        self._agent.bus.emit(ButtonPressed("press", at=self._agent.at()))
        if self._state == "idle":
            try:
                self._agent.listen()
            except AudioFailed as error:
                log.warning("the button cannot make it listen: %s", error.message)
        else:
            stopping = asyncio.create_task(self._agent.stop("button"), name="button")
            self._stopping.add(stopping)
            stopping.add_done_callback(self._stopping.discard)

"""Voiced as Home Assistant's satellite: what it is made of."""

import asyncio
from typing import Any

from voiced.assistant import Voiced
from voiced.control.listening import Listener
from voiced.control.wyoming.satellite import Satellite, SatelliteSession
from voiced.control.wyoming.server import Server
from voiced.core.answers import load_speech
from voiced.core.commands import Hush, Ring, Say
from voiced.core.config import Config
from voiced.core.config_wyoming import satellite_addresses, satellite_networks
from voiced.core.events import AnyEvent, Woke
from voiced.core.types import Clip, Earcon
from voiced.hearing_others import advertiser, artifact, wake_models
from voiced.setup.places import intents_folder
from voiced.turn.earcons import earcons


async def serve_satellite(config: Config, voiced: Voiced) -> None:
    """Lets Home Assistant answer what is said here, until it is cancelled.

    Raises:
        ConfigInvalid: an address or a network is none.
    """
    listeners = [Listener("satellite", each) for each in satellite_addresses(config.wyoming)]
    allowed = satellite_networks(config.wyoming)
    voiced.listeners += listeners
    room = _Room(config, voiced)
    satellite = Satellite(lambda: _info(config), room, lambda: room.word)
    voiced.bus.watch(room.happened)
    voiced.elsewhere = satellite
    server = Server(
        lambda connection: SatelliteSession(connection, satellite),
        allowed,
        advertiser(config, "-satellite"),
        setting="wyoming.satellite_allow",
    )
    try:
        await asyncio.gather(*map(server.serve, listeners))
    finally:
        voiced.elsewhere = None
        await satellite.close()


class _Room:
    """Implements `Room`.

    Attributes:
        word: the wake word that was heard last.
    """

    def __init__(self, config: Config, voiced: Voiced) -> None:
        self.word = ""
        self._inbox = voiced.inbox
        self._speech = load_speech(intents_folder(config), config.language)
        self._alarm = earcons()[Earcon.ALARM]

    def happened(self, event: AnyEvent) -> None:
        if isinstance(event, Woke):
            self.word = event.word

    async def play(self, sound: Clip) -> None:
        await self._inbox.wish(lambda done: Say("", done, sound))

    async def ring(self, timer: str, name: str) -> None:
        say = self._speech.say
        named = say("{name} timer", name=self._speech.bare(name)) if name else ""
        text = say("Your {timer} is done.", timer=named) if named else say("Your timer is done.")
        await self._inbox.put(Ring(text, self._alarm, promises=(_promise(timer),)))

    async def hush(self, timer: str) -> None:
        await self._inbox.put(Hush(_promise(timer)))


def _promise(timer: str) -> str:
    return f"elsewhere-{timer}"  # Never the id of one of ours.


def _info(config: Config) -> dict[str, Any]:
    words = list(config.wake.words)
    models = wake_models(config, words)
    satellite = {
        **artifact(f"{config.home.room} voice" if config.home.room else "voiced", installed=True),
        "area": config.home.room or None,
        "has_vad": True,
        "active_wake_words": words,
        "max_active_wake_words": len(words),
        "supports_trigger": False,
    }
    return {"satellite": satellite, "wake": [{**artifact("voiced", installed=True), "models": models}]}

"""Voiced as ears, voice and mind of others: what the Wyoming server is made of."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from hashlib import blake2s
from typing import Any

from voiced import __version__
from voiced.assistant import Voiced
from voiced.control.listening import Listener
from voiced.control.wyoming.server import Server
from voiced.control.wyoming.services import Services
from voiced.control.wyoming.session import Session
from voiced.core.addresses import Address
from voiced.core.answers import load_speech
from voiced.core.config import Config
from voiced.core.config_wyoming import addresses, networks
from voiced.core.status import EngineStatus
from voiced.engines.incoming import Incoming
from voiced.setup.places import intents_folder
from voiced.turn.sentences import Clauses
from voiced.turn.speaking import SpeakableTts
from voiced.waking_others import WakeForOthers

US = {"name": "voiced", "url": ""}


async def serve_others(config: Config, voiced: Voiced) -> None:
    """Serves Wyoming's clients until it is cancelled.

    Raises:
        ConfigInvalid: an address or a network is none.
    """
    listeners = [Listener("wyoming", each) for each in addresses(config.wyoming)]
    allowed = networks(config.wyoming)
    voiced.listeners += listeners
    served = services(config, voiced)
    server = Server(lambda connection: Session(connection, served), allowed, advertiser(config))
    voiced.wyoming_clients = lambda: server.clients
    await asyncio.gather(*map(server.serve, listeners))


def advertiser(config: Config, suffix: str = "") -> Callable[[Address], Awaitable[None]] | None:
    """What tells the network where a server listens; see `keep_advertised`. None: nobody is to know."""
    taken: set[str] = set()

    async def advertise(address: Address) -> None:
        from voiced.control.wyoming.advertising import keep_advertised  # noqa: PLC0415 (few want it)

        await keep_advertised(address, taken, suffix)

    return advertise if config.wyoming.advertise else None


def services(config: Config, voiced: Voiced) -> Services:
    """What is done for clients."""
    speech = load_speech(intents_folder(config), config.language)

    async def ask(text: str, conversation: str) -> str | None:
        # An id of theirs never is one of ours: nobody reads what was said here by guessing.
        name = f"elsewhere-{blake2s(conversation.encode(errors='replace')).hexdigest()[:24]}"
        return (await voiced.ask(text, aloud=False, conversation=name)).text

    wake = WakeForOthers(config.wake)
    return Services(
        info=lambda: info(config, voiced.status().engines, wake.words),
        stt=voiced.stt.elsewhere,
        tts=SpeakableTts(voiced.tts.elsewhere, config.language),
        wake=wake.listening,
        ask=ask,
        sound=Incoming,
        splitter=Clauses,
        unknown=speech.say("Sorry, I do not know that."),
        apology=speech.say("Sorry, something went wrong."),
        language=config.language,
        longest_s=config.endpoint.maximum_s,
    )


def info(config: Config, engines: Sequence[EngineStatus], words: Sequence[str] = ()) -> dict[str, Any]:
    """What there is, as Wyoming's `info` has it; installed is what works now or is about to, not what has a problem.

    Args:
        config: the configuration.
        engines: those of the room.
        words: the wake words that are heard for others.
    """
    languages = [config.language]

    def models(kind: str) -> list[dict[str, Any]]:
        return [
            {**artifact(each.engine, installed=not each.problem), "languages": languages}
            for each in engines
            if each.kind == kind
        ]

    def program(models: list[dict[str, Any]], name: str = "models", **flags: bool) -> list[dict[str, Any]]:
        installed = any(model["installed"] for model in models)
        return [{**artifact("voiced", installed=installed), name: models, **flags}] if models else []

    home = bool(config.home.mqtt.host or config.home.assistant.url)
    mind = [{**artifact("voiced", installed=True), "languages": languages}]
    return {
        "asr": program(models("stt"), supports_transcript_streaming=False, requires_external_vad=True),
        "tts": program(models("tts"), "voices", supports_synthesize_streaming=True),
        "wake": program(wake_models(config, words)),
        "handle": program(mind, supports_handled_streaming=False, supports_home_control=home),
    }


def wake_models(config: Config, words: Sequence[str]) -> list[dict[str, Any]]:
    """Wake words, as Wyoming's `info` has them."""
    more = {"languages": [config.language]}
    return [{**artifact(word, installed=True), **more, "phrase": word.replace("_", " ")} for word in words]


def artifact(name: str, *, installed: bool) -> dict[str, Any]:
    """A part of voiced, as Wyoming's `info` has it."""
    return {"name": name, "attribution": US, "installed": installed, "description": name, "version": __version__}

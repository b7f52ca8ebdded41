"""Commands that come over a broker: read with care, and obeyed."""

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from math import inf
from typing import Any

from voiced.control.steering import LONGEST_TEXT
from voiced.core.context import whereabouts
from voiced.core.errors import InputInvalid, VoicedError
from voiced.core.forgetting import Forget
from voiced.core.ports.agent import Agent
from voiced.core.ports.broker import BrokerMessage
from voiced.core.tasks import ended

log = logging.getLogger(__name__)

MOST = 16
"""Commands that may be under way at once."""
PERCENT = re.compile(rb"[0-9]{1,3}(\.[0-9]{1,6})?")
LOUDEST = 100
SWITCH = {b"ON": True, b"OFF": False}
BY = "mqtt"
"""Who it was, for the audit log and for whoever is stopped."""

Work = Coroutine[Any, Any, object]


class Commands:
    """Obeys, and has no more under way than it can bear.

    Args:
        agent: the daemon.
        obeyed: called after each command, whatever became of it.
    """

    def __init__(self, agent: Agent, obeyed: Callable[[], None]) -> None:
        self._agent, self._obeyed = agent, obeyed
        self._under_way = set[asyncio.Task[None]]()

    def take(self, key: str, message: BrokerMessage) -> None:
        """Begins to obey one.

        Raises:
            InputInvalid: it is no such command, an old one that the broker kept, or one too many.
        """
        if message.retained:
            raise InputInvalid("the broker kept it: it is from earlier, and is not obeyed")
        if key != "stop" and len(self._under_way) >= MOST:
            raise InputInvalid("there are too many commands under way")
        task = asyncio.create_task(self._obey(key, COMMANDS[key](self._agent, message.payload)))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Ends what is under way."""
        await ended(set(self._under_way))

    async def _obey(self, key: str, work: Work) -> None:
        result = "cut short"
        try:
            await work
            result = "done"
        except VoicedError as error:
            result = error.code
            log.warning("%s over MQTT failed: %s", key, error.code)  # A message may be in the user's own words.
        except Exception as error:  # noqa: BLE001 (it may fail, the daemon may not)
            result = "failed"
            log.error("%s over MQTT failed, which is a fault of voiced:\n%s", key, whereabouts(error))  # noqa: TRY400
        finally:
            self._agent.audit.note(BY, key, "", result)
            self._obeyed()


async def _at_once(act: Callable[[], object]) -> None:
    act()


def _mute(agent: Agent, payload: bytes) -> Work:
    return _at_once(partial(agent.set_muted, switched(payload)))


def _volume(agent: Agent, payload: bytes) -> Work:
    return _at_once(partial(agent.set_volume, percent(payload)))


def _do_not_disturb(agent: Agent, payload: bytes) -> Work:
    return agent.set_do_not_disturb(inf if switched(payload) else None)


def _wake_word(agent: Agent, payload: bytes) -> Work:
    return _at_once(partial(agent.set_attention, wake_word=switched(payload)))


def _follow_up(agent: Agent, payload: bytes) -> Work:
    return _at_once(partial(agent.set_attention, follow_up=switched(payload)))


def _sensitivity(agent: Agent, payload: bytes) -> Work:
    return _at_once(partial(agent.set_attention, sensitivity=percent(payload)))


def _announce(agent: Agent, payload: bytes) -> Work:
    return agent.announce(words(payload), "normal")


def _stop(agent: Agent, payload: bytes) -> Work:
    pressed(payload)
    return agent.stop(BY)


def _listen(agent: Agent, payload: bytes) -> Work:
    pressed(payload)
    return _at_once(agent.listen)


def _restart_audio(agent: Agent, payload: bytes) -> Work:
    pressed(payload)
    return _at_once(agent.restart_audio)


def _forget_last(agent: Agent, payload: bytes) -> Work:
    pressed(payload)
    return _forget(agent)


async def _forget(agent: Agent) -> None:
    """Forgets what was said in the last turn, wherever that was."""
    for message in (await agent.conversations.recent(1)).items:
        what = Forget(turn=message.turn) if message.turn else Forget(ids=[message.id])
        await agent.upkeep.forget(what, lambda _, __: None)


def _ask(agent: Agent, payload: bytes) -> Work:
    return agent.ask(words(payload), aloud=True)


COMMANDS: Mapping[str, Callable[[Agent, bytes], Work]] = {
    "mute": _mute,
    "volume": _volume,
    "do_not_disturb": _do_not_disturb,
    "wake_word": _wake_word,
    "follow_up": _follow_up,
    "sensitivity": _sensitivity,
    "announce": _announce,
    "stop": _stop,
    "listen": _listen,
    "restart_audio": _restart_audio,
    "forget_last": _forget_last,
    "ask": _ask,
}
"""By the entity's key; each raises InputInvalid at once for what is no such command."""


def switched(payload: bytes) -> bool:
    """ON or OFF."""
    if (on := SWITCH.get(payload)) is None:
        raise InputInvalid("it is neither ON nor OFF")
    return on


def percent(payload: bytes) -> int:
    """A number from 0 to 100."""
    if not PERCENT.fullmatch(payload) or float(payload) > LOUDEST:
        raise InputInvalid(f"it is no number from 0 to {LOUDEST}")
    return round(float(payload))


def pressed(payload: bytes) -> None:
    """A button is pressed."""
    if payload != b"PRESS":
        raise InputInvalid("it is not PRESS")


def words(payload: bytes) -> str:
    """A text in UTF-8."""
    try:
        text = payload.decode().strip()
    except UnicodeDecodeError as error:
        raise InputInvalid("it is no text in UTF-8") from error
    if not 1 <= len(text) <= LONGEST_TEXT:
        raise InputInvalid(f"it is empty, or has more than {LONGEST_TEXT} characters")
    return text

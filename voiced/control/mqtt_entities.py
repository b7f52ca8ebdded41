"""What Home Assistant is told that voiced is: a device with its entities, in one discovery payload. Pure.

Source: https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload
"""

import re
from collections.abc import Mapping
from typing import Any, get_args

import msgspec
from msgspec import Struct

from voiced import __version__
from voiced.control.mqtt_names import DEVICE, NAMES
from voiced.core.config import Config
from voiced.core.events import Press

BIRTH = "homeassistant/status"
"""Where Home Assistant tells that it has come, whatever its discovery prefix is."""
SATELLITE = ("idle", "listening", "processing", "responding")
"""The states of voiced, in Home Assistant's words."""
TURN_EVENTS = ("wake", "not_understood", "stt", "reply", "stopped", "error")
TIMER_EVENTS = ("started", "updated", "cancelled", "finished")
LONGEST_QUESTION = 255
"""Characters that Home Assistant takes in a text entity."""
NO_NODE = re.compile("[^a-zA-Z0-9_-]")
"""What the name of a node in a discovery topic must not have in it."""


class Topics(Struct, frozen=True):
    """Where voiced tells, and is told.

    Attributes:
        prefix: where Home Assistant looks for devices.
        node: who voiced is: letters, digits, _ and - only.
    """

    prefix: str
    node: str

    @property
    def device(self) -> str:
        """What voiced is; retained."""
        return f"{self.prefix}/device/{self.node}/config"

    @property
    def availability(self) -> str:
        """Whether voiced is there; retained."""
        return f"voiced/{self.node}/availability"

    @property
    def state(self) -> str:
        """The state of everything, in JSON; retained."""
        return f"voiced/{self.node}/state"

    def attributes(self, key: str) -> str:
        """More about an entity, in JSON; retained."""
        return f"voiced/{self.node}/attr/{key}"

    def event(self, key: str) -> str:
        """What happens, in JSON; never retained."""
        return f"voiced/{self.node}/event/{key}"

    def command(self, key: str) -> str:
        """Where somebody sets or presses an entity."""
        return f"voiced/{self.node}/{key}/set"

    @property
    def retained(self) -> list[str]:
        """All that the broker keeps, the device first."""
        return [self.device, self.availability, self.state, *map(self.attributes, ATTRIBUTES)]


def node_of(name: str) -> str:
    """The node of a client of a broker."""
    return NO_NODE.sub("_", name)


Fields = Mapping[str, Any]


def _entity(platform: str, name: str | None, **more: Any) -> Fields:  # noqa: ANN401 (any JSON)
    return {"platform": platform, "name": name, **more}


def _percent(name: str, **more: Any) -> Fields:  # noqa: ANN401 (any JSON)
    return _entity("number", name, min=0, max=100, step=1, mode="slider", unit_of_measurement="%", **more)


def _diagnostic(platform: str, name: str, **more: Any) -> Fields:  # noqa: ANN401 (any JSON)
    return _entity(platform, name, entity_category="diagnostic", **more)


def _value(key: str) -> str:
    return f"{{{{ value_json.{key} }}}}"


def _switched(key: str) -> str:
    return f"{{{{ 'ON' if value_json.{key} else 'OFF' }}}}"


STATES: Mapping[str, Fields] = {
    "satellite": _entity(
        "sensor",
        None,  # It bears the name of the device alone.
        icon="mdi:account-voice",
        device_class="enum",
        options=SATELLITE,
        value_template=_value("satellite"),
    ),
    "conversation": _entity(
        "binary_sensor", "Conversation", icon="mdi:account-voice", value_template=_switched("conversation")
    ),
    "mute": _entity("switch", "Mute", icon="mdi:microphone-off", value_template=_switched("muted")),
    "volume": _percent("Volume", icon="mdi:volume-high", value_template=_value("volume")),
    "do_not_disturb": _entity(
        "switch", "Do not disturb", icon="mdi:minus-circle", value_template=_switched("do_not_disturb")
    ),
    "wake_word": _entity("switch", "Wake word", icon="mdi:ear-hearing", value_template=_switched("wake_word")),
    "follow_up": _entity(
        "switch",
        "Follow-up",
        icon="mdi:comment-question",
        entity_category="config",
        value_template=_switched("follow_up"),
    ),
    "sensitivity": _percent(
        "Wake word sensitivity", icon="mdi:tune", entity_category="config", value_template=_value("sensitivity")
    ),
    "next_timer": _entity("sensor", "Next timer", device_class="timestamp", value_template=_value("next_timer")),
    "active_timers": _entity(
        "sensor",
        "Active timers",
        icon="mdi:timer-outline",
        state_class="measurement",
        value_template=_value("active_timers"),
    ),
    "microphone_problem": _diagnostic(
        "binary_sensor", "Microphone", device_class="problem", value_template=_switched("microphone_problem")
    ),
    "degraded": _diagnostic("binary_sensor", "Degraded", device_class="problem", value_template=_switched("degraded")),
    "uptime": _diagnostic("sensor", "Uptime", device_class="timestamp", value_template=_value("uptime")),
    "latency_p50": _diagnostic(
        "sensor",
        "Latency",
        device_class="duration",
        unit_of_measurement="ms",
        state_class="measurement",
        value_template=_value("latency_p50"),
    ),
    "latency_p95": _diagnostic(
        "sensor",
        "Latency of the slowest",
        device_class="duration",
        unit_of_measurement="ms",
        state_class="measurement",
        enabled_by_default=False,
        value_template=_value("latency_p95"),
    ),
    "route": _diagnostic("sensor", "Last answer by", icon="mdi:directions-fork", value_template=_value("route")),
    "model": _diagnostic("sensor", "Language model", icon="mdi:brain", value_template=_value("model")),
    "postponed": _diagnostic(
        "sensor", "Waiting", icon="mdi:tray-full", state_class="measurement", value_template=_value("postponed")
    ),
    "temperature": _diagnostic(
        "sensor",
        "Temperature",
        device_class="temperature",
        unit_of_measurement="°C",
        state_class="measurement",
        value_template=_value("temperature"),
    ),
    "processor": _diagnostic(
        "sensor",
        "Processor",
        icon="mdi:cpu-64-bit",
        unit_of_measurement="%",
        state_class="measurement",
        enabled_by_default=False,
        value_template=_value("processor"),
    ),
    "memory": _diagnostic(
        "sensor",
        "Memory",
        icon="mdi:memory",
        unit_of_measurement="%",
        state_class="measurement",
        enabled_by_default=False,
        value_template=_value("memory"),
    ),
}
"""What has a state; all of them are in one JSON."""
EVENTS: Mapping[str, Fields] = {
    "turn": _entity("event", "Turn", icon="mdi:forum", event_types=TURN_EVENTS),
    "button": _entity("event", "Button", device_class="button", event_types=get_args(Press)),
    "timer": _entity("event", "Timer", icon="mdi:timer-alert", event_types=TIMER_EVENTS),
}
ORDERS: Mapping[str, Fields] = {
    "announce": _entity("notify", "Announce"),
    "stop": _entity("button", "Stop", icon="mdi:stop"),
    "forget_last": _entity("button", "Forget the last turn", icon="mdi:eraser", entity_category="config"),
    "restart_audio": _entity("button", "Restart audio", device_class="restart", entity_category="config"),
    "listen": _entity("button", "Listen", icon="mdi:microphone"),
    "ask": _entity("text", "Ask", icon="mdi:chat-question", min=1, max=LONGEST_QUESTION),
}
"""What only takes commands."""
SETTABLE = frozenset({"mute", "volume", "do_not_disturb", "wake_word", "follow_up", "sensitivity"})
"""What takes commands besides."""
ATTRIBUTES = ("active_timers", "degraded")
"""What is told more about."""
RETIRED: Mapping[str, str] = {}
"""Entities of earlier versions, and their platforms. No key is used again for something else."""


def absent(config: Config) -> frozenset[str]:
    """What is not there as voiced is configured: what its owner has closed is not opened from the broker."""
    there = {
        "ask": config.home.mqtt.transcripts,
        "button": config.gpio.button > 0,
        "follow_up": config.dialogue.follow_up_s > 0,
    }
    return frozenset(key for key, is_there in there.items() if not is_there)


def discovery(topics: Topics, config: Config, model: str = "") -> bytes:
    """The device, in JSON.

    Args:
        topics: where it tells, and is told.
        config: the configuration.
        model: the machine that it runs on; empty: nobody knows.
    """
    names, room = NAMES.get(config.language, {}), config.home.room
    everything = {**STATES, **EVENTS, **ORDERS}
    hidden = absent(config)
    gone = {**RETIRED, **{key: everything[key]["platform"] for key in hidden}}
    device = {
        "identifiers": [topics.node],
        "name": names.get(DEVICE, "{room} voice").format(room=room) if room else "Voiced",
        "manufacturer": "voiced",
        "model": model or "voiced",
        "sw_version": __version__,
        **({"suggested_area": room} if room else {}),
    }
    components = {
        key: _component(topics, key, {**fields, "name": fields["name"] and names.get(key, fields["name"])})
        for key, fields in everything.items()
        if key not in hidden
    }
    return msgspec.json.encode(
        {
            "device": device,
            "origin": {"name": "voiced", "sw_version": __version__},
            "availability": [{"topic": topics.availability}],
            "qos": 1,
            # An entity that is reduced to its platform is taken away.
            "components": {**components, **{key: {"platform": platform} for key, platform in gone.items()}},
        }
    )


def _component(topics: Topics, key: str, fields: Fields) -> dict[str, Any]:
    made: dict[str, Any] = {**fields, "unique_id": f"{topics.node}_{key}"}
    if key in STATES:
        made["state_topic"] = topics.state
    if key in EVENTS:
        made["state_topic"] = topics.event(key)
    if key in ORDERS or key in SETTABLE:
        made["command_topic"] = topics.command(key)
    if key in ATTRIBUTES:
        made["json_attributes_topic"] = topics.attributes(key)
    return made

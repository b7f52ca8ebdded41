"""A device that speaks MQTT: what is sent to it for an action, and what its messages say. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from string import Template
from typing import Any

import msgspec
from msgspec.structs import replace

from voiced.core.config_home import CommandConfig, DeviceConfig
from voiced.core.errors import HomeFailed
from voiced.core.home import Action, Entity, Value
from voiced.home.effects import HOW
from voiced.home.risk import is_risky
from voiced.home.told import STATE_LIMIT, read, usable

_NOTHING = object()
_QUOTE = re.compile(r'(?<!\\)"')


class Device:
    """What the configuration says about one.

    Args:
        name: of its table.
        config: the table.
        risky: see `home.risky` in the configuration.
    """

    def __init__(self, name: str, config: DeviceConfig, risky: Sequence[str]) -> None:
        self.config = config
        id_, called = f"{config.domain}.{name}", config.name or name.replace("_", " ")
        self.entity = Entity(
            id=id_,
            name=called,
            area=config.area,
            aliases=tuple(config.aliases),
            kind=config.kind,
            attributes={"unit_of_measurement": config.unit} if config.unit else {},
            floor=config.floor,
            risky=config.risky or is_risky(id_, config.kind, (called, *config.aliases), risky),
        )

    def messages(self, action: Action) -> Iterator[CommandConfig]:
        """What is sent for an action.

        Raises:
            HomeFailed: it knows no such service, takes no such value, or needs another one.
        """
        how = {name: value for name, value in action.values.items() if name in HOW}
        values = {name: value for name, value in action.values.items() if name not in HOW}
        commands = {f"{action.service}.{name}": self._scaled(name, value) for name, value in values.items()}
        told = {command: how | {"value": value} for command, value in commands.items()} or {action.service: how}
        found = {command: self._command(command) for command in told}
        asked = {name for each in found.values() for name in Template(each.payload).get_identifiers()}
        if unused := how.keys() - asked:
            raise HomeFailed("{thing} takes no {value}", thing=self.entity.name, value=min(unused))
        if needed := (asked & HOW) - how.keys():
            raise HomeFailed("{thing} needs a {value}", thing=self.entity.name, value=min(needed))
        for command, each in found.items():
            yield CommandConfig(topic=each.topic, payload=filled(each.payload, told[command]))

    def _command(self, command: str) -> CommandConfig:
        found = self.config.commands.get(command)
        if found is None:
            hint = f"See commands of the device {self.entity.id} in the configuration."
            command = command.replace("_", " ").replace(".", ": ")
            raise HomeFailed("{thing} cannot do {command}", thing=self.entity.name, command=command, hint=hint)
        return CommandConfig(topic=self.config.command_topic, payload=found) if isinstance(found, str) else found

    def _scaled(self, name: str, value: Value) -> Value:
        return round(float(value) * self.config.brightness_scale / 100) if name == "brightness_pct" else value

    def heard(self, entity: Entity, payload: bytes) -> Entity | None:
        """What it is after a message; None if the message says nothing about it.

        Raises:
            InputInvalid: it has to be JSON, and is not.
        """
        text = _text(payload)
        whole = usable(read(text, object)) if text and (self.config.state or self.config.attributes) else _NOTHING
        told = _at(whole, self.config.state) if self.config.state else text
        shown = {name: _at(whole, path) for name, path in self.config.attributes.items()}
        attributes = {name: self._shown(name, value) for name, value in shown.items() if value is not _NOTHING}
        if told is _NOTHING and not attributes:
            return None
        state = entity.state if told is _NOTHING else self._state(told)
        return replace(entity, state=state, attributes=entity.attributes | attributes)

    def _state(self, told: Any) -> str:  # noqa: ANN401 (any JSON)
        text = told if isinstance(told, str) else msgspec.json.encode(told).decode()
        if text in self.config.states:
            return self.config.states[text]
        usual = {"true": "on", "false": "off", "null": "unknown", "": "unknown"}
        return usual.get(text.lower(), text.lower())[:STATE_LIMIT]

    def _shown(self, name: str, value: Any) -> Any:  # noqa: ANN401 (any JSON)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return value * 255 / self.config.brightness_scale if name == "brightness" and number else value


def filled(payload: str, values: Mapping[str, Value]) -> str:
    """A payload with its values in place; in JSON they stay values, whatever signs are in them."""
    is_json = payload.lstrip().startswith(("{", "["))

    def put(found: re.Match[str]) -> str:
        name = found["named"] or found["braced"]
        if name not in values:
            return "$" if found["escaped"] else found[0]
        value, text = values[name], _written(values[name])
        if not is_json or not isinstance(value, str):
            return text
        quoted = len(_QUOTE.findall(payload, 0, found.start())) % 2
        escaped = msgspec.json.encode(text).decode()
        return escaped[1:-1] if quoted else escaped

    return Template.pattern.sub(put, payload)


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def is_online(payload: bytes) -> bool:
    """Whether an availability message says that it is there: "online" in any spelling, or `{"state": "online"}`.

    Raises:
        InputInvalid: it has to be JSON, and is not.
    """
    text = _text(payload)
    told = _at(read(text, object), "state") if text.startswith("{") else text
    return isinstance(told, str) and told.lower() == "online"


def _text(payload: bytes) -> str:
    return payload.decode("utf-8", "replace").strip()


def _at(value: Any, path: str) -> Any:  # noqa: ANN401 (any JSON)
    """A part of a JSON value: "a.b" is in {"a": {"b": …}}."""
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return _NOTHING
        value = value[name]
    return value

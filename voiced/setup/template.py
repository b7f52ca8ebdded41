"""The configuration file with every setting, its default and its meaning: made from `core.config`, never by hand."""

from collections.abc import Iterator
from typing import Any, cast

import msgspec
from msgspec import Struct
from msgspec.inspect import FloatType, IntType, Metadata, StrType, type_info

from voiced.core.config import Config, RemoteConfig, table_of
from voiced.core.config_home import DeviceConfig
from voiced.core.config_keeping import KeepConfig, PriceConfig
from voiced.core.config_mind import RouteConfig

HEAD = """\
# The settings of voiced, with their defaults. Uncomment what you change.
# Root, whose daemon is the system's, puts this file at /etc/voiced/config.toml, anybody else at
# ~/.config/voiced/config.toml: `voiced config path` tells.
# This file is made from voiced/core/config*.py: `voiced config show --template` prints it.
"""

EXAMPLES: dict[type[Struct], Struct] = {
    RemoteConfig: RemoteConfig(url="tcp://gpu-box:10300"),
    PriceConfig: PriceConfig(tokens_in=0.15, tokens_out=0.6),
    KeepConfig: KeepConfig(),
    DeviceConfig: DeviceConfig(domain="light", name="kitchen light", area="kitchen"),
    RouteConfig: RouteConfig(first="gpu-box", words=12),
}
"""What stands in the file for tables that are not there by default."""


def render() -> str:
    """Makes the whole file."""
    return HEAD + "\n".join(_section(Config, Config(), ""))


def _section(struct: type[Struct], values: Struct, name: str) -> Iterator[str]:
    """A struct's own settings first, then its sections: the order TOML asks for."""
    if name:
        yield f"\n# {(struct.__doc__ or '').strip()}\n{'# ' if struct in EXAMPLES else ''}[{name}]"
    sections: list[tuple[str, Any]] = []
    # What is a section's own stands before what it shares with others.
    for field in sorted(msgspec.structs.fields(struct), key=lambda field: field.name not in struct.__annotations__):
        value = getattr(values, field.name)
        if isinstance(value, Struct):
            sections.append((field.encode_name, value))
            continue
        if table := table_of(field.type):
            sections += [(f"{field.encode_name}.{key}", each) for key, each in (value or _example(table)).items()]
            continue
        yield _setting(field.encode_name, value, field.type)
    for key, value in sections:
        yield from _section(type(value), value, f"{name}.{key}".lstrip("."))


def _example(table: type[Struct]) -> dict[str, Struct]:
    return {"NAME": EXAMPLES[table]}


def _setting(name: str, value: Any, annotation: Any) -> str:  # noqa: ANN401 (any setting)
    info = type_info(annotation)
    description = ""
    while isinstance(info, Metadata):
        description = (info.extra_json_schema or {}).get("description", description)
        info = info.type
    bounds = _bounds(info)
    return f"# {description}{bounds}\n# {name} = {_written(value)}"


def _written(value: Any) -> str:  # noqa: ANN401 (the same)
    """A value in TOML, which writes tables otherwise than JSON."""
    if isinstance(value, dict):
        inner = cast("dict[str, Any]", value)
        return "{" + ", ".join(f"{_written(key)} = {_written(each)}" for key, each in inner.items()) + "}"
    return msgspec.json.encode(value).decode()


def _bounds(info: object) -> str:
    if isinstance(info, IntType | FloatType):
        low = info.ge if info.ge is not None else info.gt
        high = info.le if info.le is not None else info.lt
        if low is not None and high is not None:
            return f" ({'above ' if info.gt is not None else ''}{low:g} to {high:g})"
    if isinstance(info, StrType) and info.pattern and not info.pattern.startswith("^("):
        return f" (like {info.pattern})"
    return ""

"""Where the configuration comes from: each place overrides those before it.

Defaults, what `voiced setup` chose for the machine, a file, its drop-ins, variables, flags. Root, whose daemon is the
system's, has profile.toml, config.toml and config.d/*.toml in /etc/voiced; anybody else, and root if XDG_CONFIG_HOME is
set, in $XDG_CONFIG_HOME/voiced (~/.config/voiced). `voiced config path` tells.
Variables are named after the field: VOICED_AUDIO_VOLUME. Flags name it: --set audio.volume=40.
Wake words are merged field by field; a word that is none of the default ones replaces those that nobody names.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from voiced.core.config import Config, WakeConfig, table_of
from voiced.core.errors import ConfigInvalid

FILE_VARIABLE = "VOICED_CONFIG"
"""Where the file is: the one variable that is no field."""
SYSTEM_FOLDER = Path("/etc/voiced")
_NAME = "config.toml"
_PREFIX = "VOICED_"
_NO_TOML = (ValueError, RecursionError)
"""What `tomllib` raises: also at numbers of thousands of digits, and at lists in lists in lists."""
_UNKNOWN = re.compile(r"unknown field `(?P<key>[^`]+)`(?: - at `\$\.?(?P<at>[^`]*)`)?")
_PASSWORD = re.compile(r"([a-z][a-z0-9+.-]*://)[^/?#\s]*@")
_WRONG = re.compile(r"^(?P<what>.*) - at `\$\.?(?P<at>[^`]*)`$")


class Source(Struct, frozen=True):
    """One place that sets something.

    Attributes:
        name: for people: a path, a variable, a flag.
        values: nested tables.
        text: the TOML, to find lines in; empty for what is no file.
    """

    name: str
    values: dict[str, Any]
    text: str = ""


class Settings(Struct, frozen=True):
    """The configuration and who set what.

    Attributes:
        config: ready for use.
        origins: dotted key to the name of the source that set it; what is not here is a default.
    """

    config: Config
    origins: dict[str, str]


def load(file: Path | None = None, flags: Iterable[str] = (), environment: Mapping[str, str] = os.environ) -> Settings:
    """Reads all sources.

    Args:
        file: instead of the usual places; has to exist.
        flags: `key=value`, the value as TOML or as plain text.
        environment: the variables.

    Raises:
        ConfigInvalid: names the source, the line or the key, and what to do.
    """
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for source in _sources(file, flags, environment):
        _made(source)
        _merge(merged, source.values, origins, source.name)
    _complete_words(merged)
    settings = Settings(_made(Source("all of them together", merged)), origins)
    _check_devices(settings)
    return settings


def config_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the configuration file is, or would be."""
    if named := environment.get(FILE_VARIABLE):
        return Path(named)
    if given := environment.get("CONFIGURATION_DIRECTORY"):
        return Path(given.split(":")[0]) / _NAME
    if os.geteuid() == 0 and "XDG_CONFIG_HOME" not in environment:
        return SYSTEM_FOLDER / _NAME
    return _own_file(environment)


def files(file: Path | None = None, environment: Mapping[str, str] = os.environ) -> list[Path]:
    """The files that are read if they are there: each overrides those before it.

    Args:
        file: the configuration file, instead of the usual one.
        environment: the variables.
    """
    main = file or config_file(environment)
    return [profile_file(main), main, *sorted((main.parent / "config.d").glob("*.toml"))]


def ignored(environment: Mapping[str, str] = os.environ) -> Path | None:
    """A configuration file in root's home: it is not read, because root's daemon is the system's."""
    own = _own_file(environment)
    return own if own.is_file() and config_file(environment) == SYSTEM_FOLDER / _NAME else None


def _own_file(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "voiced" / _NAME


def profile_file(main: Path) -> Path:
    """Where `voiced setup` writes what it chose for the machine, beside a configuration file."""
    return main.with_name("profile.toml")


def flat(config: Config) -> dict[str, Any]:
    """The values of all settings, by dotted key."""
    return dict(dotted(msgspec.to_builtins(config)))


def dotted(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested tables as dotted keys."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from dotted(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def open_text(value: Any) -> Any:  # noqa: ANN401 (of any setting)
    """A value without the passwords that addresses may have in them."""
    if isinstance(value, list):
        return [open_text(each) for each in value]
    return _PASSWORD.sub(r"\1", value) if isinstance(value, str) else value


def keys() -> dict[str, type]:
    """All dotted keys that can be set, with their sections' structs; those of one wake word have its name as `*`."""
    return dict(_keys(Config, ""))


def _keys(struct: Any, prefix: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 (a struct's class)
    for field in msgspec.structs.fields(struct):
        kind = field.type
        if isinstance(kind, type) and issubclass(kind, Struct):
            yield from _keys(kind, f"{prefix}{field.encode_name}.")
        elif table := table_of(kind):
            yield from _keys(table, f"{prefix}{field.encode_name}.*.")
        else:
            yield f"{prefix}{field.encode_name}", kind


def _sources(file: Path | None, flags: Iterable[str], environment: Mapping[str, str]) -> Iterator[Source]:
    main = file or config_file(environment)
    named = file is not None or bool(environment.get(FILE_VARIABLE))
    for path in files(main):
        if path.is_file() or (named and path == main):
            yield _read(path)
    yield from _variables(environment)
    for flag in flags:
        key, separator, value = flag.partition("=")
        _look_at("--set", flag)
        if not separator:
            raise ConfigInvalid(f"--set {flag}: there is no value", hint="Write it as --set key=value.")
        yield Source(f"--set {key}", _nested(key, _value(value)))


def _read(path: Path) -> Source:
    try:
        text = path.read_text(encoding="utf-8")
        return Source(str(path), tomllib.loads(text), text)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigInvalid(f"{path} cannot be read: {error}") from error
    except _NO_TOML as error:
        raise ConfigInvalid(f"{path} is no TOML: {error}") from error


def _variables(environment: Mapping[str, str]) -> Iterator[Source]:
    """Those that set something; one that only resembles a setting is a mistake, and any other is somebody else's."""
    known = {key.upper().replace(".", "_"): key for key in keys() if "*" not in key}
    for name in sorted(name for name in environment if name.startswith(_PREFIX) and name != FILE_VARIABLE):
        field = name.removeprefix(_PREFIX)
        if field in known:
            _look_at(name, environment[name])
            yield Source(name, _nested(known[field], _value(environment[name])))
        elif (close := _closest(field, known)) and not close.startswith(f"{field}_"):  # VOICED_HOME is a folder.
            _look_at("a variable", name)
            message = f"the variable {name} sets nothing; did you mean '{_PREFIX}{close}'?"
            raise ConfigInvalid(message, hint="Unset or rename it.")


def _value(text: str) -> Any:  # noqa: ANN401 (any TOML value)
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except _NO_TOML:
        return text


def _look_at(name: str, text: str) -> None:
    """Bytes that are no text in UTF-8 come as half of a pair, which nobody can write down again."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ConfigInvalid(f"{name}: {text!a} is no text in UTF-8", hint="Write it again, in UTF-8.") from error


def _nested(key: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 (any TOML value)
    for part in reversed(key.split(".")):
        value = {part: value}
    return value


def _merge(
    into: dict[str, Any], values: Mapping[str, Any], origins: dict[str, str], name: str, prefix: str = ""
) -> None:
    for key, value in values.items():
        if isinstance(value, dict):
            if not isinstance(into.get(key), dict):  # Some settings may be a text or a table.
                into[key] = {}
            _merge(into[key], value, origins, name, f"{prefix}{key}.")
        else:
            into[key] = value
            origins[prefix + key] = name


def _complete_words(merged: dict[str, Any]) -> None:
    """Fills in what the sources leave open of the default wake words; one with a server has no models here."""
    words: dict[str, dict[str, Any]] = merged.get("wake", {}).get("words", {})
    if words:
        default: dict[str, dict[str, Any]] = msgspec.to_builtins(WakeConfig().words)
        kept = default if words.keys() <= default.keys() else {}
        here = {name: {} if words.get(name, {}).get("remote") else models for name, models in default.items()}
        merged["wake"]["words"] = {name: {**here.get(name, {}), **words.get(name, {})} for name in {**words, **kept}}


def _made(source: Source) -> Config:
    """What a source makes by itself: its mistakes are found while it is still known whose they are."""
    try:
        return msgspec.convert(source.values, Config, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigInvalid(*_explain(str(error), source)) from error


def _check_devices(settings: Settings) -> None:
    """What may be spread over several sources is checked when it is whole."""
    for name, device in settings.config.home.devices.items():
        for command, what in device.commands.items():
            if isinstance(what, str) and not device.command_topic:
                key = f"home.devices.{name}.commands.{command}"
                message = f"{settings.origins.get(key, key)}: {key} goes nowhere: the device has no command_topic"
                raise ConfigInvalid(message, hint="Give the device a command_topic, or the command a topic of its own.")


def _explain(message: str, source: Source) -> tuple[str]:
    if unknown := _UNKNOWN.search(message):
        prefix = _dotted(unknown["at"] or "")
        key = f"{prefix}.{unknown['key']}" if prefix else unknown["key"]
        return (f"{_place(source, key)}: there is no setting {key!r}{did_you_mean(key, _names())}",)
    if wrong := _WRONG.match(message):
        key = _dotted(wrong["at"])
        return (f"{_place(source, key)}: {key}: {wrong['what'][0].lower()}{wrong['what'][1:]}",)
    return (f"{source.name}: {message}",)


def _dotted(path: str) -> str:
    """Msgspec writes `audio.words[...].micro` for what is below a name it does not tell."""
    return path.removeprefix("key").replace("[...]", ".*").strip(".")


def _names() -> set[str]:
    names = set(keys())
    return names | {name.rsplit(".", depth)[0] for name in names for depth in range(1, name.count(".") + 1)}


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The question that helps with a slip; empty if nothing is near."""
    close = _closest(name, known)
    return f"; did you mean {close!r}?" if close else ""


def _closest(name: str, known: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)), None)


def _place(source: Source, key: str) -> str:
    """The source, with the line in which a key is set, as well as it can be found."""
    table, found = "", 0
    for number, line in enumerate(source.text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = stripped.strip("[]").strip()
            full = table
        else:
            name = stripped.split("=", 1)[0].strip()
            full = f"{table}.{name}" if table else name
        pattern = re.escape(key).replace(r"\*", r"[^.]+")
        if re.fullmatch(pattern, full):
            found = number
    return f"{source.name}, line {found}" if found else source.name

"""Settings that a command makes: written into a drop-in file, with everything else in it left as it is."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from voiced.core.errors import ConfigInvalid, translate

Value = str | int | list[str]
_HEAD = "# Made by `voiced models use`; you may change it.\n"


def change(path: Path, values: Mapping[str, Value]) -> None:
    """Sets something in a drop-in file, in one step: whoever reads it finds the old one or the new one.

    Args:
        path: the file; made if it is not there.
        values: by dotted key.

    Raises:
        ConfigInvalid: it cannot be read or written, or is laid out so that it cannot be changed safely.
    """
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else _HEAD
        changed = edited(text, values)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigInvalid(f"{path} cannot be changed: {error}", hint="Check its permissions.") from error
    except ValueError as error:
        settings = ", ".join(f"{key} = {_toml(value)}" for key, value in values.items())
        raise ConfigInvalid(f"{path} cannot be changed safely: {error}", hint=f"Set it by hand: {settings}.") from error
    replace(path, changed)


def replace(path: Path, text: str) -> None:
    """Writes a file of settings in one step: whoever reads it finds the old one or the new one.

    Raises:
        ConfigInvalid: it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    with translate(OSError, to=ConfigInvalid, message=f"{path} cannot be written", hint="Check its permissions."):
        _folder(path.parent)
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        owner = path if path.exists() else path.parent
        part.chmod(owner.stat().st_mode & 0o666)  # Whatever root's umask: the service reads what all may look for.
        if os.geteuid() == 0:
            os.chown(part, owner.stat().st_uid, owner.stat().st_gid)
        part.replace(path)


def _folder(folder: Path) -> None:
    """Makes it, as open as the one that it is in."""
    if not folder.exists():
        _folder(folder.parent)
        folder.mkdir()
        folder.chmod(folder.parent.stat().st_mode & 0o755)
        if os.geteuid() == 0:
            os.chown(folder, folder.parent.stat().st_uid, folder.parent.stat().st_gid)


def edited(text: str, values: Mapping[str, Value]) -> str:
    """Sets something in the text of a TOML file, line by line, so that all other lines stay.

    Raises:
        ValueError: it is no TOML, or means something else afterwards than it should: then it is laid out oddly.
    """
    wanted = tomllib.loads(text)
    for key, value in values.items():
        _set(wanted, key, value)
        table, _, field = key.rpartition(".")
        text = _with(text, table, field, _toml(value))
    if tomllib.loads(text) != wanted:
        raise ValueError("the lines to change were not found")
    return text


def _with(text: str, table: str, field: str, value: str) -> str:
    lines = text.removesuffix("\n").split("\n")
    header = re.compile(rf"\s*\[\s*{re.escape(table)}\s*\]\s*(#.*)?")
    start = next((number for number, line in enumerate(lines) if header.fullmatch(line)), None)
    if start is None:
        return "\n".join([*lines, "", f"[{table}]", f"{field} = {value}", ""])
    ends = (number for number, line in enumerate(lines[start + 1 :], start + 1) if line.lstrip().startswith("["))
    end = next(ends, len(lines))
    setting = re.compile(rf"\s*{re.escape(field)}\s*=")
    at = next((number for number in range(start + 1, end) if setting.match(lines[number])), None)
    first, last = (start + 1, start + 1) if at is None else (at, at + 1)
    lines[first:last] = [f"{field} = {value}"]
    return "\n".join([*lines, ""])


def _set(values: dict[str, Any], key: str, value: Value) -> None:
    *tables, field = key.split(".")
    for table in tables:
        inner: Any = values.setdefault(table, {})
        if not isinstance(inner, dict):
            raise ValueError(f"{table} is no table")  # noqa: TRY004 (of the file's text, not of an argument)
        values = inner
    values[field] = value


def _toml(value: Value) -> str:
    """What JSON writes of a text, a number or a list of texts is TOML too, but for one sign."""
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")

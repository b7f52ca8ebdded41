"""Where the log goes, and in which form: journald's own fields under systemd, lines of text or of JSON elsewhere.

Sources: systemd's "Native Journal Protocol", systemd.exec(5) on JOURNAL_STREAM, systemd.journal-fields(7).
"""

import json
import logging
import os
import socket
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from voiced.core.config_watching import LogConfig
from voiced.core.context import current_turn

SOCKET = Path("/run/systemd/journal/socket")
LONGEST = 32_000
"""Characters of a message: a datagram holds about 200 kB."""
PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
"""From which level on syslog's number is told; see syslog(3)."""
DEBUG = 7


def set_up(config: LogConfig, environment: Mapping[str, str] = os.environ, stream: TextIO = sys.stderr) -> None:
    """Lets the log of this process go where it belongs.

    Args:
        config: its level and form.
        environment: has JOURNAL_STREAM where systemd takes in the stream.
        stream: where lines go.
    """
    lines = logging.StreamHandler(stream)
    lines.setFormatter(JsonLines() if config.format == "json" else TextLines())
    ours = config.format == "auto" and _is_journal(stream, environment.get("JOURNAL_STREAM", ""))
    root = logging.getLogger()
    root.handlers = [Journal(lines) if ours else lines]
    root.setLevel(config.level.upper())


class TextLines(logging.Formatter):
    """For people: level, where, the turn if there is one, and what."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s%(turn)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """See `Formatter`."""
        turn = current_turn()
        record.turn = f" [{turn}]" if turn else ""
        return super().format(record)


class JsonLines(logging.Formatter):
    """For programs: an object a line, with the turn and the fields of the line."""

    def format(self, record: logging.LogRecord) -> str:
        """See `Formatter`."""
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(self, record),
            **({"turn": turn} if (turn := current_turn()) else {}),
            **_fields(record),
        }
        return json.dumps(told, ensure_ascii=False)


class Journal(logging.Handler):
    """Sends lines to journald with their fields.

    Args:
        otherwise: takes what journald does not take at once; it is nothing that anybody waits for.
        address: journald's socket.
    """

    def __init__(self, otherwise: logging.Handler, address: Path = SOCKET) -> None:
        super().__init__()
        self._otherwise = otherwise
        self._address = str(address)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self.setFormatter(logging.Formatter())

    def emit(self, record: logging.LogRecord) -> None:
        """See `Handler`."""
        try:
            self._socket.sendto(b"".join(map(_line, *zip(*self._told(record).items(), strict=True))), self._address)
        except OSError:
            self._otherwise.emit(record)

    def close(self) -> None:
        """See `Handler`."""
        self._socket.close()
        super().close()

    def _told(self, record: logging.LogRecord) -> dict[str, object]:
        note = getattr(record, "note", None)
        turn = current_turn()
        return {
            "MESSAGE": _message(self.formatter or logging.Formatter(), record),
            "PRIORITY": next((number for level, number in PRIORITIES if record.levelno >= level), DEBUG),
            "SYSLOG_IDENTIFIER": "voiced",
            "LOGGER": record.name,
            "CODE_FILE": record.pathname,
            "CODE_LINE": record.lineno,
            "CODE_FUNC": record.funcName,
            **({"MESSAGE_ID": note.value} if note else {}),
            **({"VOICED_TURN_ID": turn} if turn else {}),
            **{f"VOICED_{name.upper()}": value for name, value in _fields(record).items()},
        }


def _message(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    """The line itself, with where it failed, if it did."""
    message = record.getMessage()
    if record.exc_info:
        message += "\n" + formatter.formatException(record.exc_info)
    return message[:LONGEST]


def _fields(record: logging.LogRecord) -> Mapping[str, object]:
    return getattr(record, "fields", {})


def _line(name: str, value: object) -> bytes:
    """A field: what has more than one line goes with its length."""
    data = str(value).encode(errors="replace")
    if b"\n" not in data:
        return name.encode() + b"=" + data + b"\n"
    return name.encode() + b"\n" + len(data).to_bytes(8, "little") + data + b"\n"


def _is_journal(stream: TextIO, named: str) -> bool:
    """Whether a stream is the one that systemd means: it may have been led elsewhere since."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return named == f"{found.st_dev}:{found.st_ino}"

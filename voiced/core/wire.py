"""The one frame codec, in Wyoming's format, bounded.

A frame is one line of JSON (`type`, `data`, `data_length`, `payload_length`), then `data_length` bytes of JSON that are
merged into `data`, then `payload_length` bytes. We always put `data` into the line and read both forms. Every length is
checked before anything is read or kept: the protocol itself knows no bounds.
Source of the format: the Wyoming protocol's README (OHF-Voice/wyoming).
"""

from typing import Any

import msgspec
from msgspec import Struct, field

from voiced.core import errors
from voiced.core.errors import VoicedError, WireBroken

HEADER_LIMIT = 64 * 1024
"""Bytes of the header line, and of the extra data."""
PAYLOAD_LIMIT = 1024 * 1024
"""Bytes of a payload."""

MESSAGE_LIMIT = 4096
"""Characters of an error's message and hint."""


class Message(Struct, frozen=True, gc=False):
    """One frame.

    Attributes:
        type: what it is, kebab-case, such as `audio-chunk`.
        data: its fields.
        payload: its bytes.
        request: what it belongs to, so that late answers can be told from fresh ones; 0 for none.
    """

    type: str
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    payload: bytes = b""
    request: int = 0


class _Header(Struct):
    type: str
    data: dict[str, Any] | None = None
    data_length: int | None = None
    payload_length: int | None = None


_decoder = msgspec.json.Decoder(_Header)
_extra_decoder = msgspec.json.Decoder(dict[str, Any])
_encoder = msgspec.json.Encoder()


def encode(message: Message) -> bytes:
    """Turns a frame into bytes.

    Raises:
        WireBroken: it is larger than the bounds allow.
    """
    data = {**message.data, "request": message.request} if message.request else message.data
    header: dict[str, Any] = {"type": message.type, "data": data}
    if message.payload:
        header["payload_length"] = len(message.payload)
    line = _encoder.encode(header)
    if len(line) >= HEADER_LIMIT or len(message.payload) > PAYLOAD_LIMIT:
        raise WireBroken(f"a {message.type} frame is too large to send")
    return line + b"\n" + message.payload


def failure(error: VoicedError, request: int = 0) -> Message:
    """Makes the `error` frame that `revive` turns back into the error."""
    name = type(error).__name__
    data = {
        "error": name,
        "code": error.code,
        "message": error.message[:MESSAGE_LIMIT],
        "hint": error.hint[:MESSAGE_LIMIT],
    }
    return Message("error", data, request=request)


def revive(message: Message) -> VoicedError:
    """Makes an error of an `error` frame: of the class it had, if that is one of ours."""
    data = {key: value for key, value in message.data.items() if isinstance(value, str)}
    kind = getattr(errors, data.get("error", ""), None)
    if not (isinstance(kind, type) and issubclass(kind, VoicedError)):
        kind = VoicedError
    return kind(data.get("message", "unknown"), code=data.get("code"), hint=data.get("hint"))


class Decoder:
    """Turns bytes, in pieces of any size, into frames. Holds no more than one frame's bounds of bytes.

    Args:
        data_limit: bytes of the extra data.
    """

    def __init__(self, data_limit: int = HEADER_LIMIT) -> None:
        self._data_limit = data_limit
        self._buffer = bytearray()
        self._header: _Header | None = None

    @property
    def begun(self) -> bool:
        """Whether a frame was begun that is not whole yet."""
        return bool(self._buffer) or self._header is not None

    def feed(self, data: bytes) -> list[Message]:
        """Takes in bytes and returns the frames that are whole now.

        Raises:
            WireBroken: the bytes are no frame, or announce more than the bounds allow. The decoder is of no more use.
        """
        self._buffer += data
        messages: list[Message] = []
        while (message := self._next()) is not None:
            messages.append(message)
        return messages

    def _next(self) -> Message | None:
        if self._header is None:
            line = self._line()
            if line is None:
                return None
            self._header = _parse(line, self._data_limit)
        header = self._header
        extra, payload = header.data_length or 0, header.payload_length or 0
        if len(self._buffer) < extra + payload:
            return None
        data = header.data or {}
        if extra:
            data |= _parse_extra(bytes(self._buffer[:extra]))
        body = bytes(self._buffer[extra : extra + payload])
        del self._buffer[: extra + payload]
        self._header = None
        request = data.pop("request", 0)
        return Message(header.type, data, body, request if type(request) is int else 0)

    def _line(self) -> bytes | None:
        end = self._buffer.find(b"\n", 0, HEADER_LIMIT)
        if end < 0:
            if len(self._buffer) >= HEADER_LIMIT:
                raise WireBroken("a frame's header has no end")
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line


def _parse(line: bytes, data_limit: int) -> _Header:
    try:
        header = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireBroken(f"a frame's header is no JSON object of the right form: {error}") from error
    lengths = (header.data_length or 0, header.payload_length or 0)
    if not (0 <= lengths[0] <= data_limit and 0 <= lengths[1] <= PAYLOAD_LIMIT):
        raise WireBroken(
            f"a {header.type[:40]} frame announces {lengths[0]} bytes of data and {lengths[1]} of payload;"
            f" {data_limit} and {PAYLOAD_LIMIT} are allowed"
        )
    return header


def _parse_extra(data: bytes) -> dict[str, Any]:
    try:
        return _extra_decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireBroken(f"a frame's data is no JSON object: {error}") from error

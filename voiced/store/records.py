"""The numbers and records of SQLite's file format, which any bytes may pretend to be.

Source: https://sqlite.org/fileformat2.html#record_format
"""

import struct

Value = None | int | float | str | bytes

_MORE = 0x80
"""The bit of a number's byte that says that another one follows."""
_WIDTHS = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
"""Bytes of a value by its serial type, up to the constants 0 and 1; 10 and 11 are none, from 12 on they are counted."""
_REAL, _ZERO, _COUNTED = 7, 8, 12


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Reads a number of 1 to 9 bytes, unsigned; gives it and where it ends. IndexError: the data end before it."""
    value = 0
    for end in range(at + 1, at + 9):
        byte = data[end - 1]
        value = value << 7 | byte & 0x7F
        if byte < _MORE:
            return value, end
    return value << 8 | data[at + 8], at + 9


def record(payload: bytes) -> tuple[Value, ...] | None:
    """Reads the values of a row; None where the bytes are none: sizes that do not add up, text that is not UTF-8."""
    values: list[Value] = []
    try:
        place, at = varint(payload, 0)
        head = place
        while at < head:
            kind = payload[at]
            if kind < _MORE:
                at += 1
            else:
                kind, at = varint(payload, at)
            size = kind - _COUNTED >> 1 if kind >= _COUNTED else _WIDTHS[kind]
            values.append(_value(kind, payload[place : place + size]))
            place += size
    except (IndexError, ValueError, struct.error):
        return None
    return tuple(values) if at == head and place == len(payload) else None


def _value(kind: int, data: bytes) -> Value:
    """A value by its serial type. ValueError: it is none."""
    if kind >= _COUNTED:
        return data.decode() if kind & 1 else data
    if kind == 0:
        return None
    if kind == _REAL:
        (number,) = struct.unpack(">d", data)
        if number != number:  # noqa: PLR0124 – only what is not a number differs from itself; SQLite keeps none
            raise ValueError
        return number
    return kind - _ZERO if kind >= _ZERO else int.from_bytes(data, signed=True)

"""ONNX files looked at without loading them: is it whole, and can it be what it says?

A damaged file can end the process that loads it. The bytes are walked as Protocol Buffers: every length within its
part, every field that is known of its right kind, every tensor as many bytes as its shape and type need, and every
value that a node takes made by somebody before it. What this cannot see: weights that were changed (their digest tells)
and numbers that are wrong where they stand, such as a stride. Those an engine meets when it loads.
Source of the format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from math import prod
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from voiced.core.errors import ModelBroken

_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5
_ANY = (_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES)
_LARGEST_FIELD = (1 << 29) - 1
_LONGEST_NAME = 4096
_LONGEST_VARINT = 10
_DEEPEST = 8
"""Graphs within graphs: the branches of an `If` within an `If`."""

_ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH = (5, 10), (6, 11)
_MODEL_FORMAT, _MODEL_GRAPH, _MODEL_OPERATORS = 1, 7, 8

_WIRE: Mapping[str, Mapping[int, tuple[int, ...]]] = {
    "model": {1: (_VARINT,), 2: (_LENGTH,), 3: (_LENGTH,), 5: (_VARINT,), 7: (_LENGTH,), 8: (_LENGTH,), 14: (_LENGTH,)},
    "graph": dict.fromkeys((1, 2, 5, 10, 11, 12, 13, 14, 15, 16), (_LENGTH,)),
    "node": dict.fromkeys((1, 2, 3, 4, 5, 6, 7, 8, 9), (_LENGTH,)),
    "attribute": {
        **dict.fromkeys((1, 4, 5, 6, 9, 10, 11, 13, 14, 15, 21, 22, 23), (_LENGTH,)),
        2: (_FOUR_BYTES,),
        **dict.fromkeys((3, 20), (_VARINT,)),
        7: (_FOUR_BYTES, _LENGTH),
        8: (_VARINT, _LENGTH),
    },
    "tensor": {
        **dict.fromkeys((3, 6, 8, 9, 12, 13, 16), (_LENGTH,)),
        **dict.fromkeys((2, 14), (_VARINT,)),
        **dict.fromkeys((1, 5, 7, 11), (_VARINT, _LENGTH)),
        4: (_FOUR_BYTES, _LENGTH),
        10: (_EIGHT_BYTES, _LENGTH),
    },
    "value": {1: (_LENGTH,), 2: (_LENGTH,), 3: (_LENGTH,), 4: (_LENGTH,)},
}
"""How each field that is known may be written. Fields that are not known may come with a newer format."""
_BYTES = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 14: 8, 15: 16, 16: 2}
"""Bytes of one number of each tensor type; types of less than a byte, and strings, are left out."""
_KNOWN_TYPES = range(1, 27)


def check(path: Path) -> None:
    """Makes sure that a file is a whole ONNX model.

    Args:
        path: the .onnx file.

    Raises:
        ModelBroken: it is not, or it cannot be read; the message says where.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            _check_model(_Source(file), size)
    except OSError as error:
        raise ModelBroken(f"{path} cannot be read: {error}", hint="Check its permissions.") from error
    except _Broken as error:
        raise ModelBroken(f"{path} is damaged, or no ONNX model: {error}") from error


class _Broken(Exception):
    pass


class _Field(Struct, frozen=True, gc=False):
    number: int
    wire: int
    value: int
    """Of a varint: itself; of the others: how many bytes there are."""


class _Source:
    """A file that is read forwards."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.at = 0

    def varint(self, end: int) -> int:
        """Reads a number of variable length that must end in time."""
        value = 0
        for index in range(_LONGEST_VARINT):
            if self.at >= end:
                break
            byte = self._file.read(1)
            if not byte:
                break
            self.at += 1
            value |= (byte[0] & 0x7F) << 7 * index
            if byte[0] < 0x80:  # noqa: PLR2004 (the last byte's mark)
                return value
        raise _Broken(f"a number at byte {self.at} has no end")

    def text(self, length: int) -> str:
        """Reads a name."""
        if length > _LONGEST_NAME:
            raise _Broken(f"a name at byte {self.at} has {length} bytes")
        self.at += length
        try:
            return self._file.read(length).decode()
        except UnicodeDecodeError as error:
            raise _Broken(f"a name before byte {self.at} is no text") from error

    def go(self, to: int) -> None:
        """Leaves out what lies between."""
        if to != self.at:
            self._file.seek(to)
            self.at = to

    def fields(self, kind: str, end: int) -> Iterator[_Field]:
        """Walks through a message; whoever takes a field may read what is in it, or leave it."""
        known = _WIRE[kind]
        while self.at < end:
            start = self.at
            key = self.varint(end)
            number, wire = key >> 3, key & 7
            if not 0 < number <= _LARGEST_FIELD or wire not in known.get(number, _ANY):
                raise _Broken(f"a {kind} has a field at byte {start} that it cannot have")
            if wire == _VARINT:
                yield _Field(number, wire, self.varint(end))
                continue
            length = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}.get(wire) or self.varint(end)
            after = self.at + length
            if after > end:
                raise _Broken(f"a field of a {kind} at byte {start} is longer than what it is in")
            yield _Field(number, wire, length)
            self.go(after)


def _check_model(source: _Source, end: int) -> None:
    found: list[int] = []
    for field in source.fields("model", end):
        found.append(field.number)
        if field.number == _MODEL_GRAPH:
            missing = _walk_graph(source, source.at + field.value, 0)
            if missing:
                raise _Broken(f"nothing makes the value {min(missing)!r} that is asked for")
    if found.count(_MODEL_GRAPH) != 1:
        raise _Broken(f"it has {found.count(_MODEL_GRAPH)} graphs instead of one")
    if not {_MODEL_FORMAT, _MODEL_OPERATORS} <= set(found):
        raise _Broken("it does not say which format it is of")


def _walk_graph(source: _Source, end: int, depth: int) -> AbstractSet[str]:
    """Walks through a graph; tells which values it takes from outside."""
    if depth > _DEEPEST:
        raise _Broken("it has graphs in graphs in graphs without an end")
    given: set[str] = set()
    nodes: list[tuple[set[str], set[str]]] = []
    outputs: set[str] = set()
    for field in source.fields("graph", end):
        after = source.at + field.value
        match field.number:
            case 1:  # node
                nodes.append(_walk_node(source, after, depth))
            case 5:  # initializer
                given.add(_walk_tensor(source, after))
            case 11:  # input
                given.add(_value_name(source, after))
            case 12:  # output
                outputs.add(_value_name(source, after))
            case _:
                pass
    if not outputs:
        raise _Broken("a graph has no outputs")
    missing: set[str] = set()
    for takes, makes in nodes:
        missing |= takes - given
        given |= makes
    return missing | (outputs - given)


def _walk_node(source: _Source, end: int, depth: int) -> tuple[set[str], set[str]]:
    """Walks through a node; tells which values it takes and makes."""
    takes: set[str] = set()
    makes: set[str] = set()
    kind = ""
    for field in source.fields("node", end):
        match field.number:
            case 1:  # input
                takes.add(source.text(field.value))
            case 2:  # output
                makes.add(source.text(field.value))
            case 4:  # op_type
                kind = source.text(field.value)
            case 5:  # attribute
                takes |= _walk_attribute(source, source.at + field.value, depth)
            case _:
                pass
    if not (kind.isascii() and kind.isidentifier()):
        raise _Broken(f"a node before byte {end} does nothing that is known")
    return takes - {""}, makes


def _walk_attribute(source: _Source, end: int, depth: int) -> AbstractSet[str]:
    missing: set[str] = set()
    for field in source.fields("attribute", end):
        if field.number in _ATTRIBUTE_TENSOR:
            _walk_tensor(source, source.at + field.value)
        elif field.number in _ATTRIBUTE_GRAPH:
            missing |= _walk_graph(source, source.at + field.value, depth + 1)
    return missing


def _walk_tensor(source: _Source, end: int) -> str:
    """Walks through a tensor; gives its name."""
    name, kind, raw = "", 0, None
    sizes: list[int] = []
    for field in source.fields("tensor", end):
        match field.number:
            case 1 if field.wire == _VARINT:
                sizes.append(field.value)
            case 1:  # dims
                packed = source.at + field.value
                while source.at < packed:
                    sizes.append(source.varint(packed))
            case 2:  # data_type
                kind = field.value
            case 8:  # name
                name = source.text(field.value)
            case 9:  # raw_data
                raw = field.value
            case 13:  # external_data
                raise _Broken(f"the weights {name!r} lie in another file: that is not supported")
            case _:
                pass
    _check_weights(name, kind, sizes, raw)
    return name


def _check_weights(name: str, kind: int, sizes: list[int], raw: int | None) -> None:
    if kind not in _KNOWN_TYPES:
        raise _Broken(f"the weights {name!r} are of the unknown kind {kind}")
    if raw is not None and kind in _BYTES and raw != prod(sizes) * _BYTES[kind]:
        raise _Broken(f"the weights {name!r} have {raw} bytes, not the {prod(sizes) * _BYTES[kind]} of their shape")


def _value_name(source: _Source, end: int) -> str:
    name = ""
    for field in source.fields("value", end):
        if field.number == 1:
            name = source.text(field.value)
    return name

"""Bad inputs made of good ones: bytes changed, cut out, put in, doubled, swapped with those of another, and nested."""

import random
from collections.abc import Sequence

LONGEST = 256 * 1024
"""Bytes of an input."""
HEAD = 256
"""Bytes at the beginning, where half of the changes are made: most formats say there what follows."""
INTERESTING = (
    *(b"\x00", b"\xff", b"\x7f", b"\x80", b"\n", b"\r\n", b'"', b"\\", b"{", b"}", b"[", b"]", b":", b",", b"=", b"-"),
    *(b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"\xef\xbb\xbf", b"1e999", b"NaN", b"-1", b"9" * 20, b"9" * 5_000),
    *(b"2026-99-99", b"24:60:60", b"null", b"true", b"{}", b"[]", b'""', b"0", b"&a [*a]", b"<<", b"!!set", b"<a>"),
    *(number.to_bytes(8, "little") for number in (1, 2**31, 2**32 - 1, 2**42, 2**60, 2**63, 2**64 - 1)),
    *(number.to_bytes(4, "little") for number in (1, 2**16, 2**31 - 1, 2**31, 2**32 - 1)),
    *(number.to_bytes(4, "big") for number in (1, 2**16, 2**31 - 1, 2**31)),
)
NESTED = ((b"[", b"]"), (b"{", b"}"), (b'{"a":', b"}"), (b"(", b")"), (b"- ", b""), (b"a:\n ", b""))
DEEP = (10, 200, 2_000, 50_000)


def mutated(chance: random.Random, corpus: Sequence[bytes]) -> bytes:
    """A bad input, or by chance a good one.

    Args:
        chance: the same one makes the same inputs.
        corpus: good ones.
    """
    data = bytearray(chance.choice(corpus))
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        chance.choice(WAYS)(chance, data, corpus)
    return bytes(data[:LONGEST])


def _place(chance: random.Random, data: bytearray) -> int:
    most = min(len(data), HEAD) if chance.random() < 0.5 else len(data)
    return chance.randrange(most + 1)


def _piece(chance: random.Random, data: bytes | bytearray) -> bytes:
    start = chance.randrange(len(data) + 1)
    return bytes(data[start : start + chance.choice((1, 4, 16, 64, 1024))])


def _flip(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        data[_place(chance, data) % len(data)] ^= 1 << chance.randrange(8)


def _set(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        data[_place(chance, data) % len(data)] = chance.randrange(256)


def _overwrite(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at, what = _place(chance, data), chance.choice(INTERESTING)
    data[at : at + len(what)] = what


def _insert(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = _place(chance, data)
    data[at:at] = chance.choice(INTERESTING)


def _remove(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = _place(chance, data)
    del data[at : at + chance.choice((1, 1, 4, 16, 256))]


def _cut(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    del data[_place(chance, data) :]


def _double(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = _place(chance, data)
    data[at:at] = _piece(chance, data) * chance.choice((1, 1, 2, 50))


def _cross(chance: random.Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    at = _place(chance, data)
    data[at : at + chance.choice((0, 16, 64))] = _piece(chance, chance.choice(corpus))


def _nest(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    if chance.random() < 0.05:
        at, (begin, end), deep = _place(chance, data), chance.choice(NESTED), chance.choice(DEEP)
        data[at:at] = begin * deep + end * deep


WAYS = (_flip, _set, _overwrite, _insert, _remove, _cut, _double, _cross, _nest)

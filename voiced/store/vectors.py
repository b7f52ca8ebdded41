"""Vectors of what is remembered, by model.

A model has two tables of its own: its vectors in 16-bit floats, and an index of sqlite-vec with one bit of each number.
A search takes candidates by their bits, and ranks them by the vectors themselves.
"""

import hashlib
import math
import re
from collections.abc import Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

import apsw
import numpy as np
from msgspec import json
from numpy.typing import NDArray

from voiced.core.errors import InputInvalid
from voiced.core.memories import Scope, Unembedded
from voiced.store.scopes import condition

LARGEST = 4_096
"""Numbers in a vector."""
MOST_CANDIDATES = 4_096
"""As many as sqlite-vec finds at a time."""
CANDIDATES = 400
"""At least so many: the bits are coarse, and the true nearest are among so many by them (`bench/search.py` tells)."""
PARTS = 8
"""An index has so many, each searched alone: sqlite-vec goes over all bits again for each hit that it is asked for, and
of each part only its share of the hits is wanted."""
SHARE = 1.15
"""By how much more than its share: chance does not deal out evenly."""
TURNED = 1_024
"""Vectors of more numbers are not turned: they come from models that use all of them, and the turn would be large."""
NEIGHBOURS = 10
"""What is closest to others: as many as its source takes."""
_PART = f"((?1 & 0xffffff) * 2654435761 >> 16) % {PARTS}"
"""Of a key. Source of the number: Knuth, The Art of Computer Programming 3, 6.4, multiplicative hashing."""
_INSERT_BITS = f"INSERT INTO vector_bits_{{number}} (rowid, part, bits) VALUES (?1, {_PART}, vec_bit(?2))"  # noqa: S608
SEEN = 0.75
"""So many of the candidates must be in the scope; otherwise nothing else is searched."""
_VECTORS = "CREATE TABLE vectors_{number} (key INTEGER PRIMARY KEY, vector BLOB NOT NULL) STRICT"
# The first vector of a part takes the room of a chunk: a small memory has small chunks.
_BITS = """
CREATE VIRTUAL TABLE vector_bits_{number} USING vec0 (
  part integer partition key, bits bit[{bits}], chunk_size=512
)
"""
_TRIGGERS = """
CREATE TRIGGER vectors_{number}_removed AFTER DELETE ON vectors_{number} BEGIN
  DELETE FROM vector_bits_{number} WHERE rowid = OLD.key;
END;
CREATE TRIGGER vectors_{number}_of_message AFTER DELETE ON messages BEGIN
  DELETE FROM vectors_{number} WHERE key = OLD.place;
END;
CREATE TRIGGER vectors_{number}_of_memory AFTER DELETE ON memories BEGIN
  DELETE FROM vectors_{number} WHERE key = OLD.number;
END;
"""
OWN = re.compile(r"\bvector(s|_bits)_\d+")
"""In what makes the tables of a model, theirs in turn, and their triggers."""
_NO_TABLES = """
DROP TRIGGER IF EXISTS vectors_{number}_of_message;
DROP TRIGGER IF EXISTS vectors_{number}_of_memory;
DROP TABLE IF EXISTS vectors_{number};
DROP TABLE IF EXISTS vector_bits_{number};
"""


class Model(NamedTuple):
    """A model that has vectors, or will have some.

    Attributes:
        number: its tables are called by it.
        name: what it is called.
        size: numbers in a vector; None: there is none yet, and no tables.
    """

    number: int
    name: str
    size: int | None


def named(connection: apsw.Connection, name: str) -> Model | None:
    """A model by its name, if it is known."""
    return next(_models(connection, "name = ?", name), None)


def used(connection: apsw.Connection) -> Model | None:
    """The model whose vectors are searched, if there is one."""
    return next(_models(connection, "used"), None)


def put(
    connection: apsw.Connection,
    name: str,
    keys: Sequence[int],
    vectors: NDArray[np.float32],
    texts: Sequence[str] | None = None,
) -> None:
    """Keeps vectors of what is there, says still what it said, and has none; zeros say that there will be none.

    Raises:
        InputInvalid: they are not of the model's size.
    """
    number = _with_tables(connection, name, vectors.shape[1]).number
    insert = f"""
        INSERT INTO vectors_{number}
        SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM texts WHERE key = ?1 AND text = ifnull(?3, text))
        ON CONFLICT DO NOTHING RETURNING vector != x''
    """  # noqa: S608 (numbers of our own)
    insert_bits = _INSERT_BITS.format(number=number)
    said = texts or [None] * len(keys)
    for key, vector, bits, text in zip(keys, vectors.astype(np.float16), _bits(vectors), said, strict=True):
        blob = vector.tobytes() if vector.any() else b""
        if connection.execute(insert, (key, blob, text)).get:
            connection.execute(insert_bits, (key, bits.tobytes()))


def use(connection: apsw.Connection, name: str) -> None:
    """Has a model's vectors searched, and removes those of all others."""
    connection.execute("UPDATE models SET used = 0")
    connection.execute(
        "INSERT INTO models (name, used) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET used = 1", (name,)
    )
    _remove(connection, "NOT used")


def remove(connection: apsw.Connection) -> None:
    """Removes all vectors."""
    _remove(connection, "1")


def renew(connection: apsw.Connection) -> None:
    """Makes the indexes of bits anew: once they had no parts."""
    for model in _models(connection, "size IS NOT NULL"):
        table = f"vector_bits_{model.number}"
        rows: list[Any] = connection.execute(f"SELECT rowid, bits FROM {table}").fetchall()  # noqa: S608
        connection.execute(f"DROP TABLE {table}")
        connection.execute(_BITS.format(number=model.number, bits=_width(model.size or 0)))
        connection.executemany(_INSERT_BITS.format(number=model.number), rows)


def missing(connection: apsw.Connection, name: str, limit: int) -> list[Unembedded]:
    """What has no vector of a model, the newest first."""
    model, rule = named(connection, name), "1"
    if model and model.size:
        rule = f"NOT EXISTS (SELECT 1 FROM vectors_{model.number} WHERE key = remembered.key)"  # noqa: S608
    query = f"SELECT key, at FROM remembered WHERE {rule} ORDER BY at DESC, key DESC LIMIT ?"  # noqa: S608
    keys = [key for key, _ in connection.execute(query, (limit,)).fetchall()]
    one = "SELECT key, text, privacy FROM remembered WHERE key = ?"
    return [Unembedded(*row) for key in keys for row in connection.execute(one, (key,))]


def counts(connection: apsw.Connection, name: str) -> tuple[int, int]:
    """How much of what can be found has a vector of a model, and how much was not looked at yet."""
    model = named(connection, name)
    texts: int = connection.execute("SELECT count(*) FROM remembered").get
    if not model or not model.size:
        return 0, texts
    query = f"""
        SELECT count(*), ifnull(sum(vector != x''), 0) FROM vectors_{model.number} AS it
        WHERE EXISTS (SELECT 1 FROM remembered WHERE key = it.key)
    """  # noqa: S608
    done, embedded = next(connection.execute(query))
    return embedded, texts - done


def nearest(connection: apsw.Connection, vector: NDArray[np.float32], scope: Scope, count: int) -> dict[int, float]:
    """What lies closest to a vector, the closest first: keys, and the cosine of each.

    Args:
        connection: to the file.
        vector: of unit length, of the model that is used; zeros are close to nothing.
        scope: only these.
        count: at most so many.

    Raises:
        InputInvalid: the vector is not of the model's size.
    """
    model = used(connection)
    if not model or not model.size or not vector.any():
        return {}
    if vector.shape != (model.size,):
        message = f"a vector of {vector.size} numbers; {model.name} has {model.size}"
        raise InputInvalid(message, hint="Search with a vector of the model that `state` names.")
    wanted = min(max(CANDIDATES, 4 * count), MOST_CANDIDATES)
    closest = _closest(connection, model, vector, wanted)
    found = _inside(connection, model, closest, scope)
    if len(found) < SEEN * len(closest):
        # So many are not in the scope that the search itself is told which ones are.
        found = _inside(connection, model, _closest(connection, model, vector, wanted, scope), scope)
    cosines = _cosines(found, vector)
    return dict(sorted(cosines.items(), key=lambda each: -each[1])[:count])


def cosines(connection: apsw.Connection, vector: NDArray[np.float32], keys: Sequence[int]) -> dict[int, float]:
    """The cosines of a vector and those of some keys, as far as they have one; on the terms of `nearest`."""
    model = used(connection)
    if not model or not model.size or not vector.any():
        return {}
    return _cosines(_rows(connection, model, keys), vector)


def standing_out(connection: apsw.Connection, vector: NDArray[np.float32], keys: Sequence[int]) -> list[int]:
    """Some keys by how close each is to a vector, compared with how close it is to others of them; the best first.

    What is said all the time ("where is Ann", "volume to 30") lies close to whatever is asked, and to one another. What
    was told once does not. Source: Conneau et al., Word Translation Without Parallel Data (2018), cross-domain
    similarity local scaling.
    """
    model = used(connection)
    if not model or not keys:
        return list(keys)
    vectors = _vectors(_rows(connection, model, keys))
    likeness = np.einsum("ik,jk->ij", vectors, vectors)  # Unlike BLAS, it waits for no other thread of a busy machine.
    np.fill_diagonal(likeness, 0.0)
    neighbours = np.sort(likeness, axis=1)[:, -NEIGHBOURS:].sum(axis=1) / NEIGHBOURS
    return [keys[at] for at in np.argsort(neighbours - 2 * (vectors @ vector), kind="stable")]


def rules(connection: apsw.Connection) -> Iterator[tuple[str, str]]:
    """What holds of the tables of all models, and how to find what breaks it: see `check`."""
    for model in _models(connection, "size IS NOT NULL"):
        vectors, bits = f"vectors_{model.number}", f"vector_bits_{model.number}"
        kept = f"SELECT key FROM {vectors} WHERE vector != x''"  # noqa: S608
        yield "a vector has no text", f"SELECT key FROM {vectors} WHERE key NOT IN (SELECT key FROM texts)"  # noqa: S608
        yield "a vector has no bits", f"{kept} EXCEPT SELECT rowid FROM {bits}"  # noqa: S608
        yield "bits have no vector", f"SELECT rowid FROM {bits} EXCEPT {kept}"  # noqa: S608


def _closest(
    connection: apsw.Connection, model: Model, vector: NDArray[np.float32], count: int, scope: Scope | None = None
) -> list[int]:
    """The keys of those whose bits are closest, in a scope or among all."""
    query = f"SELECT rowid, distance FROM vector_bits_{model.number} WHERE bits MATCH vec_bit(?) AND k = ? AND part = ?"  # noqa: S608
    values: list[Any] = []
    if scope:
        rule, values = condition(scope)
        query += f" AND rowid IN (SELECT key FROM remembered WHERE {rule})"  # noqa: S608
    bits, share = _bits(vector[np.newaxis])[0].tobytes(), math.ceil(SHARE * count / PARTS)
    found: list[Any] = []
    for part in range(PARTS):
        found += connection.execute(query, (bits, share, part, *values)).fetchall()
    return [key for key, _ in sorted(found, key=itemgetter(1))[:count]]


def _inside(connection: apsw.Connection, model: Model, keys: Sequence[int], scope: Scope) -> list[tuple[int, bytes]]:
    """Those that are in a scope, with their vectors."""
    rule, values = condition(scope)
    query = f"""
        SELECT own.key, vector FROM json_each(?) AS it CROSS JOIN vectors_{model.number} AS own ON own.key = it.value
        WHERE EXISTS (SELECT 1 FROM remembered WHERE remembered.key = it.value AND {rule})
    """  # noqa: S608
    found: list[Any] = connection.execute(query, (json.encode(keys).decode(), *values)).fetchall()
    return found


def _models(connection: apsw.Connection, rule: str, *values: str) -> Iterator[Model]:
    query = f"SELECT number, name, size FROM models WHERE {rule}"  # noqa: S608
    rows: list[Any] = connection.execute(query, values).fetchall()
    return iter([Model(*row) for row in rows])


def _rows(connection: apsw.Connection, model: Model, keys: Sequence[int]) -> list[tuple[int, bytes]]:
    """The keys that have a vector, with it, in their order."""
    query = f"SELECT vector FROM vectors_{model.number} WHERE key = ? AND vector != x''"  # noqa: S608
    return [(key, blob) for key in keys for (blob,) in connection.execute(query, (key,))]


def _vectors(rows: Sequence[tuple[int, bytes]]) -> NDArray[np.float32]:
    """(rows, size)."""
    return np.frombuffer(b"".join(blob for _, blob in rows), np.float16).reshape(len(rows), -1).astype(np.float32)


def _cosines(rows: Sequence[tuple[int, bytes]], vector: NDArray[np.float32]) -> dict[int, float]:
    if not rows:
        return {}
    return dict(zip((key for key, _ in rows), (_vectors(rows) @ vector).tolist(), strict=True))


def _with_tables(connection: apsw.Connection, name: str, size: int) -> Model:
    """A model that has its tables."""
    connection.execute("INSERT INTO models (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
    model = next(_models(connection, "name = ?", name))
    if model.size is None:
        connection.execute("UPDATE models SET size = ? WHERE number = ?", (size, model.number))
        for made in (_VECTORS, _BITS, _TRIGGERS):
            connection.execute(made.format(number=model.number, bits=_width(size)))
    elif model.size != size:
        message = f"vectors of {size} numbers; those of {name} have {model.size}"
        raise InputInvalid(message, hint="Vectors of another model need another name.")
    return model


def _remove(connection: apsw.Connection, rule: str) -> None:
    """Removes models with all that they have."""
    for model in list(_models(connection, rule)):
        connection.execute(_NO_TABLES.format(number=model.number))
    connection.execute(f"DELETE FROM models WHERE {rule}")  # noqa: S608


def _width(size: int) -> int:
    """Of an index of bits: whole bytes."""
    return -(-size // 8) * 8


def _bits(vectors: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A bit of each number, whether it is above zero, after a turn that spreads what a vector says over all of them.

    Without the turn, vectors that are mostly zeros are all alike: few of their bits are set, whatever they say.
    """
    size = vectors.shape[1]
    return np.packbits((vectors @ _turn(size) if size <= TURNED else vectors) > 0, axis=1)


@cache
def _turn(size: int) -> NDArray[np.float32]:
    """A rotation by chance, the same on every machine: the QR factors of a matrix are unique but for their signs."""
    bits = np.frombuffer(hashlib.shake_256(b"voiced").digest(-(-size * size // 8)), np.uint8)
    signs = np.unpackbits(bits)[: size * size].reshape(size, size) * 2.0 - 1.0
    turn, triangle = np.linalg.qr(signs)
    return (turn * np.sign(np.diag(triangle) + 1e-30)).astype(np.float32)

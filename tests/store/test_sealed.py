"""Sealed archives: they open with their passphrase alone, and every change, also at the end, is noticed."""

import asyncio
import io
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.house import fill, house, quiet
from voiced.core.errors import InputInvalid
from voiced.store import sealed
from voiced.store.crypto import TAG, Scrypt
from voiced.store.sealed import CHUNK, Sealer, Unsealed

WORD = b"correct horse battery staple"


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    """A passphrase that is hardly stretched: it is the chunks that are looked at."""
    monkeypatch.setattr(sealed, "Scrypt", lambda **given: Scrypt(**{"n": 1 << 14, **given}))


def seal(path, pieces):
    with path.open("wb") as file, Sealer(file, WORD) as out:
        for piece in pieces:
            out.write(piece)


def unseal(path, word=WORD):
    with path.open("rb") as file:
        return io.BufferedReader(Unsealed(file, word)).read()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7])
def test_what_was_sealed_comes_out_whole(tmp_path, size):
    content = os.urandom(size)
    seal(tmp_path / "a", [content[: size // 3], content[size // 3 :]])
    assert unseal(tmp_path / "a") == content
    assert content[:100] not in (tmp_path / "a").read_bytes() or size < 2


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2 * CHUNK + 200), st.integers(1, 70_000)), max_size=8))
def test_it_is_read_from_any_place(tmp_path, reads):
    content = bytes(range(256)) * (2 * CHUNK // 256) + b"the end"
    seal(tmp_path / "a", [content])
    with (tmp_path / "a").open("rb") as file:
        opened = io.BufferedReader(Unsealed(file, WORD))
        for place, count in reads:
            opened.seek(place)
            assert opened.read(count) == content[place : place + count]


def test_another_passphrase_does_not_open_it(tmp_path):
    seal(tmp_path / "a", [b"secret"])
    with pytest.raises(InputInvalid) as raised:
        unseal(tmp_path / "a", b"correct horse battery stable")
    assert raised.value.code == "archive-locked"


def test_every_change_is_noticed(tmp_path):
    path = tmp_path / "a"
    seal(path, [os.urandom(2 * CHUNK + 100)])
    good = path.read_bytes()
    chunk, head = CHUNK + TAG, len(good) - 2 * (CHUNK + TAG) - 100 - TAG
    first, second, third = good[head : head + chunk], good[head + chunk : head + 2 * chunk], good[head + 2 * chunk :]
    ways = {f"cut to {length}": good[:length] for length in (9, head, head + 5, head + chunk, len(good) - 1)}
    ways |= {f"the last {count} chunks left out": good[: head + (3 - count) * chunk] for count in (1, 2)}
    ways |= {"swapped": good[:head] + second + first + third, "doubled": good[:head] + first + first + third}
    ways |= {"longer": good + b"x", "a chunk more": good + third}
    for place in (8, 9, 10, 11, 20, 30, head, head + chunk + 5, len(good) - 1):
        ways[f"changed at {place}"] = good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]
    for way, content in ways.items():
        path.write_bytes(content)
        try:
            unseal(path)
        except InputInvalid:
            continue
        pytest.fail(way)


def test_an_archive_goes_out_sealed_and_comes_in_again(tmp_path):
    async def use():
        async with house(tmp_path / "there") as there, house(tmp_path / "here") as here:
            await fill(there)
            await there.upkeep.export(tmp_path / "a", quiet, passphrase=WORD)
            for wrong in (None, b"another one"):
                with pytest.raises(InputInvalid) as raised:
                    await here.upkeep.take_in(tmp_path / "a", quiet, wrong)
                assert raised.value.code == "archive-locked"
            assert await here.contents() == []
            brought = await here.upkeep.take_in(tmp_path / "a", quiet, WORD)
            assert (brought.messages, brought.promises) == (300, 1)
            assert len(await here.contents()) == len(await there.contents())

    asyncio.run(use())
    content = (tmp_path / "a").read_bytes()
    assert b"PK\x03\x04" not in content
    assert b"conversations/" not in content

"""Answers that are kept for a while, in a real file, against a copy in plain Python."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.house import with_database
from voiced.core.ports.answers import CacheStatus, answer_key
from voiced.store.answers import StoredAnswers

LIMIT = 40


class Clock:
    time = 1_000.0

    def __call__(self) -> float:
        self.time += 0.001  # No two moments are the same.
        return self.time


class Plain:
    """What it is meant to do: a dictionary in the order of use."""

    def __init__(self) -> None:
        self.all: dict[str, tuple[str, float]] = {}

    def get(self, key: str, now: float) -> str | None:
        if key not in self.all or self.all[key][1] <= now:
            return None
        self.all[key] = self.all.pop(key)
        return self.all[key][0]

    def put(self, key: str, content: str, until: float, now: float) -> None:
        self.all.pop(key, None)
        self.all[key] = content, until
        self.all = {key: kept for key, kept in self.all.items() if kept[1] > now}
        while sum(len(content.encode()) for content, _ in self.all.values()) > LIMIT:
            del self.all[next(iter(self.all))]


keys = st.sampled_from("abcdef")
acts = st.lists(
    st.one_of(
        st.tuples(st.just("get"), keys),
        st.tuples(st.just("put"), keys, st.text("xé", min_size=1, max_size=LIMIT // 2), st.sampled_from([1.0, 100.0])),
        st.tuples(st.just("wait"), st.sampled_from([0.5, 2.0])),
    ),
    max_size=30,
)


def run(folder: Path, job):
    async def inside(database):
        clock = Clock()
        return await job(StoredAnswers(database, LIMIT / 1e6, clock), clock)

    return with_database(folder, inside)


@settings(max_examples=40)
@given(acts)
def test_it_keeps_what_was_used_last_as_long_as_it_is_good(acts):
    async def job(answers, clock):
        plain = Plain()
        for act in acts:
            match act:
                case "get", key:
                    found = await answers.get(key)
                    assert found == plain.get(key, clock.time)
                case "put", key, content, seconds:
                    assert await answers.put(key, content, seconds=seconds, privacy="personal")
                    plain.put(key, content, clock.time + seconds, clock.time)
                case _, seconds:
                    clock.time += seconds
        status = await answers.status()
        assert status.bytes == sum(len(content.encode()) for content, _ in plain.all.values()) <= LIMIT
        assert status.answers == len(plain.all)

    with TemporaryDirectory() as folder:
        run(Path(folder), job)


@pytest.mark.parametrize(
    ("privacy", "kept"), [("public", True), ("personal", True), ("sensitive", False), ("secret", False)]
)
def test_what_is_private_is_not_kept_nor_what_was_there_before(tmp_path, privacy, kept):
    async def job(answers, _):
        await answers.put("a", "before", seconds=9.0, privacy="public")
        assert await answers.put("a", "now", seconds=9.0, privacy=privacy) == kept
        assert await answers.get("a") == ("now" if kept else None)

    run(tmp_path, job)
    canary = b"canary"

    async def secret(answers, _):
        await answers.put("b", canary.decode(), seconds=9.0, privacy="secret")

    run(tmp_path, secret)
    assert all(canary not in path.read_bytes() for path in tmp_path.rglob("voiced.db*"))


def test_it_is_counted_and_cleared(tmp_path):
    async def job(answers, _):
        await answers.put("a", "x" * 10, seconds=9.0, privacy="public")
        await answers.put("b", "y" * 10, seconds=9.0, privacy="public")
        await answers.get("a")
        await answers.get("a")
        await answers.get("none")
        assert await answers.status() == CacheStatus(2, 20, LIMIT, 2)
        assert not await answers.put("c", "z" * (LIMIT + 1), seconds=9.0, privacy="public")
        assert await answers.clear() == 2
        assert await answers.clear() == 0
        assert await answers.status() == CacheStatus(0, 0, LIMIT, 0)

    run(tmp_path, job)


def test_a_key_hangs_on_all_that_an_answer_does():
    key = answer_key("model", {"b": 1, "a": 2}, ["how far is the moon"])
    assert key == answer_key("model", {"a": 2, "b": 1}, ["how far is the moon"])
    assert key != answer_key("model", {"a": 2, "b": 1}, ["how far is the sun"])
    assert answer_key("ab", "c") != answer_key("a", "bc")

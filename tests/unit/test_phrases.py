"""Phrases are kept on disk within a size; what is damaged is made anew, and what was cut short is not kept."""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.engines import CountingTts
from voiced.core.errors import TtsFailed
from voiced.core.types import Clip
from voiced.engines.phrasefiles import PhraseFiles
from voiced.engines.phrases import LONGEST, PhraseCache

PHRASE = "Your timer is done."
CAP = 10_000_000


class AskedTts(CountingTts):
    """Counts what it is asked; fails in the middle of a text that holds a `†`."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def synthesize(self, text: str, speed: float = 1.0) -> AsyncGenerator[Clip]:  # noqa: ARG002 (the port's own)
        self.asked.append(text)
        for index, letter in enumerate(text):
            if letter == "†":
                raise TtsFailed("the script says so")
            await asyncio.sleep(0)
            yield Clip(index.to_bytes(2, "little") * 500, 22_050)


async def said(tts: PhraseCache, text: str = PHRASE) -> bytes:
    async with aclosing(tts.synthesize(text)) as clips:
        return b"".join([clip.samples async for clip in clips])


def run(
    folder: Path,
    main: Callable[[PhraseCache, AskedTts], Coroutine[Any, Any, None]],
    voice_is: Callable[[], str | None] = lambda: "fake",
    may_keep: Callable[[str], bool] = lambda _: True,
) -> AskedTts:
    async def within() -> AskedTts:
        voice = AskedTts()
        cache = PhraseCache(voice, PhraseFiles(folder, CAP), may_keep, voice_is)
        await main(cache, voice)
        await cache.close()
        return voice

    return asyncio.run(within())


async def once(cache: PhraseCache, _: AskedTts) -> None:
    await said(cache)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


def test_a_phrase_is_made_once_and_sounds_the_same(tmp_path):
    async def main(cache, _):
        first = await said(cache)
        await cache._settled()
        assert await said(cache) == first

    assert run(tmp_path, main).asked == [PHRASE]
    assert run(tmp_path, once).asked == []


def test_each_voice_has_its_own(tmp_path):
    assert run(tmp_path, once).asked == [PHRASE]
    assert run(tmp_path, once, lambda: "another").asked == [PHRASE]
    assert len(files(tmp_path)) == 2


def test_a_voice_that_is_not_known_keeps_nothing(tmp_path):
    assert run(tmp_path, once, lambda: None).asked == [PHRASE]
    assert not files(tmp_path)


def test_what_may_not_be_kept_is_made_anew_each_time(tmp_path):
    async def main(cache, _):
        assert await said(cache) == await said(cache)
        await cache._settled()

    assert len(run(tmp_path, main, may_keep=lambda text: text != PHRASE).asked) == 2
    assert not files(tmp_path)


def test_a_voice_is_asked_for_at_each_text_and_what_two_have_made_is_not_kept(tmp_path):
    now: list[str | None] = [None]

    async def main(cache, _):
        await said(cache)
        now[0] = "first"
        await said(cache)
        await cache._settled()
        await said(cache)
        now[0] = "second"
        async with aclosing(cache.synthesize(PHRASE)) as sound:
            await anext(sound)
            now[0] = "third"
            async for _clip in sound:
                pass
        await cache._settled()

    assert run(tmp_path, main, lambda: now[0]).asked == [PHRASE] * 3
    assert len(files(tmp_path)) == 1


def test_two_voices_with_one_folder_keep_no_more_than_it_may_hold(tmp_path):
    async def main() -> int:
        shared = PhraseFiles(tmp_path, 100_000)
        caches = [PhraseCache(AskedTts(), shared, lambda _: True, partial(str, voice)) for voice in "ab"]
        for number in range(10):
            await asyncio.gather(*(said(cache, f"{number} timers.") for cache in caches))
            await asyncio.gather(*(cache._settled() for cache in caches))
        await asyncio.gather(*(cache.close() for cache in caches))
        return sum(file.stat().st_size for file in files(tmp_path))

    assert 80_000 < asyncio.run(main()) <= 100_000


def test_only_the_owner_may_read(tmp_path):
    run(tmp_path / "phrases", once)
    (file,) = files(tmp_path / "phrases")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert PHRASE.encode() not in file.read_bytes()


def test_a_long_text_is_not_kept(tmp_path):
    async def main(cache, _):
        await said(cache, "a" * (LONGEST + 1))

    run(tmp_path, main)
    assert not files(tmp_path)


@pytest.mark.parametrize("clips", [1, 5, len(PHRASE)])
def test_what_is_not_heard_to_its_end_is_not_kept(tmp_path, clips):
    async def main(cache, _):
        async with aclosing(cache.synthesize(PHRASE)) as sound:
            for _number in range(clips):
                await anext(sound)

    run(tmp_path, main)
    assert not files(tmp_path)


def test_a_cancelled_task_keeps_nothing(tmp_path):
    async def main(cache, _):
        task = asyncio.create_task(said(cache))
        for _step in range(8):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    run(tmp_path, main)
    assert not files(tmp_path)


def test_what_fails_is_not_kept(tmp_path):
    async def main(cache, _):
        with pytest.raises(TtsFailed):
            await said(cache, "half of it †")

    run(tmp_path, main)
    assert not files(tmp_path)


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.999])
def test_a_truncated_file_is_made_anew(tmp_path, share):
    run(tmp_path, once)
    (file,) = files(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    assert run(tmp_path, once).asked == [PHRASE]
    assert file.read_bytes() == whole


@given(st.data())
def test_a_changed_byte_is_noticed(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("phrases")
    store = PhraseFiles(folder, 10_000)
    store.write("a", Clip(b"\1\2" * 100, 16_000), 0)
    (file,) = files(folder)
    content = bytearray(file.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    file.write_bytes(content)
    found = PhraseFiles(folder, 10_000).read("a")
    # The rate has no checksum, and there are many.
    assert found is None or 4 <= at < 8


def test_the_least_recently_used_goes_first(tmp_path):
    store = PhraseFiles(tmp_path, 3 * 216)
    for name in "abc":
        store.write(name, Clip(b"\1\2" * 100, 16_000), 0)
    assert store.read("a")
    store.write("d", Clip(b"\1\2" * 100, 16_000), 0)
    assert [file.stem for file in files(tmp_path)] == ["a", "c", "d"]


def test_the_order_of_use_outlives_a_restart(tmp_path):
    store = PhraseFiles(tmp_path, 3 * 216)
    for age, name in enumerate("abc"):
        store.write(name, Clip(b"\1\2" * 100, 16_000), 0)
        os.utime(tmp_path / f"{name}.phrase", (1e9 - age, 1e9 - age))
    assert PhraseFiles(tmp_path, 3 * 216).read("c")
    PhraseFiles(tmp_path, 3 * 216).write("d", Clip(b"\1\2" * 100, 16_000), 0)
    assert [file.stem for file in files(tmp_path)] == ["a", "c", "d"]


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 300)), max_size=40))
def test_the_files_are_never_larger_than_allowed(tmp_path_factory, writes):
    folder, cap = tmp_path_factory.mktemp("phrases"), 1_000
    store = PhraseFiles(folder, cap)
    for name, samples in writes:
        store.write(name, Clip(b"\1\2" * samples, 16_000), 0)
        assert sum(file.stat().st_size for file in files(folder)) <= cap
        assert (store.read(name) is not None) == (samples * 2 + 16 <= cap)


def test_what_was_begun_before_all_was_removed_is_not_kept_and_what_is_said_later_is(tmp_path):
    folder = tmp_path / "phrases"

    async def main():
        store = PhraseFiles(folder, CAP)
        cache = PhraseCache(AskedTts(), store, lambda _: True, lambda: "fake")
        await said(cache, "it is 10 o'clock")
        await cache._settled()
        async with aclosing(cache.synthesize(PHRASE)) as sound:
            await anext(sound)
            store.clear()
            async for _clip in sound:
                pass
        await cache._settled()
        assert list(tmp_path.rglob("*")) == []
        await said(cache)
        await cache.close()

    asyncio.run(main())
    assert len(files(folder)) == 1


def test_what_waits_to_be_written_while_all_is_removed_is_not_kept(tmp_path):
    store, clip = PhraseFiles(tmp_path / "phrases", 1_000), Clip(b"\1\2" * 100, 16_000)
    store.write("a", clip, store.cleared)
    begun = store.cleared
    (tmp_path / "phrases.cleared").mkdir()
    (tmp_path / "phrases.cleared" / "old.phrase").write_bytes(b"a clear that was cut short left it")
    store.clear()
    store.write("a", clip, begun)
    assert list(tmp_path.rglob("*")) == []
    for name in "abcdefgh":
        store.write(name, clip, store.cleared)
    assert [store.read(name) for name in "gh"] == [clip, clip]
    assert sum(file.stat().st_size for file in files(tmp_path / "phrases")) <= 1_000


def test_a_phrase_left_half_written_is_removed(tmp_path):
    (tmp_path / "a.new").write_bytes(b"half")
    run(tmp_path, once)
    assert [file.suffix for file in files(tmp_path)] == [".phrase"]


def test_files_of_others_are_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")

    run(tmp_path, once)
    assert [file.name for file in files(tmp_path) if file.suffix != ".phrase"] == ["letter.txt"]


def test_a_disk_that_does_not_work_is_told_once_and_nothing_is_silent(tmp_path, caplog):
    folder = tmp_path / "phrases"
    folder.write_text("a file where the folder should be")

    async def main(cache, _):
        for _time in range(3):
            assert await said(cache)
            await cache._settled()

    with caplog.at_level(logging.WARNING):
        voice = run(folder, main)
    assert len(voice.asked) == 3
    assert len([record for record in caplog.records if record.name == "voiced.engines.phrases"]) == 1


def test_two_who_say_the_same_at_once_do_not_mix(tmp_path):
    async def main(cache, _):
        first, second = await asyncio.gather(said(cache), said(cache))
        assert first == second
        await cache._settled()
        assert await said(cache) == first

    # A quick disk has it for the second already.
    assert run(tmp_path, main).asked in ([PHRASE], [PHRASE, PHRASE])

"""What every voice does, whichever it is."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from scripts.stub_models.piper import write_voice
from tests.fakes.engines import CountingTts
from tests.fakes.hosted import KeptLink
from voiced.children import children_of
from voiced.core.config import Config
from voiced.core.errors import TtsFailed
from voiced.core.ports.tts import Tts
from voiced.core.wire import Message
from voiced.engines.child import Child
from voiced.engines.espeak import Espeak
from voiced.engines.hosted import HostedTts
from voiced.engines.phrasefiles import PhraseFiles
from voiced.engines.phrases import PhraseCache


@asynccontextmanager
async def espeak() -> AsyncGenerator[Tts]:
    (child,) = children_of(Config(), "tts")
    await child.start()
    yield HostedTts(child, 10)
    await child.close()


@asynccontextmanager
async def fake() -> AsyncGenerator[Tts]:
    yield CountingTts()


@asynccontextmanager
async def piper() -> AsyncGenerator[Tts]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "hum.onnx"
        write_voice(path, "hum")
        child = humming(path)
        await child.start()
        yield HostedTts(child, 10)
        await child.close()


@asynccontextmanager
async def remembering() -> AsyncGenerator[Tts]:
    with TemporaryDirectory() as folder:
        cache = PhraseCache(CountingTts(), PhraseFiles(Path(folder), 10_000_000), lambda _: True, lambda: "fake")
        yield cache
        await cache.close()


def humming(path: Path, **settings: int) -> Child:
    pytest.importorskip("piper", reason="the extra `piper` is not installed")
    return Child("tts", "piper", {"model": str(path), "speaker": 0, "words_per_minute": 170, **settings})


VOICES = pytest.mark.parametrize("voice", [espeak, piper, remembering, fake])


async def speak(tts: Tts, text: str) -> list:
    async with aclosing(tts.synthesize(text)) as clips:
        return [clip async for clip in clips]


@VOICES
def test_speech_is_as_fast_as_it_is_to_be_and_the_next_one_as_usual(voice):
    async def run():
        async with voice() as tts:
            lengths = []
            for speed in (1.0, 0.5, 2.0, 1.0):
                async with aclosing(tts.synthesize("Your timer is done.", speed)) as clips:
                    lengths.append(sum([clip.seconds async for clip in clips]))
            return lengths

    usual, slow, fast, again = asyncio.run(run())
    assert slow > 1.5 * usual
    assert fast < 0.75 * usual
    assert again == pytest.approx(usual, rel=0.1)


@VOICES
def test_speech_has_one_rate_and_whole_samples(voice):
    async def run():
        async with voice() as tts:
            return await speak(tts, "Your timer is done.")

    clips = asyncio.run(run())
    assert len({clip.rate for clip in clips}) == 1
    assert all(len(clip.samples) % 2 == 0 for clip in clips)
    assert sum(clip.seconds for clip in clips) > 0.5


@VOICES
def test_longer_text_sounds_longer(voice):
    async def run():
        async with voice() as tts:
            return await speak(tts, "Yes."), await speak(tts, "Yes, there are five timers running at the moment.")

    short, long = asyncio.run(run())
    assert sum(clip.seconds for clip in long) > 2 * sum(clip.seconds for clip in short)


@VOICES
def test_speech_comes_in_pieces(voice):
    async def run():
        async with voice() as tts:
            return await speak(tts, "There are five timers running at the moment, and the first is due in an hour.")

    assert len(asyncio.run(run())) > 5


@VOICES
def test_a_sentence_cut_short_leaves_the_voice_ready(voice):
    async def run():
        async with voice() as tts:
            for _ in range(3):
                async with aclosing(tts.synthesize("There are five timers running. " * 20)) as clips:
                    async for _clip in clips:
                        break
            return await speak(tts, "Your timer is done.")

    assert asyncio.run(run())


@VOICES
@pytest.mark.parametrize("text", ["", " ", "…", "\N{PILE OF POO}", "<speak>a & b</speak>", "\0", "日本語"])
def test_odd_text_is_no_error(voice, text):
    async def run():
        async with voice() as tts:
            await speak(tts, text)
            return await speak(tts, "Fine.")

    assert asyncio.run(run())


class BrokenLibrary:
    """eSpeak NG whose functions all return the same, but for those named."""

    def __init__(self, **results: int) -> None:
        self._results = {"espeak_Initialize": 22_050, **results}

    def __getattr__(self, name: str) -> Callable[..., int]:
        return lambda *_: self._results.get(name, 0)


@pytest.mark.parametrize("function", ["espeak_Synth", "espeak_Synchronize"])
def test_a_library_that_fails_is_told_of(function, monkeypatch):
    monkeypatch.setattr("ctypes.CDLL", lambda _: BrokenLibrary(**{function: -1}))
    voice, link = Espeak({"language": "en"}), KeptLink()
    with pytest.raises(TtsFailed, match="-1"):
        voice.handle(Message("synthesize", {"text": "Yes."}, request=1), link)
    assert link.messages == []


def test_an_unknown_voice_is_named():
    async def run():
        await Child("tts", "espeak", {"voice": "nobody"}).start()

    with pytest.raises(TtsFailed, match="nobody"):
        asyncio.run(run())

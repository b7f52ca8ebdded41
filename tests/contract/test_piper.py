"""What Piper does beyond what every voice does; in its child, with a voice that hums."""

import asyncio
from contextlib import aclosing, suppress
from pathlib import Path

import numpy as np
import pytest

from scripts.stub_models.piper import HUM_HZ, RATE, write_voice
from tests.fakes.hosted import KeptLink
from voiced import wiring
from voiced.children import children_of, started
from voiced.core.config import Config, EnginesConfig, PiperConfig, TtsConfig
from voiced.core.errors import DeadlinePassed, EngineDied, ModelBroken, ModelMissing, TtsFailed, VoicedError
from voiced.core.wire import Message
from voiced.engines import onnxfile
from voiced.engines.child import Child
from voiced.engines.hosted import HostedTts
from voiced.engines.phrasefiles import PhraseFiles

pytest.importorskip("piper", reason="the extra `piper` is not installed")
from voiced.engines.piper import FULL, Piper

SENTENCE = "There are five timers running at the moment, and the first of them is due in an hour."


@pytest.fixture(scope="module")
def voice(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("voice") / "hum.onnx"
    write_voice(path, "hum")
    return path


def child(path: Path, **settings: int) -> Child:
    return Child("tts", "piper", {"model": str(path), "speaker": 0, "words_per_minute": 170, **settings})


def spoken(path: Path, *texts: str, **settings: int) -> list[np.ndarray]:
    """The sound of each text, by one child."""

    async def run() -> list[np.ndarray]:
        process = child(path, **settings)
        await process.start()
        try:
            return [await _sound(HostedTts(process, 20), text) for text in texts]
        finally:
            assert process.restarts == 0
            await process.close()

    return asyncio.run(run())


async def _sound(tts: HostedTts, text: str) -> np.ndarray:
    async with aclosing(tts.synthesize(text)) as clips:
        return np.frombuffer(b"".join([clip.samples async for clip in clips]), "<i2")


def refusal(path: Path, **settings: int) -> VoicedError:
    async def run() -> VoicedError:
        with pytest.raises(VoicedError) as caught:
            await child(path, **settings).start()
        return caught.value

    return asyncio.run(run())


def pitch(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(sound[: 2 * RATE // 10]))
    return float(np.argmax(spectrum)) * 10 / 2


def test_the_speed_is_that_of_the_configuration(voice):
    (usual,), (fast,) = spoken(voice, SENTENCE), spoken(voice, SENTENCE, words_per_minute=340)
    assert len(fast) == pytest.approx(len(usual) / 2, rel=0.03)


def test_a_text_is_spoken_as_loud_as_can_be_in_all_its_pieces(voice):
    (sound,) = spoken(voice, SENTENCE * 3)
    loudest = [np.abs(piece).max() for piece in np.array_split(sound, 10)]
    assert min(loudest) > 32_000


def test_a_louder_piece_lowers_all_after_it_and_nothing_is_distorted(voice):
    (sound,) = spoken(voice, "Softly at first. Then it is loud! Softly again.")
    *first, last = [np.abs(piece.astype(int)).max() for piece in np.array_split(sound, 10)]
    assert all(loud > FULL - 100 for loud in first[:6])
    assert max(first) == FULL
    assert last == pytest.approx(FULL / 2, abs=100)


class WatchedPiper(Piper):
    """Counts the pieces that it makes."""

    made = 0

    def _make(self, phonemes):
        self.made += 1
        return super()._make(phonemes)


class WatchingLink(KeptLink):
    """Notes how many pieces were made when each frame was sent."""

    def __init__(self, voice: WatchedPiper) -> None:
        super().__init__()
        self.voice, self.made = voice, []

    def send(self, message: Message) -> None:
        super().send(message)
        self.made.append(self.voice.made)


def test_the_first_sound_is_sent_before_the_second_piece_is_made(voice):
    piper = WatchedPiper({"model": str(voice)})
    piper.made, link = 0, WatchingLink(piper)
    piper.handle(Message("synthesize", {"text": f"{SENTENCE} {SENTENCE}"}, request=1), link)
    assert (link.messages[0].type, link.made[0]) == ("audio-chunk", 1)
    assert (link.messages[-1].type, link.made[-1]) == ("audio-stop", piper.made)
    assert piper.made > 2


def test_speakers_differ(tmp_path):
    path = tmp_path / "four.onnx"
    write_voice(path, "hum", speakers=4)
    (first,), (last,) = spoken(path, SENTENCE, speaker=0), spoken(path, SENTENCE, speaker=3)
    assert pitch(first) == pytest.approx(HUM_HZ, abs=10)
    assert pitch(last) == pytest.approx(HUM_HZ * 1.75, abs=10)


@pytest.mark.parametrize("speakers", [1, 4])
def test_a_speaker_that_the_voice_has_not_is_refused(tmp_path, speakers):
    path = tmp_path / "v.onnx"
    write_voice(path, "hum", speakers=speakers)
    error = refusal(path, speaker=speakers)
    assert isinstance(error, TtsFailed)
    assert f"below {speakers}" in error.hint


def test_double_brackets_are_text(voice):
    bracketed, plain = spoken(voice, "the [[end]] is near", "the end is near")
    assert len(bracketed) == pytest.approx(len(plain), rel=0.3)


def test_phrases_of_a_voice_whose_file_was_replaced_are_not_heard_again(tmp_path):
    path, phrases = tmp_path / "v.onnx", tmp_path / "phrases"

    async def rates() -> set[int]:
        engines = EnginesConfig(tts=TtsConfig(engine="piper"), piper=PiperConfig(model=str(path)))
        config = Config(engines=engines)
        children = children_of(config, "tts")
        tts = wiring.voice(config, children, phrases=PhraseFiles(phrases, 1_000_000))
        async with started(children), aclosing(tts.synthesize("Yes.")) as clips:
            heard = {clip.rate async for clip in clips}
            await tts.close()
        return heard

    write_voice(path, "hum")
    assert asyncio.run(rates()) == {RATE}
    write_voice(path, "hum")
    beside = path.with_name("v.onnx.json")
    beside.write_text(beside.read_text().replace(str(RATE), "16000"))
    assert asyncio.run(rates()) == {16_000}
    assert len(list(phrases.glob("*.phrase"))) == 2


def test_a_missing_voice_is_told(tmp_path):
    error = refusal(tmp_path / "nothing.onnx")
    assert isinstance(error, ModelMissing)
    assert "pull" in error.hint


def test_missing_settings_are_told(tmp_path, voice):
    (tmp_path / "v.onnx").write_bytes(voice.read_bytes())
    error = refusal(tmp_path / "v.onnx")
    assert isinstance(error, ModelBroken)
    assert "v.onnx.json" in error.hint


def test_settings_of_another_voice_are_told(tmp_path, voice):
    write_voice(tmp_path / "v.onnx", "hum", speakers=4)
    (tmp_path / "v.onnx").write_bytes(voice.read_bytes())
    assert "no Piper voice" in refusal(tmp_path / "v.onnx").message


def test_another_onnx_model_is_refused(tmp_path, voice, recordings):
    beside = tmp_path / "v.onnx.json"
    beside.write_bytes(voice.with_name("hum.onnx.json").read_bytes())
    for path in sorted((recordings / "models").rglob("*.onnx"))[:3]:
        (tmp_path / "v.onnx").write_bytes(path.read_bytes())
        assert isinstance(refusal(tmp_path / "v.onnx"), ModelBroken)


def test_mutated_voices_are_refused_or_speak(tmp_path, voice):
    """What the check of the file lets pass ends at most the child, with a word on it; and it lets few pass."""
    path = tmp_path / "v.onnx"
    path.with_name("v.onnx.json").write_bytes(voice.with_name("hum.onnx.json").read_bytes())
    whole, random, passed = voice.read_bytes(), np.random.default_rng(1), 0
    for _ in range(60):
        mutated = bytearray(whole)
        for at in random.integers(0, len(whole), 6):
            mutated[at] = random.integers(0, 256)
        path.write_bytes(mutated)
        try:
            onnxfile.check(path)
        except ModelBroken:
            continue
        passed += 1
        with suppress(ModelBroken, TtsFailed, EngineDied, DeadlinePassed):
            spoken(path, "yes")
    assert passed < 20


def test_a_long_text_is_cut_short_at_random_moments(voice):
    async def run() -> int:
        process = child(voice)
        await process.start()
        random = np.random.default_rng(1)
        tts = HostedTts(process, 20)
        for _ in range(20):
            left = int(random.integers(0, 60))
            async with aclosing(tts.synthesize(SENTENCE * 50)) as clips:
                async for _clip in clips:
                    left -= 1
                    if left < 0:
                        break
        assert len(await _sound(tts, "Done.")) > 0
        await process.close()
        return process.restarts

    assert asyncio.run(run()) == 0

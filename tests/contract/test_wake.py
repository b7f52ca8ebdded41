"""What every wake word engine keeps, and that its scores are those of the package whose models it runs."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pymicro_wakeword
import pyopen_wakeword
import pytest
import soundfile

from voiced.core.errors import WakeFailed
from voiced.core.ports.wake import WakeWord
from voiced.engines.microwake import MicroWake
from voiced.engines.openwake import STEP, OpenWake

ENGINES = [MicroWake, OpenWake]


WORDS = {"jarvis": "hey_jarvis", "alexa": "alexa"}


def listener(names: Sequence[str]) -> Callable[[bytes], Iterator[str]]:
    """What a server listens with: the package whose models these are."""
    features = pyopen_wakeword.OpenWakeWordFeatures.from_builtin()
    models = {name: pyopen_wakeword.OpenWakeWord.from_builtin(pyopen_wakeword.Model(name)) for name in names}

    def listen(sound: bytes) -> Iterator[str]:
        for embedding in features.process_streaming(sound):
            for name, model in models.items():
                if any(score > 0.5 for score in model.process_streaming(embedding)):
                    yield name

    return listen


@contextmanager
def here(engine: Callable[[dict[str, str]], WakeWord], _folder: Path) -> Generator[WakeWord]:
    made = engine(WORDS)
    yield made
    made.close()


@contextmanager
def remote(folder: Path) -> Generator[WakeWord]:
    pytest.importorskip("wyoming", reason="the server is made with the wyoming package (group dev)")
    from tests.rigs.background import PATIENCE_S  # noqa: PLC0415 (only where there is that package)
    from tests.rigs.wake import heard_by  # noqa: PLC0415 (the same)
    from tests.rigs.wyoming import WakeServer  # noqa: PLC0415 (the same)

    server = WakeServer(listener, [*WORDS.values()])
    with pytest.MonkeyPatch.context() as patch, heard_by(server, WORDS, folder) as (heard, _):
        patch.setattr("voiced.engines.wyoming_wake.IDLE_S", PATIENCE_S)  # No sound comes while the server loads.
        yield heard


@pytest.fixture(params=[partial(here, MicroWake), partial(here, OpenWake), remote], ids=["micro", "open", "remote"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WakeWord]:
    with request.param(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def jarvis(recordings: Path) -> bytes:
    samples, _ = soundfile.read(recordings / "audio/ohf-wake/hey_jarvis/2.flac", dtype="int16")
    return np.concatenate([np.zeros(40_000, np.int16), samples, np.zeros(16_000, np.int16)]).tobytes()


def run(engine: WakeWord, sound: bytes, samples: int) -> list[dict[str, float]]:
    return [dict(engine.scores(sound[at : at + samples * 2])) for at in range(0, len(sound), samples * 2)]


def best(scores: list[dict[str, float]], word: str) -> float:
    return max((score[word] for score in scores if word in score), default=0.0)


def test_finds_its_word_and_no_other(engine: WakeWord, jarvis: bytes) -> None:
    found = run(engine, jarvis, 512)
    assert best(found, "jarvis") > 0.9
    assert best(found, "alexa") < 0.1


def test_scores_are_shares(engine: WakeWord, jarvis: bytes) -> None:
    noise = np.random.default_rng(1).normal(0, 3_000, 48_000).astype("<i2").tobytes()
    scores = [score for found in run(engine, noise + jarvis, 512) for score in found.values()]
    assert scores
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize("samples", [1, 77, 512, 1_280, 100_000])
def test_how_sound_is_cut_changes_nothing(engine: WakeWord, jarvis: bytes, samples: int) -> None:
    if samples == 1 and not isinstance(engine, MicroWake | OpenWake):
        pytest.skip("60,000 ways to a server and back take minutes")
    sound = jarvis[: 2 * 60_000] if samples == 1 else jarvis
    expected = best(run(engine, sound, 160), "jarvis")
    engine.reset()
    assert best(run(engine, sound, samples), "jarvis") == pytest.approx(expected, abs=1e-4)


def test_reset_forgets(engine: WakeWord, jarvis: bytes) -> None:
    first = run(engine, jarvis, 512)
    engine.reset()
    assert run(engine, jarvis, 512) == first


def test_says_nothing_before_it_has_heard_enough(engine: WakeWord) -> None:
    assert engine.scores(bytes(2 * 512)) == {}


def test_micro_scores_are_the_packages_own(jarvis: bytes) -> None:
    model = pymicro_wakeword.MicroWakeWord.from_builtin(pymicro_wakeword.Model.HEY_JARVIS)
    features = pymicro_wakeword.MicroWakeWordFeatures()
    theirs = [model.process_streaming_prob(feature) for feature in features.process_streaming(jarvis)]
    ours = run(MicroWake({"jarvis": "hey_jarvis"}), jarvis, 160)
    assert best(ours, "jarvis") == pytest.approx(max(theirs), abs=1e-3)


def test_open_scores_are_the_packages_own(jarvis: bytes) -> None:
    sound = jarvis[: len(jarvis) // (2 * STEP) * 2 * STEP]
    features = pyopen_wakeword.OpenWakeWordFeatures.from_builtin()
    model = pyopen_wakeword.OpenWakeWord.from_builtin(pyopen_wakeword.Model.HEY_JARVIS)
    theirs = [
        score
        for at in range(0, len(sound), 2 * STEP)
        for embedding in features.process_streaming(sound[at : at + 2 * STEP])
        for score in model.process_streaming(embedding)
    ]
    ours = [found["jarvis"] for found in run(OpenWake({"jarvis": "hey_jarvis"}), sound, STEP) if found]
    assert ours == pytest.approx(theirs[-len(ours) :], abs=1e-3)


def test_a_burst_has_the_scores_of_a_stream(jarvis: bytes) -> None:
    engine = OpenWake({"jarvis": "hey_jarvis"})
    stream = [found.get("jarvis", 0.0) for found in run(engine, jarvis, STEP)]
    peak = int(np.argmax(stream))
    end = (peak + 2) * STEP
    begin = (end - engine.history) // STEP * STEP
    engine.reset()
    burst = engine.scores(jarvis[begin * 2 : end * 2])
    assert burst["jarvis"] == pytest.approx(stream[peak], abs=1e-3)


def test_an_onnx_head_runs_beside_a_bundled_one(recordings: Path) -> None:
    head = recordings / "models/wake/oww-mit/computer_v2.onnx"
    samples, _ = soundfile.read(recordings / "audio/ohf-wake/computer/computer.flac", dtype="int16")
    sound = np.concatenate([np.zeros(40_000, np.int16), samples, np.zeros(16_000, np.int16)]).tobytes()
    found = run(OpenWake({"computer": str(head), "alexa": "alexa"}), sound, 512)
    assert best(found, "computer") > 0.5
    assert best(found, "alexa") < 0.1


def test_the_users_own_micro_model_is_used_with_its_settings(recordings: Path, tmp_path: Path, jarvis: bytes) -> None:
    bundled = recordings / "models/wake/micro"
    mine = tmp_path / "mine.tflite"
    mine.write_bytes((bundled / "hey_jarvis.tflite").read_bytes())
    (tmp_path / "mine.json").write_text('{"micro": {"probability_cutoff": 0.42, "sliding_window_size": 7}}')
    engine = MicroWake({"mine": str(mine)})
    assert engine.cutoffs == {"mine": 0.42}
    assert best(run(engine, jarvis, 512), "mine") > 0.9


def damaged(model: bytes) -> Iterator[bytes]:
    """A model's bytes, broken in many ways."""
    random = np.random.default_rng(0)
    yield b""
    yield b"TFL3"
    yield random.bytes(50_000)
    yield model[:4] + b"XXXX" + model[8:]
    for share in (0.1, 0.5, 0.9):
        yield model[: int(len(model) * share)]
    head = bytearray(model)
    head[8:400] = random.bytes(392)
    yield bytes(head)


@pytest.mark.parametrize("engine_of", ENGINES, ids=["micro", "open"])
@pytest.mark.parametrize("number", range(8))
def test_a_damaged_model_is_refused(
    engine_of: Callable[[dict[str, str]], WakeWord], number: int, recordings: Path, tmp_path: Path
) -> None:
    model = (recordings / "models/wake/micro/alexa.tflite").read_bytes()
    path = tmp_path / "broken.tflite"
    path.write_bytes(list(damaged(model))[number])
    with pytest.raises(WakeFailed) as failure:
        engine_of({"mine": str(path)})
    assert "broken.tflite" in failure.value.message
    assert failure.value.hint


@pytest.mark.parametrize("content", [b"", b"no model" * 1_000])
def test_a_damaged_onnx_head_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(WakeFailed, match=r"broken\.onnx"):
        OpenWake({"mine": str(path)})


def test_a_model_of_the_wrong_kind_is_refused(recordings: Path) -> None:
    models = recordings / "models/wake"
    with pytest.raises(WakeFailed, match=r"alexa\.tflite"):
        OpenWake({"mine": str(models / "micro/alexa.tflite")})
    with pytest.raises(WakeFailed, match="no microWakeWord model"):
        MicroWake({"mine": str(Path(pyopen_wakeword.__file__).parent / "models/alexa.tflite")})
    with pytest.raises(WakeFailed, match=r"silero_vad\.onnx"):
        OpenWake({"mine": str(recordings / "models/vad/silero_vad.onnx")})


@pytest.mark.parametrize("engine_of", ENGINES, ids=["micro", "open"])
def test_an_unknown_name_is_refused_with_the_known_ones(engine_of: Callable[[dict[str, str]], WakeWord]) -> None:
    with pytest.raises(WakeFailed) as failure:
        engine_of({"mine": "no_such_word"})
    assert "hey_jarvis" in failure.value.hint
    assert "melspectrogram" not in failure.value.hint


def test_broken_settings_are_refused(recordings: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.tflite"
    mine.write_bytes((recordings / "models/wake/micro/alexa.tflite").read_bytes())
    for text in ("{", '{"micro": {"sliding_window_size": 0}}', '{"micro": 3}'):
        (tmp_path / "mine.json").write_text(text)
        with pytest.raises(WakeFailed, match=r"mine\.json"):
            MicroWake({"mine": str(mine)})

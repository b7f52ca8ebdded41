"""Thresholds from the configuration, and decisions on scripted scores."""

from collections.abc import Iterable, Mapping

import numpy as np
import pytest
from msgspec import convert

from voiced.core.attention import AS_CONFIGURED
from voiced.core.config import WakeConfig, WakeWordConfig
from voiced.core.errors import ConfigInvalid
from voiced.core.types import FRAME_SAMPLES, RATE, Frame
from voiced.ear.cascade import Cascade
from voiced.ear.detections import detections
from voiced.ear.duplex import Duplex
from voiced.ear.gate import Gate
from voiced.ear.words import Detection, Miss, Word, tuned, words
from voiced.engines.microwake import MicroWake
from voiced.engines.openwake import OpenWake


def word(micro: str = "", openwake: str = "", threshold: float = 0.0, micro_threshold: float = 0.0) -> Word:
    config = WakeWordConfig(micro=micro, openwake=openwake, threshold=threshold, micro_threshold=micro_threshold)
    (made,) = words(WakeConfig(words={"mine": config}), {"mine": 0.97} if micro else {})
    return made


def test_a_bundled_word_has_measured_thresholds() -> None:
    made = word("hey_jarvis", "hey_jarvis")
    assert (made.candidate, made.threshold, made.second) == (0.02, 0.5, True)
    assert made.doubtful < made.threshold < made.certain < 1


def test_what_the_user_sets_counts() -> None:
    made = word("hey_jarvis", "hey_jarvis", threshold=0.8, micro_threshold=0.4)
    assert (made.candidate, made.threshold) == (0.4, 0.8)


def test_a_first_stage_alone_has_its_authors_threshold() -> None:
    assert word("hey_jarvis").threshold == 0.97
    assert not word("hey_jarvis").second


def test_a_second_stage_alone_has_the_gate_before_it() -> None:
    assert word(openwake="mine.onnx").candidate is None


def test_a_word_without_models_is_an_error() -> None:
    with pytest.raises(ConfigInvalid, match="mine"):
        word()


def test_a_word_that_a_server_hears_has_no_stage_here() -> None:
    (made,) = words(WakeConfig(words={"hey_jarvis": WakeWordConfig(remote="tcp://gpu-box:10400")}), {})
    assert not made.second
    assert made.candidate
    assert made.lag_s == word("hey_jarvis", "hey_jarvis").lag_s


@pytest.mark.parametrize("more", [{"micro": "alexa"}, {"openwake": "alexa"}, {"threshold": 0.5}])
def test_a_word_has_a_server_or_models_here(more: dict[str, str]) -> None:
    config = convert({"words": {"mine": {"remote": "tcp://gpu-box:10400", **more}}}, WakeConfig)
    with pytest.raises(ConfigInvalid, match="the wake word mine has a server, and"):
        words(config, {})


@pytest.mark.parametrize(
    ("sensitivity", "threshold", "certain", "in_echo"),
    [(50, 0.5, 0.9, 0.625), (100, 0.25, 0.9, 0.4375), (70, 0.4, 0.9, 0.55), (0, 0.75, 0.95, 0.8125)],
)
def test_how_easily_a_word_is_heard(sensitivity: int, threshold: float, certain: float, in_echo: float) -> None:
    made = tuned(word("hey_jarvis", "hey_jarvis"), sensitivity)
    assert (made.threshold, made.certain, made.in_echo) == pytest.approx((threshold, certain, in_echo))


@pytest.mark.parametrize("sensitivity", [0, 1, 49, 51, 99, 100])
@pytest.mark.parametrize(
    "made", [word("hey_jarvis"), word(openwake="mine.onnx", threshold=1.0), word("alexa", "alexa")]
)
def test_no_word_is_always_heard_and_none_never(sensitivity: int, made: Word) -> None:
    other = tuned(made, sensitivity)
    assert 0.2 < other.threshold <= 1
    assert other.threshold == made.threshold or (other.threshold < made.threshold) == (sensitivity > AS_CONFIGURED)
    assert (other.certain > 1) == (made.certain > 1), "what is never certain alone never is"


class Scores:
    """Scores by the frame: frame number to score, 0 elsewhere. Counts what it heard."""

    history, step = 20 * FRAME_SAMPLES, FRAME_SAMPLES

    def __init__(self, script: Mapping[int, float]) -> None:
        self.script = script
        self.heard = 0

    def scores(self, samples: bytes) -> Mapping[str, float]:
        self.heard += len(samples) // 2
        numbers = np.frombuffer(samples, "<i2")[::FRAME_SAMPLES]
        return {"mine": max(self.script.get(int(number), 0.0) for number in numbers)}

    def reset(self) -> None:
        pass

    def close(self) -> None:
        pass


class Silent:
    def speech(self, samples: bytes) -> float:
        return 0.0 if samples else 1.0

    def reset(self) -> None:
        pass


def play(
    first: Mapping[int, float],
    second: Mapping[int, float],
    count: int = 150,
    made: Word | None = None,
    refractory_s: float = 1.0,
) -> tuple[list[Detection | Miss], Scores]:
    """Lets a cascade of one word hear frames that tell their number."""
    made = made or Word(name="mine", candidate=0.1, threshold=0.5, certain=0.9, doubtful=0.01)
    verifier = Scores(second)
    cascade = Cascade([made], Scores(first), verifier, Gate(Silent()), refractory_s=refractory_s)
    frames = (
        Frame(np.full(FRAME_SAMPLES, number, "<i2").tobytes(), number * FRAME_SAMPLES) for number in range(1, count)
    )
    return list(detections(frames, cascade)), verifier


def at_frame(found: Detection | Miss) -> int:
    return found.position // FRAME_SAMPLES - 1


def test_in_quiet_the_second_stage_sleeps() -> None:
    found, second = play({}, {50: 1.0})
    assert found == []
    assert second.heard == 0


def test_both_stages_must_agree() -> None:
    (found,), _ = play({50: 0.2}, {52: 0.8})
    assert isinstance(found, Detection)
    assert (found.score, at_frame(found)) == (0.8, 52)


def test_a_word_that_was_over_before_the_first_stage_heard_it_counts() -> None:
    (found,), _ = play({50: 0.2}, {45: 0.8})
    assert isinstance(found, Detection)
    assert at_frame(found) == 50


def test_a_sure_first_stage_needs_little_of_the_second() -> None:
    (found,), _ = play({50: 0.95}, {51: 0.02})
    assert isinstance(found, Detection)
    assert found.score == 0.95
    assert not [each for each in play({50: 0.95}, {})[0] if isinstance(each, Detection)]


def test_a_first_stage_that_was_sure_long_ago_is_not_sure_now() -> None:
    signs = dict.fromkeys(range(50, 140, 20), 0.2) | {50: 0.95}
    assert not [each for each in play(signs, {130: 0.02})[0] if isinstance(each, Detection)]


def test_a_near_miss_of_the_second_stage_is_told_once() -> None:
    (found,), _ = play({50: 0.2}, {52: 0.3, 60: 0.4})
    assert found == Miss("mine", 0.4, 0.5, found.position)


def test_a_near_miss_of_the_first_stage_is_told() -> None:
    (found,), _ = play({50: 0.6}, {})
    assert found == Miss("mine", 0.6, 0.9, found.position)


def test_what_is_far_from_a_word_is_no_near_miss() -> None:
    assert play({50: 0.3}, {52: 0.1})[0] == []


def test_a_long_score_is_one_detection() -> None:
    frames = dict.fromkeys(range(50, 80), 1.0)
    assert len(play(frames, frames)[0]) == 1


def test_a_word_said_again_is_heard_again() -> None:
    once = dict.fromkeys([50, 51], 1.0)
    again = once | dict.fromkeys([95, 96], 1.0)
    assert [at_frame(each) for each in play(again, again)[0]] == [50, 95]


def test_a_word_within_the_refractory_time_is_not_heard_again() -> None:
    found, _ = play({50: 1.0, 70: 1.0}, {50: 1.0, 70: 1.0})
    assert [at_frame(each) for each in found] == [50]


def test_a_word_that_the_second_stage_still_has_in_its_window_is_not_heard_again() -> None:
    first = {50: 1.0, 70: 0.2}
    assert [at_frame(each) for each in play(first, {50: 1.0, 86: 0.9})[0]] == [50]


def test_the_second_stage_sleeps_again() -> None:
    _, second = play({50: 0.2}, {}, count=1_000)
    assert second.heard < (20 + 2 + 2 * RATE // FRAME_SAMPLES) * FRAME_SAMPLES


def test_the_second_stage_sleeps_soon_after_a_word_however_long_it_is_not_to_be_heard_again() -> None:
    said = dict.fromkeys([50, 150, 215], 1.0)
    found, second = play(said, said, count=250, refractory_s=5.0)
    assert [at_frame(each) for each in found] == [50, 215]
    assert second.heard <= 2 * (20 + RATE // FRAME_SAMPLES + 1) * FRAME_SAMPLES


MINE = Word(name="mine", candidate=0.1, threshold=0.5, certain=0.9, doubtful=0.01, in_echo=0.7)


def marked(number: int, loudness: int) -> bytes:
    """Sound that scripted stages know by its first sample."""
    sound = np.full(FRAME_SAMPLES, loudness, "<i2")
    sound[0] = number
    return sound.tobytes()


def numbered(number: int, left: int | None = None, loudness: int = 0) -> Frame:
    """A loud frame, and how loud it is less its echo."""
    linear = None if left is None else marked(left, loudness)
    return Frame(marked(number, 5_000), number * FRAME_SAMPLES, linear)


def in_echo(second: Mapping[int, float], made: Word = MINE) -> list[int]:
    """The frames at which a word is heard while voiced itself may be."""
    cascade = Cascade([made], Scores({50: 0.95}), Scores(second), Gate(Silent()))
    found: list[Detection | Miss] = []
    for number in range(1, 150):
        found += cascade.hear(numbered(number), echo=True)
    return [at_frame(each) for each in found if isinstance(each, Detection)]


@pytest.mark.parametrize(
    ("second", "heard"),
    [
        ({52: 0.8, 53: 0.8}, [53]),
        ({52: 1.0}, []),
        ({52: 1.0, 53: 0.6, 54: 1.0}, []),
        ({52: 0.6, 53: 0.6}, []),
        ({52: 0.6, 53: 0.8, 54: 0.8}, [54]),
    ],
)
def test_without_its_echo_two_scores_in_a_row_must_be_high(second: dict[int, float], heard: list[int]) -> None:
    assert in_echo(second) == heard


def test_a_word_that_is_told_only_once_needs_no_second_score() -> None:
    once = Word(name="mine", candidate=0.1, threshold=0.5)
    assert in_echo({52: 0.6}, once) == [52]


@pytest.mark.parametrize(
    ("raw", "linear", "left", "talks", "heard"),
    [
        (True, True, 500, True, [90, 93]),
        (True, False, 500, True, [90]),
        (False, True, 500, True, [93]),
        (False, False, 500, True, []),
        # Nobody else has spoken: what sounded like the word was voiced itself.
        (True, True, 500, False, []),
        # A filter that takes out little does not know the room: what it leaves sounds like anything.
        (True, True, 2_000, True, [90]),
        (True, True, 2_000, False, [90]),
        (False, True, 2_000, True, []),
    ],
)
def test_a_word_counts_with_its_echo_or_less_it(
    *, raw: bool, linear: bool, left: int, talks: bool, heard: list[int]
) -> None:
    made: list[Cascade] = []

    def cascade(first: int, *, hears: bool) -> Cascade:
        made.append(cascade_of(dict.fromkeys((first, first + 1), 1.0) if hears else {}))
        return made[-1]

    duplex = Duplex(cascade(90, hears=raw), lambda: cascade(92, hears=linear))
    found: list[Detection | Miss] = []
    for number in range(1, 120):
        loudness = 4_500 if talks and 80 <= number < 88 else left
        found += duplex.hear(numbered(number, number, loudness) if 60 <= number < 110 else numbered(number))
        assert len(made) == (1 if number < 60 else 2)
    # What is left of an echo must be surer of itself.
    assert [at_frame(each) for each in found if isinstance(each, Detection)] == heard


def test_what_is_left_of_an_echo_counts_after_half_a_second_in_which_there_was_little() -> None:
    scores = {62: 1.0, 63: 1.0, 100: 1.0, 101: 1.0, 142: 1.0, 143: 1.0}
    duplex = Duplex(cascade_of({}), lambda: cascade_of(scores))
    found: list[Detection | Miss] = []
    for number in range(1, 160):
        # It falls silent in between: afterwards, the room may be another.
        talks = number % 40 >= 12 and number % 40 < 20
        plays = number >= 60 and not 130 <= number < 135
        found += duplex.hear(numbered(number, number, 4_500 if talks else 500) if plays else numbered(number))
    assert [at_frame(each) for each in found] == [101]


def cascade_of(scores: dict[int, float]) -> Cascade:
    return Cascade([MINE], Scores(scores), Scores(scores), Gate(Silent()))


def test_both_cascades_hear_as_easily_as_they_are_told_to() -> None:
    weak = {40: 0.4, 41: 0.45, 90: 0.3, 91: 0.3}
    duplex = Duplex(cascade_of({}), lambda: cascade_of({100: 0.45, 101: 0.45}))
    plain = Duplex(cascade_of(weak), lambda: cascade_of({}))
    found: list[list[int]] = []
    for each in (duplex, plain):
        heard: list[Detection | Miss] = []
        for number in range(1, 120):
            each.tune(100 if number > 70 else 50)
            loudness = 4_500 if 80 <= number < 104 else 500
            heard += each.hear(numbered(number, number, loudness) if number >= 60 else numbered(number))
        found.append([at_frame(one) for one in heard if isinstance(one, Detection)])
    assert found == [[101], [90]]


class Server:
    """A server that tells of a word in frames: frame number to how many frames ago it was."""

    def __init__(self, script: Mapping[int, int]) -> None:
        self.script = script
        self.behind: Mapping[str, int] = {}
        self.resets = 0

    def scores(self, samples: bytes) -> Mapping[str, float]:
        number = int(np.frombuffer(samples, "<i2")[0])
        self.behind = {"mine": self.script[number] * FRAME_SAMPLES} if number in self.script else {}
        return dict.fromkeys(self.behind, 1.0)

    def reset(self) -> None:
        self.resets += 1

    def close(self) -> None:
        pass


def hears(server: Server, numbers: Iterable[int]) -> list[Detection | Miss]:
    config = WakeConfig(words={"mine": WakeWordConfig(remote="tcp://gpu-box:10400")})
    cascade = Cascade(words(config, {}), MicroWake({}), OpenWake({}), Gate(Silent()), [server])
    frames = (Frame(np.full(FRAME_SAMPLES, number, "<i2").tobytes(), number * FRAME_SAMPLES) for number in numbers)
    return list(detections(frames, cascade))


def test_what_a_server_tells_is_heard_and_ends_where_it_was() -> None:
    now, then = hears(Server({50: 0, 120: 20}), range(1, 200))
    assert isinstance(now, Detection)
    assert isinstance(then, Detection)
    assert [(at_frame(each), each.score) for each in (now, then)] == [(50, 1.0), (120, 1.0)]
    assert (now.position - now.end) - (then.position - then.end) == -20 * FRAME_SAMPLES


def test_what_a_server_tells_again_and_again_is_heard_once_and_is_no_near_miss() -> None:
    assert [at_frame(each) for each in hears(Server(dict.fromkeys(range(50, 80), 0)), range(1, 200))] == [50]


def test_a_server_begins_anew_after_lost_sound() -> None:
    server = Server({})
    hears(server, [*range(1, 50), *range(100, 120)])
    assert server.resets == 1

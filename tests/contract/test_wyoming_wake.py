"""Wake words that another machine hears: what goes there, what comes back, and what goes wrong."""

import gc
import threading
from collections.abc import Iterator

import pytest

from tests.rigs.certificates import self_signed
from tests.rigs.sockets import after, endless, saying, serving, silent, slammed
from voiced.core.errors import RemoteUnreachable, WakeFailed
from voiced.core.types import FRAME_SAMPLES

pytest.importorskip("wyoming", reason="the servers under test are made with the wyoming package (group dev)")
from tests.rigs.background import PATIENCE_S, Background, until
from tests.rigs.wake import FRAME, Ear, Heard, at_frames, heard_by
from tests.rigs.wyoming import WakeServer
from voiced.engines import wyoming_wake
from voiced.engines.wyoming_wake import LATEST, WAITING

# A connection that is cancelled while it is being made is closed by asyncio only when it is forgotten.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
WORDS = {"computer": "computer_v2", "jarvis": "jarvis"}
MODELS = ["computer_v2", "jarvis", "alexa"]
INFO = b'{"type": "info", "data": {"wake": [{"name": "ears"}]}}\n'


@pytest.fixture
def background() -> Iterator[Background]:
    with Background() as running:
        yield running


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    monkeypatch.setattr("voiced.engines.wyoming.CONNECT_S", 0.5)
    monkeypatch.setattr("voiced.engines.wyoming_stretch.STALLED_S", 0.5)
    monkeypatch.setattr("voiced.engines.wyoming_wake.RETRY_S", (0.01,))
    yield
    gc.collect()  # A connection that was forgotten is closed in its own test.


def numbered(frame: int) -> bytes:
    return frame.to_bytes(2, "little") * FRAME_SAMPLES


@pytest.mark.parametrize("transport", ["tcp", "unix", "tls"])
def test_a_server_hears_all_sound_and_tells_of_its_words(transport, background, tmp_path):
    certificate = self_signed(tmp_path)
    server = WakeServer(at_frames({10: "computer_v2", 40: "jarvis"}), MODELS)
    url, _ = background.enter(server.on(transport, tmp_path, certificate.context))
    ear = Ear(background, url, WORDS, str(certificate.file))
    heard = Heard(ear, server)
    scores = [heard.scores(numbered(frame)) for frame in range(60)]
    assert {frame: found for frame, found in enumerate(scores) if found} == {10: {"computer": 1.0}, 40: {"jarvis": 1.0}}
    assert [event.data for event in server.asked("detect")] == [{"names": ["computer_v2", "jarvis"]}]
    form = {"rate": 16_000, "width": 2, "channels": 1}
    assert [event.data for event in server.asked("audio-start")] == [{**form, "timestamp": 0}]
    chunks = server.asked("audio-chunk")
    assert [event.data["timestamp"] for event in chunks] == [32 * frame for frame in range(60)]
    assert b"".join(event.payload for event in chunks) == b"".join(map(numbered, range(60)))
    assert ear.problems == []


def test_where_a_word_was_is_told_as_the_server_tells_it(tmp_path):
    server = WakeServer(at_frames({50: "jarvis"}), MODELS)
    with heard_by(server, WORDS, tmp_path) as (heard, _):
        for _ in range(50):
            heard.scores(FRAME)
        server.data = {"timestamp": 45 * 32}
        assert heard.scores(FRAME) == {"jarvis": 1.0}
        assert heard.behind == {"jarvis": 5 * FRAME_SAMPLES}


@pytest.mark.parametrize("timestamp", [None, "soon", -1, 10**30, 1e300, 52 * 32, [], {"a": 1}])
def test_where_a_word_was_is_not_known_if_it_makes_no_sense(timestamp, tmp_path):
    server = WakeServer(at_frames({50: "jarvis"}), MODELS)
    server.data = {"timestamp": timestamp}
    with heard_by(server, WORDS, tmp_path) as (heard, _):
        found = [heard.scores(FRAME) for _ in range(51)][-1]
        assert (found, heard.behind) == ({"jarvis": 1.0}, {"jarvis": 0})


def test_a_word_that_comes_too_late_is_not_told(tmp_path):
    late = LATEST // FRAME_SAMPLES + 2
    server = WakeServer(at_frames({late: "jarvis", late + 500: "computer_v2"}), MODELS)
    server.data = {"timestamp": 0}
    with heard_by(server, WORDS, tmp_path) as (_, ear):

        def told() -> bool:
            assert ear.feed() == {}
            return server.told == 1

        until(told, "the server tells of it")
        server.data = {}
        assert until(ear.feed, "the next word comes") == {"computer": 1.0}


def test_names_that_nobody_asked_for_are_nothing(tmp_path):
    server = WakeServer(at_frames({1: "alexa", 2: "computer", 3: "jarvis"}), MODELS)
    with heard_by(server, WORDS, tmp_path) as (_, ear):
        assert until(ear.feed, "a word comes") == {"jarvis": 1.0}
        assert ear.problems == []


def test_a_server_with_one_word_need_not_name_it(tmp_path):
    server = WakeServer(at_frames({3: "jarvis"}), [])
    server.data = {"name": None}
    with heard_by(server, {"hey": "jarvis"}, tmp_path) as (heard, _):
        assert [heard.scores(FRAME) for _ in range(4)][-1] == {"hey": 1.0}


def test_a_word_that_the_server_does_not_know_is_told_of_with_those_it_knows(tmp_path):
    server = WakeServer(at_frames({}), ["alexa", "okay_nabu"])
    with heard_by(server, WORDS, tmp_path) as (_, ear):
        ear.engine.scores(FRAME)
        problem = until(lambda: ear.problems, "it is told")[0]
    assert isinstance(problem, WakeFailed)
    assert "computer_v2, jarvis" in problem.message
    assert "alexa, okay_nabu" in problem.hint
    assert not server.asked("audio-chunk")


def test_while_it_is_muted_no_sound_goes_out_and_no_connection_is_open(tmp_path):
    server = WakeServer(at_frames({}), MODELS)
    with heard_by(server, WORDS, tmp_path) as (heard, ear):
        for _ in range(3):
            heard.scores(numbered(1))
        ear.mute(True)
        until(lambda: server.open == 0, "the connection is closed")
        for _ in range(2 * WAITING):
            ear.engine.scores(numbered(2))
        ear.mute(True)
        ear.mute(False)
        heard.scores(numbered(3))
        assert ear.problems == []
    assert server.connections == 2
    assert {event.payload[0] for event in server.asked("audio-chunk")} == {1, 3}


def test_what_waits_while_it_is_muted_is_thrown_away(background):
    ear = Ear(background, "unix:///nowhere/at/all", WORDS)
    for _ in range(2 * WAITING):
        ear.engine.scores(FRAME)
    ear.mute(True)
    assert not ear.engine._queue


def test_after_lost_sound_it_begins_anew(tmp_path):
    server = WakeServer(at_frames({5: "jarvis"}), MODELS)
    with heard_by(server, WORDS, tmp_path) as (heard, ear):
        for _ in range(2):
            found = [heard.scores(FRAME) for _ in range(8)]
            assert [frame for frame, words in enumerate(found) if words] == [5]
            heard.reset()
        heard.scores(FRAME)
        assert ear.problems == []
    assert [event.data["timestamp"] for event in server.asked("audio-chunk")] == [*range(0, 256, 32)] * 2 + [0]
    assert server.connections == 3


def test_without_sound_the_connection_is_closed_and_nothing_is_wrong(tmp_path, monkeypatch):
    monkeypatch.setattr(wyoming_wake, "IDLE_S", 0.05)
    server = WakeServer(at_frames({}), MODELS)
    with heard_by(server, WORDS, tmp_path) as (heard, ear):
        heard.scores(FRAME)
        until(lambda: server.open == 0, "the connection is closed")
        heard.scores(FRAME)
        assert ear.problems == []


def test_a_server_that_is_killed_and_comes_back_is_told_of_once_and_heard_again(background, tmp_path):
    server = WakeServer(at_frames({3: "jarvis"}), MODELS)
    url, kill = background.enter(server.on("tcp", tmp_path))
    ear = Ear(background, url, WORDS)
    for times in (1, 2):
        assert until(ear.feed, "a word comes") == {"jarvis": 1.0}
        until(lambda: ear.feed() is None or ear.engine._failures == 0, "it has proven itself")
        kill()
        until(lambda: ear.feed() is None or ear.engine._failures > 3, "it is tried again and again")
        assert [isinstance(each, RemoteUnreachable) for each in ear.problems] == [True, False] * (times - 1) + [True]
        _, kill = background.enter(server.on("tcp", tmp_path, port=int(url.rpartition(":")[2])))


def test_a_server_that_does_not_listen_is_told_of_and_takes_no_memory(background):
    port, _ = background.enter(serving(after(b"\n", silent, INFO)))
    ear = Ear(background, f"tcp://127.0.0.1:{port}", WORDS)
    until(lambda: ear.engine.scores(FRAME) or ear.problems, "it is told")
    assert isinstance(ear.problems[0], RemoteUnreachable)
    assert "keep up" in ear.problems[0].message
    assert len(ear.engine._queue) <= WAITING


def test_an_ear_that_is_faster_than_the_network_loses_the_oldest_and_says_so(tmp_path):
    server, held = WakeServer(at_frames({}), MODELS), threading.Event()
    with heard_by(server, WORDS, tmp_path) as (heard, ear):
        heard.scores(FRAME)
        ear.background.loop.call_soon_threadsafe(held.wait, PATIENCE_S)
        for _ in range(2 * WAITING):
            ear.engine.scores(FRAME)
        held.set()
        problem = until(lambda: ear.problems, "it is told")[0]
    assert "keep up" in problem.message


JARVIS = b'{"type": "detection", "data": {"name": "jarvis", "timestamp": 0}}\n'
HOSTILE = {
    "slammed": slammed,
    "garbage": saying(bytes(range(256)) * 50),
    "endless header": endless(b'{"type": "detection", "data": {"name": "'),
    "endless payload": endless(b'{"type": "audio-chunk", "payload_length": 1000000000000}\n'),
    "negative": saying(b'{"type": "detection", "payload_length": -5}\n'),
    "deep": saying(b'{"type": "detection", "data": ' + b'{"a":' * 5000 + b"\n"),
    "cut": saying(b'{"type": "detec'),
    "no object": saying(b"[1, 2, 3]\n"),
    "flood of frames": endless(piece=b'{"type": "ping"}\n' * 1000),
    "flood of words": endless(piece=JARVIS * 1000),
    "an error": saying(b'{"type": "error", "data": {"text": "my secret"}}\n'),
}


@pytest.mark.parametrize("informed", [False, True])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_server_ends_in_an_error_of_ours_and_the_ear_goes_on(name, informed, background):
    port, _ = background.enter(serving(after(b"\n", HOSTILE[name], INFO) if informed else HOSTILE[name]))
    ear = Ear(background, f"tcp://127.0.0.1:{port}", WORDS)
    until(lambda: ear.feed() is None or ear.problems, "it is told")
    assert isinstance(ear.problems[0], RemoteUnreachable | WakeFailed)
    assert "secret" not in f"{ear.problems[0].message} {ear.problems[0].hint}"
    until(lambda: ear.feed() is None or ear.engine._failures > 1, "it is tried again")
    assert len(ear.problems) == 1
    assert set(ear.engine.scores(FRAME)) <= {"jarvis"}


@pytest.mark.parametrize(
    "data", [b'{"name": 5}', b'{"name": ["jarvis"]}', b'{"name": "nobody"}', b'{"name": ""}', b"{}", b'{"name": null}']
)
def test_detections_that_make_no_sense_are_nothing(data, background):
    frame = b'{"type": "detection", "data": ' + data + b"}\n"
    port, _ = background.enter(serving(after(b"\n", after(b"audio-chunk", saying(JARVIS), frame), INFO)))
    ear = Ear(background, f"tcp://127.0.0.1:{port}", WORDS)
    assert until(ear.feed, "the word after it comes") == {"jarvis": 1.0}

"""What of the sound around a turn is recorded, and what is not."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec import convert
from msgspec.structs import replace

from voiced.core.bus import Bus
from voiced.core.config import Config
from voiced.core.events import (
    AnyEvent,
    Heard,
    Interrupted,
    NotUnderstood,
    Speaking,
    SpeechStarted,
    Spoken,
    StoreReplaced,
    TurnEnded,
    Woke,
)
from voiced.core.history import Privacy
from voiced.core.types import FRAME_SAMPLES, RATE, Frame, Timeline
from voiced.recorder import Recorder, recordings
from voiced.store.bundles import Bundles, read

PIN = "your PIN is 1234"


def privacy_of(text: str) -> Privacy:
    return "secret" if "PIN" in text else "public"


class Room:
    """A recorder's room: each second sounds as its own number."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bus = Bus()
        self.ear = SimpleNamespace(tap=None)
        self.privacy_of = privacy_of
        self.kept = recordings(folder)
        self._at = 0.0

    def until(self, at: float) -> None:
        """Time goes by."""
        for start in range(round(self._at * RATE), round(at * RATE), FRAME_SAMPLES):
            self.ear.tap(Frame(bytes([1 + int(start / RATE), 0]) * FRAME_SAMPLES, start))
        self._at = at

    def tell(self, *events: AnyEvent) -> None:
        for event in events:
            self.until(event.at)
            self.bus.emit(event)

    def seconds(self, turn: str) -> list[int]:
        """Which seconds are in the sound of a turn."""
        return sorted(set(read(self.kept.find(turn))[1][::2]) - {0})

    def recorded(self) -> list[str]:
        return sorted(each.bundle.turn for each in self.kept.all())


def asks(turn: str, at: float, said: str | None, answer: str, end: float) -> list[AnyEvent]:
    """A turn: woken, asked a second later, answered a second after that."""
    heard = [Heard(said, 1.0, at=at + 1, turn=turn)] if said else []
    told = [Speaking(answer, at=at + 2, turn=turn), Spoken(answer, True, at=end, turn=turn)] if answer else []
    started = SpeechStarted(at=at + 0.5, turn=turn)
    return [Woke("alexa", 1.0, at=at, turn=turn), started, *heard, *told, TurnEnded(Timeline(), at=end, turn=turn)]


def played(folder: Path, *events: AnyEvent, then: Callable[[Room], None] = lambda _: None) -> Room:
    """What happens, and then something before it is written."""
    room = Room(folder)

    async def run() -> None:
        recorder = Recorder(convert({"recorder": {"enabled": True}}, Config), room, SimpleNamespace(all=[]))
        room.tell(*events)
        then(room)
        await recorder.settled()

    asyncio.run(run())
    return room


def test_a_turn_has_the_sound_from_before_its_wake_word_to_its_last_word(tmp_path: Path):
    room = played(tmp_path, *asks("one", 10, "what time is it", "noon", 15))
    assert room.seconds("one") == [8, 9, 10, 11]
    assert room.kept.all()[0].bundle.woke_s == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize(
    "before",
    [
        asks("hidden", 10, "what is my code", PIN, 15),
        asks("hidden", 10, PIN, "", 15),
        [
            Speaking(PIN, at=14, turn="said"),
            Spoken(PIN, True, at=15, turn="said"),
            TurnEnded(Timeline(), at=15, turn="said"),
        ],
        [
            Speaking("well", at=14, turn="said"),
            Spoken(PIN, True, at=15, turn="said"),
            TurnEnded(Timeline(), at=15, turn="said"),
        ],
        [
            Speaking("1234", "secret", at=14, turn="a"),
            Spoken("1234", True, at=15, turn="a"),
            TurnEnded(Timeline(), at=15, turn="a"),
        ],
        [StoreReplaced(at=15)],
    ],
)
def test_what_may_not_be_kept_is_in_no_later_sound(tmp_path: Path, before: list[AnyEvent]):
    room = played(tmp_path, *before, *asks("next", 16, "no thanks", "fine", 20))
    assert room.seconds("next") == [16, 17]
    kept = next(each.bundle for each in room.kept.all() if each.bundle.turn == "next")
    assert kept.woke_s == pytest.approx(1.0, abs=0.1)


def test_a_turn_that_interrupts_a_hidden_one_begins_after_it(tmp_path: Path):
    speaking = [
        event for event in asks("hidden", 10, "what is my code", PIN, 15) if not isinstance(event, (Spoken, TurnEnded))
    ]
    over = [Interrupted("alexa", at=14.5, turn="hidden"), TurnEnded(Timeline(), at=14.5, turn="hidden")]
    after = [replace(event, at=max(14.5, event.at)) for event in asks("next", 14, "stop that", "", 16)]
    room = played(tmp_path, *speaking, *over, *after)
    bundle = next(each.bundle for each in room.kept.all() if each.bundle.turn == "next")
    assert (bundle.seconds, bundle.woke_s) == (pytest.approx(0.5, abs=0.1), 0.0)


@pytest.mark.parametrize(
    "why", [NotUnderstood("no command", at=14, turn="one"), Interrupted("stop", at=14, turn="one")]
)
def test_speech_of_which_nobody_knows_a_word_has_no_sound(tmp_path: Path, why: AnyEvent):
    woke, started, over = asks("one", 10, None, "", 15)
    room = played(tmp_path, woke, started, why, over)
    (kept,) = room.kept.all()
    assert (kept.bundle.hidden, kept.bundle.seconds, room.seconds("one")) == (True, 0.0, [])


def test_a_wake_word_after_which_nobody_speaks_has_its_sound(tmp_path: Path):
    woke, _, over = asks("one", 10, None, "", 15)
    room = played(tmp_path, woke, NotUnderstood("nothing was said", at=14, turn="one"), over)
    assert room.seconds("one") == [8, 9, 10, 11, 12, 13, 14]


def test_the_turn_that_forgets_is_not_recorded_and_nothing_of_it_is_later(tmp_path: Path):
    woke, started, heard, speaking, spoken, over = asks("forget", 10, "forget that", "forgotten", 15)
    forgetting = [woke, started, heard, StoreReplaced(at=11.5), speaking, StoreReplaced(at=12.5), spoken, over]
    room = played(tmp_path, *asks("old", 3, "hello", "", 6), *forgetting, *asks("next", 16, "thanks", "", 20))
    assert room.recorded() == ["next"]
    assert room.seconds("next") == [16, 17]


def test_what_is_being_written_while_it_is_forgotten_does_not_stay(tmp_path: Path):
    def forget(room: Room) -> None:
        assert not room.folder.joinpath("cache").exists(), "nothing is written yet"
        room.tell(StoreReplaced(at=16))

    room = played(tmp_path, *asks("old", 10, "hello", "", 15), then=forget)
    assert not list(tmp_path.rglob("*.zip"))
    assert room.recorded() == []


def test_whatever_fails_while_a_turn_is_written_is_told_without_its_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise ZeroDivisionError(PIN)

    monkeypatch.setattr(Bundles, "add", fail)
    played(tmp_path, *asks("one", 10, "hello", "", 15))
    (told,) = caplog.messages
    assert "ZeroDivisionError" in told
    assert PIN not in told

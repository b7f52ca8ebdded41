"""Recorded turns as files, and what is told of how they differ."""

import io
import os
import zipfile
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import convert
from msgspec.structs import fields, replace

from tests.fakes.engines import ScriptedStt
from tests.pipeline.playbook import play, speaks, wakes
from voiced.cli.options import Options
from voiced.cli.recordings import remove, show
from voiced.core.attention import Attention
from voiced.core.bundles import Bundle, Difference, Recorded, differences, told
from voiced.core.errors import InputInvalid, NotFound
from voiced.core.events import AnyEvent, Failed, Routed, Woke
from voiced.core.routing import Considered
from voiced.recorder import recordings
from voiced.store.bundles import Bundles, is_bundle, read

SOUND = bytes(range(256)) * 500
BUNDLE = Bundle(
    turn="4f8e985f",
    at=1e9,
    seconds=4.0,
    woke_s=3.0,
    word="alexa",
    route="rules",
    outcome="answered",
    hidden=False,
    configuration="c",
    made_of={"voiced": "1"},
)
EVENTS = told([Woke("alexa", 0.9, at=3.0, turn="4f8e985f")], hidden=False)


def turn(said: str) -> list[AnyEvent]:
    return [event for event in play(wakes(0.5), speaks(0.8, 1.8), stt=ScriptedStt(said)) if event.turn]


def test_a_bundle_comes_back_as_it_was(tmp_path: Path):
    bundles = Bundles(tmp_path / "recordings")
    bundles.add(Recorded(BUNDLE, EVENTS), SOUND)
    path = bundles.find("4f8e")
    assert is_bundle(path)
    assert read(path) == (Recorded(BUNDLE, EVENTS), SOUND)
    assert [each.bundle for each in bundles.all()] == [BUNDLE]
    bundles.remove(path)
    assert (bundles.all(), list(path.parent.iterdir())) == ([], [])


def test_a_turn_is_found_by_its_id_and_nothing_else(tmp_path: Path):
    bundles = Bundles(tmp_path)
    for name in ("4f8e985f", "4f00", "4f"):
        bundles.add(Recorded(replace(BUNDLE, turn=name), EVENTS), b"")
    assert bundles.find("4f").stem == "4f"
    for name in ("4", "5", "../4f", "*", ""):
        with pytest.raises(NotFound):
            bundles.find(name)


def test_what_is_old_or_too_much_goes_the_oldest_first(tmp_path: Path):
    bundles = Bundles(tmp_path)
    for number in range(5):
        path = bundles.add(Recorded(replace(BUNDLE, turn=f"t{number}", at=float(number)), EVENTS), SOUND)
        os.utime(path, (number, number))
    size = bundles.all()[0].size
    assert bundles.expire(before=1.0, most=3 * size + 50) == 2
    assert [each.bundle.turn for each in bundles.all()] == ["t4", "t3", "t2"]
    assert bundles.expire(before=1.0, most=3 * size + 50) == 0


def test_what_cannot_be_read_goes_by_its_age_and_size_and_nothing_is_told_of_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    for number in range(3):
        path = tmp_path / f"t{number}.zip"
        path.write_bytes(bytes(100))
        os.utime(path, (number, number))
    assert Bundles(tmp_path).expire(before=1.0, most=1_000) == 1
    assert Bundles(tmp_path).expire(before=1.0, most=150) == 1
    assert [path.stem for path in Bundles(tmp_path).files()] == ["t2"]
    assert caplog.messages == []


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_is_wrong_with_a_file_is_told(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject):
    folder = tmp_path_factory.mktemp("bundle")
    Bundles(folder).add(Recorded(BUNDLE, EVENTS), SOUND)
    path = folder / "4f8e985f.zip"
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at] + data.draw(st.binary(max_size=3)) + whole[at + data.draw(st.integers(0, 50)) :]
    path.write_bytes(damaged)
    try:
        recorded, _ = read(path)
    except InputInvalid:
        return
    assert recorded.bundle.turn


def test_a_part_that_unpacks_to_too_much_is_not_read(tmp_path: Path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("turn.json", b" " * 50_000_000)
    (tmp_path / "bomb.zip").write_bytes(packed.getvalue())
    with pytest.raises(InputInvalid, match="too large"):
        read(tmp_path / "bomb.zip")


def test_the_same_turn_has_no_differences_whenever_it_is_played():
    first, later = (told(turn("say it is noon"), hidden=False) for _ in range(2))
    for event in later:
        event["at"] += 7.0
    assert differences(first, later) == []


def test_what_differs_is_told_in_order():
    found = differences(told(turn("say noon"), hidden=False), told(turn("say one"), hidden=False))
    assert found[0] == Difference(
        "heard text='say noon' ended_by='complete'", "heard text='say one' ended_by='complete'"
    )
    assert found[-1] == Difference("spoken text='noon' complete=True", "spoken text='one' complete=True")
    lost = differences(told(turn("say noon"), hidden=False), [])
    assert {each.replayed for each in lost} == {""}


@given(st.text(min_size=3).filter(lambda text: text.strip() and text not in "llm-failed failed turn"))
def test_a_hidden_turn_has_no_word_of_anybody(words):
    (event,) = told([Failed("llm-failed", words, words, at=1.0, turn="t")], hidden=True)
    assert words not in map(str, event.values())
    assert (event["event"], event["code"], event["turn"]) == ("failed", "llm-failed", "t")


def test_what_is_understood_of_a_hidden_turn_stays_and_what_was_said_does_not():
    events = told(turn("say xylophone"), hidden=True)
    assert "xylophone" not in str(events)
    assert next(event["intent"] for event in events if event["event"] == "routed") == "answer"


st.register_type_strategy(Attention, st.builds(Attention, sensitivity=st.integers(0, 100)))


@pytest.mark.parametrize("kind", get_args(AnyEvent))
@settings(max_examples=3)
@given(data=st.data())
def test_hidden_events_are_events_that_are_shown(kind: type[AnyEvent], data: st.DataObject):
    event = data.draw(st.builds(kind, **{field.name: st.from_type(field.type) for field in fields(kind)}))
    (hidden,) = told([event], hidden=True)
    (shown,) = convert([hidden], list[AnyEvent])
    assert type(shown) is kind


def test_nothing_of_what_was_understood_survives_not_even_a_number():
    considered = [Considered("rules", "answered", "it said PIN")]
    (event,) = told([Routed("rules", "unlock", {"code": "0042", "pin": 1234}, considered, at=1.0)], hidden=True)
    assert event["slots"] == {"code": "…", "pin": "…"}
    assert event["considered"] == [{"tier": "rules", "outcome": "answered", "reason": "…"}]


def test_a_hidden_turn_is_shown_without_its_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = Bundles(tmp_path).add(Recorded(replace(BUNDLE, hidden=True), told(turn("say xylophone"), hidden=True)), b"")
    show(str(path))
    said = capsys.readouterr().out
    assert "no words and no sound" in said
    assert "xylophone" not in said


def test_a_turn_of_another_version_is_refused(tmp_path: Path):
    path = Bundles(tmp_path).add(Recorded(BUNDLE, [{"event": "sang", "at": 1.0}]), b"")
    with pytest.raises(InputInvalid, match="voiced 1 recorded it"):
        show(str(path))


def test_everything_is_removed_also_what_cannot_be_read(tmp_path: Path):
    options = Options(set=[f'store.folder="{tmp_path}"', f'control.socket="{tmp_path}/no.sock"'])
    kept = recordings(tmp_path)
    kept.add(Recorded(BUNDLE, EVENTS), b"").with_name("broken.zip").write_bytes(b"words")
    remove(everything=True, yes=True, options=options)
    assert kept.files() == []

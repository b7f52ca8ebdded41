"""The command line, as a user meets it."""

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.conftest import ROOT
from voiced.cli.verbs import app

INTENTS = ROOT / "tests" / "intents" / "coffee"


def lines(output):
    return [json.loads(line) for line in output.splitlines()]


def joined(path: Path, *parts: Path | float) -> Path:
    """Writes recordings (16 kHz) and silences in seconds after each other."""
    sounds = [np.zeros(round(part * 16_000)) if isinstance(part, float) else soundfile.read(part)[0] for part in parts]
    soundfile.write(path, np.concatenate(sounds), 16_000)
    return path


@pytest.fixture
def question(recordings, tmp_path):
    audio = recordings / "audio"
    jarvis = audio / "ohf-wake" / "hey_jarvis" / "1.flac"
    time = audio / "misc" / "rhasspy3" / "what_time_is_it.flac"
    return lambda pause: joined(tmp_path / "question.wav", 0.5, jarvis, pause, time, 0.5)


@pytest.mark.recordings
@pytest.mark.parametrize("pause", [0.0, 0.7])
def test_a_recorded_question_is_answered_with_the_time(voiced, question, tmp_path, pause):
    events = lines(voiced("replay", question(pause), "--fast", "--json", "--out", tmp_path / "answer.wav"))
    names = [event["event"] for event in events if event["event"] not in ("state_changed", "near_miss")]
    assert names == ["woke", "speech_started", "heard", "routed", "speaking", "spoken", "turn_ended"]
    by_name = {event["event"]: event for event in events}
    assert by_name["heard"]["text"] == "what time is it"
    assert by_name["routed"]["intent"] == "HassGetCurrentTime"
    assert by_name["spoken"]["text"].startswith("It is")
    assert len({event["turn"] for event in events if event["event"] in names}) == 1
    answer, rate = soundfile.read(tmp_path / "answer.wav")
    spoken_at = int((by_name["speaking"]["at"] + 0.1) * rate)
    assert np.abs(answer[spoken_at : spoken_at + rate]).max() > 0.05


@pytest.mark.recordings
def test_replay_decides_the_same_however_fast(voiced, question):
    path = question(0.3)

    def decisions(*flags):
        events = lines(voiced("replay", path, "--json", *flags))
        keep = {"woke": "at", "speech_started": "at", "heard": "text", "routed": "intent", "not_understood": "reason"}
        ends = [event["timeline"]["endpoint"] for event in events if event["event"] == "turn_ended"]
        return [(event["event"], event[keep[event["event"]]]) for event in events if event["event"] in keep], ends

    assert decisions("--fast") == decisions()


@pytest.mark.recordings
def test_transcribe_tells_text_intent_and_slots(voiced, recordings):
    timer = recordings / "audio" / "misc" / "rhasspy3" / "what_time_is_it.flac"
    speech = recordings / "audio" / "misc" / "jfk.flac"
    first, second = lines(voiced("transcribe", timer, speech, "--json"))
    assert first["text"] == "what time is it"
    assert first["intent"] == "HassGetCurrentTime"
    assert first["slots"] == {}
    assert 0 < first["confidence"] <= 1
    assert second == {"file": str(speech), "text": None, "confidence": None, "intent": None, "slots": None}


@pytest.mark.recordings
def test_transcribe_with_templates_of_ones_own(voiced, recordings):
    audio = recordings / "audio" / "picovoice-intent"
    labels = json.loads((audio / "label" / "label.json").read_text())
    clips = sorted((audio / "speech" / "clean").glob("*.flac"))[:6]
    results = lines(voiced("transcribe", *clips, "--intents", INTENTS, "--json"))
    right = 0
    for clip, result in zip(clips, results, strict=True):
        wanted = labels[clip.stem + ".wav"]["slots"]
        right += result["slots"] == {slot: value.strip() for slot, value in wanted.items()}
    assert right >= 4


@pytest.mark.recordings
def test_wake_test_tells_where_words_are(voiced, recordings):
    word = recordings / "audio" / "picovoice-wake" / "alexa" / "1.flac"
    speech = recordings / "audio" / "misc" / "jfk.flac"
    (found,) = lines(voiced("wake", "test", word, speech, "--word", "alexa", "--json"))
    assert found["file"] == str(word)
    assert found["word"] == "alexa"
    assert found["score"] >= 0.5
    assert 0 < found["second"] < 10


def test_an_unknown_wake_word_names_the_known_ones(voiced, tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(16_000), 16_000)
    assert "hey_jarvis" in voiced("wake", "test", tmp_path / "a.wav", "--word", "nobody", code=78)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("none.wav", None, 66), ("text.wav", b"hello", 65), ("cut.wav", b"RIFF\x10\0\0\0WAVEfmt ", 65)],
)
@pytest.mark.parametrize("verb", ["replay", "transcribe", "wake"])
def test_unusable_files_are_told(voiced, tmp_path, verb, name, content, code):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    words = ["wake", "test"] if verb == "wake" else [verb]
    output = voiced(*words, tmp_path / name, code=code)
    assert name in output


def test_eight_kilohertz_stereo_and_silence_are_no_command(voiced, tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros((16_000, 2)), 8_000, subtype="PCM_24")
    (result,) = lines(voiced("transcribe", tmp_path / "a.wav", "--json"))
    assert result["text"] is None


def test_ask_and_understand_without_a_daemon(voiced):
    assert voiced("ask", "what time is it").startswith("It is")
    assert json.loads(voiced("ask", "What's the time?", "--json"))["answer"].startswith("It is")
    understood = json.loads(voiced("understand", "set", "a", "timer", "for", "5", "min", "--json"))
    assert understood["intent"] == "HassStartTimer"
    assert understood["slots"]["minutes"] == 5
    assert "not understood" in voiced("understand", "colourless green ideas", code=1)


def test_to_be_understood_and_to_have_an_answer_are_two_things(voiced):
    assert voiced("ask", "never mind") == ""
    assert json.loads(voiced("ask", "stop", "--json")) == {"text": "stop", "answer": "", "understood": True}
    assert 'voiced ask "what can you do"' in voiced("ask", "colourless green ideas", code=1)
    unknown = json.loads(voiced("ask", "colourless green ideas", "--json", code=1))
    assert (unknown["answer"], unknown["understood"]) == (None, False)
    assert voiced("ask", "what can you do").startswith("I can")


def test_a_promise_needs_the_daemon(voiced):
    assert "voiced run" in voiced("ask", "set a timer for five minutes", code=1)


def test_say_into_a_file(voiced, tmp_path):
    voiced("say", "Your timer is done.", "--out", tmp_path / "a.wav")
    sound, rate = soundfile.read(tmp_path / "a.wav")
    assert len(sound) > rate / 2
    assert "cannot be written" in voiced("say", "hello", "--out", tmp_path / "none" / "a.wav", code=65)


@pytest.mark.parametrize("verb", ["status", "stop", "mute", "unmute", "listen", "attention", "events"])
def test_without_a_daemon_the_hint_says_how_to_start_one(voiced, verb):
    assert "voiced run" in voiced(verb, code=69)


def test_errors_are_json_too(voiced):
    problem = json.loads(voiced("status", "--json", code=69))
    assert problem["code"] == "daemon-unreachable"


def test_a_wrong_call_is_told(voiced):
    told = voiced("replai", code=2)
    assert told.startswith("wrong-call: Unknown command")
    assert "replay" in told
    assert "See `voiced conversations show --help`." in (told := voiced("conversations", "show", code=2))
    assert "ID requires" in told
    (error,) = lines(voiced("memory", "frobnicate", "--json", code=2))
    assert (error["code"], error["hint"]) == ("wrong-call", "See `voiced memory --help`.")


@pytest.mark.parametrize("words", [["ask"], ["replay"], ["rename", "c"], ["--json", "ask"]])
def test_what_is_no_utf8_is_told(voiced, words):
    assert "input-invalid" in (said := voiced(*words, os.fsdecode(b"what \xff"), code=65))
    assert "UTF-8" in said


def test_one_unusable_file_does_not_keep_the_others_from_being_read(voiced, tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(16_000), 16_000)
    (tmp_path / "b.wav").write_bytes(b"hello")
    first, error, last = lines(
        voiced("transcribe", tmp_path / "a.wav", tmp_path / "b.wav", tmp_path / "a.wav", "--json", code=65)
    )
    assert (first["text"], error["code"], last["text"]) == (None, "file-unreadable", None)
    assert error["file"] == str(tmp_path / "b.wav")
    (error,) = lines(voiced("wake", "test", tmp_path / "b.wav", "--json", code=65))
    assert error["file"] == str(tmp_path / "b.wav")


def test_an_engine_that_fails_on_one_file_does_not_keep_the_others_from_being_read(voiced, question, tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(16_000), 16_000)
    engine = ("--set", "engines.stt.engine=tests.fakes.hosted:FailingStt")
    speech = question(0.0)
    first, second, last = lines(voiced("transcribe", speech, speech, tmp_path / "a.wav", "--json", *engine, code=1))
    assert [error["code"] for error in (first, second)] == ["stt-failed", "stt-failed"]
    assert first["file"] == str(speech)
    assert last["text"] is None


def test_a_recording_that_is_too_long_for_an_utterance_is_refused(voiced, tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(61 * 8_000), 8_000)
    assert "voiced replay" in voiced("transcribe", tmp_path / "a.wav", code=65)


def test_the_demo_asks_and_answers(tmp_path):
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run([ROOT / "scripts" / "demo"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "heard: “set a timer for five minutes”" in done.stdout
    assert "answers: “Timer set for 5 minutes.”" in done.stdout
    assert "first audio" in done.stdout
    assert soundfile.info(ROOT / "build" / "demo.wav").duration > 3


@pytest.mark.parametrize("name", ["[/x].wav", "[bold]x.wav", ":smile:.wav"])
def test_brackets_and_colons_in_a_name_are_told_as_they_are(voiced, tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    soundfile.write(tmp_path / name, np.zeros(16_000), 16_000)
    assert f"{tmp_path / name}: not understood" in voiced("transcribe", tmp_path / name)
    assert f"{tmp_path / name}: no wake word" in voiced("wake", "test", tmp_path / name)
    assert f"no file {tmp_path / 'none' / name}" in voiced("replay", tmp_path / "none" / name, code=66)


def test_brackets_in_a_template_and_in_a_setting_are_told_as_they_are(voiced, tmp_path):
    (tmp_path / "a.yaml").write_text('language: en\nintents: {A: {data: [{sentences: ["go [please] <nowhere>"]}]}}\n')
    told = voiced("understand", "go", "--intents", tmp_path, code=1)
    assert "“go [please] <nowhere>”" in told
    shown = voiced("config", "show", "--origin", "--set", "audio.input=[/x]")
    assert '"[/x]"' in shown


def test_a_wrong_call_with_brackets_is_told_as_it_is(voiced):
    assert "[/x]" in voiced("[/x]", code=2)
    assert "[/x]" in voiced("volume", "[/x]", code=2)


@pytest.mark.parametrize(
    ("setting", "known"),
    [
        ("engines.stt.engine=sphinx", "pocketsphinx"),
        ("engines.stt.engine=portaudio", "pocketsphinx"),
        ("engines.tts.engine=pocketsphinx", "espeak"),
        ("engines.tts.engine=no_such_module:Engine", "voiced doctor"),
    ],
)
def test_an_engine_that_cannot_do_its_part_is_told(voiced, setting, known):
    told = voiced("config", "check", "--set", setting, code=78)
    assert setting.split("=")[1] in told
    assert known in told


def test_an_engine_of_another_kind_does_not_start(voiced, tmp_path):
    told = voiced("say", "hello", "--out", tmp_path / "a.wav", "--set", "engines.tts.engine=portaudio", code=78)
    assert "there is no tts engine 'portaudio'" in told


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("timer", "add", "90"), "90s, or 90m?"),
        (("alarm", "add", "7"), "7:00, or 7pm?"),
        (("alarm", "add", "7:00", "--days", "someday"), "mon, tue"),
        (("alarm", "add", "7:00", "--date", "someday"), "2026-11-25, today or"),
        (("history", "--limit", "0"), "limit"),
        (("restore", "x.db"), "--yes"),
    ],
)
def test_a_wrong_call_is_told_what_to_write_instead(voiced, words, hint):
    assert hint in " ".join(voiced(*words, code=2).split())


def verbs(group, *path):
    """All verbs, each with the function that does it."""
    for name in (each for each in group if not each.startswith("-")):
        yield from verbs(group[name], *path, name)
        if group[name].default_command:
            yield (*path, name), group[name].default_command


def test_every_verb_speaks_to_programs_too():
    found = dict(verbs(app))
    assert ("keys", "add") in found
    assert [path for path, does in found.items() if "options" not in inspect.signature(does).parameters] == []


def test_the_command_line_loads_what_it_needs_and_no_more():
    heavy = "{'apsw', 'httpx', 'litestar', 'numpy', 'onnxruntime'}"
    code = "import sys, voiced.cli.main, voiced.cli.verbs; "
    code += f"sys.exit(str(found) if (found := {heavy} & set(sys.modules)) else 0)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_daemon_is_started_without_the_other_verbs():
    code = "import sys; sys.argv = ['voiced', 'run', '--help']; import voiced.cli.main as it; "
    code += "it._app(); sys.exit(' '.join(each for each in sys.modules if each.startswith('voiced.cli.')))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "voiced.cli.running" in done.stderr
    assert "voiced.cli.verbs" not in done.stderr
    assert "voiced.cli.watch" not in done.stderr


def test_how_private_a_text_is(voiced):
    text = "my pin is one two three four"
    told = voiced("privacy", "classify", text)
    assert told.startswith("secret\n")
    assert "pin is one two three four" in told
    (found,) = lines(voiced("privacy", "classify", text, "--json"))
    assert (found["privacy"], found["allowed"]["log"]) == ("secret", False)
    assert [(each["kind"], each["text"]) for each in found["reasons"]] == [("credential", "pin is one two three four")]
    (harmless,) = lines(voiced("privacy", "classify", "what time is it", "--json"))
    assert (harmless["privacy"], harmless["reasons"], all(harmless["allowed"].values())) == ("public", [], True)


def test_what_may_be_done_with_private_text(voiced):
    (table,) = lines(voiced("privacy", "policy", "--json", "--set", "privacy.remote=personal"))
    assert table["personal"]["remote"]
    assert not table["sensitive"]["remote"]
    assert "another machine" in voiced("privacy", "policy")


def test_an_owner_s_rules_lie_beside_the_configuration(voiced, tmp_path):
    (tmp_path / "privacy").mkdir()
    rules = tmp_path / "privacy" / "en.toml"
    rules.write_text('[rules.boat]\nprivacy = "secret"\nwords = ["kestrel"]\n')
    assert voiced("privacy", "classify", "the kestrel sails").startswith("secret")
    rules.write_text('[rules.boat]\nwords = ["kestrel"]\n')
    assert "privacy/en.toml: Object missing required field" in voiced("privacy", "classify", "x", code=78)
    assert "privacy/en.toml" in voiced("config", "check", code=78)
    assert "privacy/en.toml" in voiced("ask", "what time is it", code=78)
    assert "privacy/en.toml" in voiced("history", code=78)

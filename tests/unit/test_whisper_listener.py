"""When Whisper runs, and what becomes of what it hears."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from tests.fakes.hosted import KeptLink
from tests.fakes.whisper import ScriptedModel
from voiced.core.errors import SttFailed
from voiced.core.intents import load_intents
from voiced.core.types import RATE
from voiced.core.wire import Message

pytest.importorskip("_pywhispercpp", reason="the extra `whisper` is not installed")

from voiced.engines.whisper_listener import Listener, Orders
from voiced.engines.whisper_transcriber import Transcriber

INTENTS = load_intents(Path(__file__).parents[2] / "config" / "intents", "en")
ORDERS = Orders(INTENTS)
FRAME_S = 0.032
ROOM, WEAK, VOICE = 8.0, 120.0, 2000.0


def syllables(start: int, count: int) -> np.ndarray:
    """A voice rises and falls some five times a second, without a silence."""
    return 0.05 + np.abs(np.sin(2.5 * 2 * np.pi * np.arange(start, start + count) / RATE))


class Talk:
    """Somebody talks to a recogniser whose runs take no time, or as long as they are told."""

    def __init__(
        self, model: ScriptedModel, *, run_s: float = 0.0, language: str = "en", prompt: str = "", request: int = 7
    ) -> None:
        ticks = iter(np.arange(10_000) * run_s)
        transcriber = Transcriber(model, language, prompt, clock=lambda: float(next(ticks)))
        self.model, self.link, self.request = model, KeptLink(), request
        self.listener = Listener(transcriber, ORDERS)
        self.random = np.random.default_rng(1)
        self.at, self.speech_end = 1000, 0

    def start(self, purpose: str = "command") -> None:
        self.listener.handle(Message("audio-start", {"purpose": purpose}, request=self.request), self.link)

    def sound(self, seconds: float, level: float) -> np.ndarray:
        samples = self.random.normal(0, level, round(seconds * RATE))
        return samples * syllables(self.at, len(samples)) if level == VOICE else samples

    def hear(self, seconds: float, level: float, *, speaks: bool = False) -> None:
        """Hears frame by frame; the detector takes a voice for speech, and all else if it `speaks`."""
        for _ in range(round(seconds / FRAME_S)):
            samples = self.sound(FRAME_S, level)
            if level == VOICE or speaks:
                self.speech_end = self.at + len(samples)
            self.take(samples, self.speech_end)

    def take(self, samples: np.ndarray, speech_end: int | None = None) -> None:
        sound = samples.clip(-32_768, 32_767).astype("<i2").tobytes()
        data = {"start": self.at, "speech_end": speech_end}
        self.listener.handle(Message("audio-chunk", data, sound, self.request), self.link)
        self.at += len(samples)

    def stop(self) -> str:
        self.listener.handle(Message("audio-stop", request=self.request), self.link)
        self.listener.handle(Message("cancel", request=self.request), self.link)
        assert (self.link.final.type, self.link.final.request) == ("transcript", self.request)
        assert self.link.final.data["until"] == self.at
        return self.link.final.data["text"]

    def say(self, seconds: float = 1.0, silence: float = 0.19, purpose: str = "command") -> str:
        self.start(purpose)
        self.hear(0.25, ROOM)
        self.hear(seconds, VOICE)
        self.hear(silence, ROOM)
        return self.stop()


def test_the_transcript_is_there_before_the_end_is_known() -> None:
    talk = Talk(ScriptedModel("What time is it?"), run_s=0.3)
    talk.start()
    talk.hear(0.25, ROOM)
    talk.hear(1.0, VOICE)
    assert talk.model.runs == 0
    talk.hear(0.16, ROOM)
    assert (talk.model.runs, talk.link.texts) == (1, ["", "what time is it"])
    talk.hear(0.5, ROOM)
    assert talk.link.final.data == {"text": "what time is it", "until": talk.at}
    assert talk.stop() == "what time is it"
    assert talk.model.runs == 1
    assert talk.link.final.data["confidence"] == pytest.approx(0.9)


def test_a_run_begins_as_soon_as_neither_ear_nor_level_tells_of_speech() -> None:
    talk = Talk(ScriptedModel("what time is it"), run_s=0.3)
    talk.start()
    talk.hear(0.25, ROOM)
    talk.hear(1.0, VOICE)
    talk.hear(0.096, ROOM)
    assert talk.model.runs == 1


def test_a_pause_that_was_not_the_end_costs_a_run_and_nothing_else() -> None:
    talk = Talk(ScriptedModel("set a timer", "set a timer for five minutes"), run_s=0.3)
    talk.start()
    talk.hear(0.25, ROOM)
    talk.hear(0.8, VOICE)
    talk.hear(0.16, ROOM)
    chunks = len(talk.link.messages)
    talk.hear(0.8, VOICE)
    # What was heard before does not hold for what is said now.
    assert len(talk.link.messages) == chunks
    talk.hear(0.16, ROOM)
    assert talk.stop() == "set a timer for five minutes"
    assert talk.model.runs == 2
    assert talk.link.texts == ["", "set a timer", "set a timer for five minutes"]


def test_a_consonant_as_quiet_as_an_end_is_no_pause_to_the_detector() -> None:
    talk = Talk(ScriptedModel("what time is it"), run_s=0.3)
    talk.start()
    talk.hear(0.25, ROOM)
    talk.hear(0.8, VOICE)
    talk.hear(0.128, ROOM, speaks=True)
    assert talk.model.runs == 0
    talk.hear(0.4, VOICE)
    talk.hear(0.192, ROOM, speaks=True)
    assert talk.model.runs == 1
    assert talk.stop() == "what time is it"


def test_a_weak_last_sound_that_was_heard_needs_no_other_run_when_the_room_turns_out_to_be_quieter() -> None:
    talk = Talk(ScriptedModel("what time is it"), run_s=0.3)
    talk.start()
    talk.hear(1.0, VOICE)
    talk.hear(0.16, WEAK, speaks=True)
    talk.hear(0.5, ROOM)
    assert talk.stop() == "what time is it"
    assert talk.model.runs == 1


def test_a_weak_sound_that_comes_after_the_run_needs_another() -> None:
    talk = Talk(ScriptedModel("turn it", "turn it off"), run_s=0.3)
    talk.start()
    talk.hear(1.0, VOICE)
    talk.hear(0.192, ROOM)
    talk.hear(0.16, WEAK, speaks=True)
    talk.hear(0.5, ROOM)
    assert talk.stop() == "turn it off"


def test_noise_that_comes_when_all_was_said_needs_no_other_run() -> None:
    talk = Talk(ScriptedModel("what time is it", "you"), run_s=0.3)
    talk.start()
    talk.hear(0.25, ROOM)
    talk.hear(0.8, VOICE)
    talk.hear(0.16, ROOM)
    talk.hear(0.16, VOICE / 2)
    assert talk.stop() == "what time is it"
    assert talk.model.runs == 1


def test_speech_and_the_silence_after_it_may_come_at_once() -> None:
    """As they do where a command follows the wake word in one breath: the ear keeps it until it knows what it is."""
    talk = Talk(ScriptedModel("Stop."), run_s=0.3)
    talk.start()
    speech = talk.sound(0.45, VOICE)
    talk.take(np.concatenate([speech, talk.sound(0.192, ROOM)]), talk.at + len(speech))
    assert talk.link.texts == ["stop"]
    assert talk.stop() == "stop"
    assert talk.model.runs == 1


@pytest.mark.parametrize(("run_s", "partials"), [(0.02, 3), (0.3, 0)])
def test_partials_come_while_somebody_speaks_only_if_the_end_need_not_wait_for_them(
    run_s: float, partials: int
) -> None:
    talk = Talk(ScriptedModel("one", "two", "three", "four"), run_s=run_s)
    talk.start()
    talk.hear(0.25, ROOM)
    talk.hear(2.0, VOICE)
    assert talk.model.runs == partials


def test_nothing_is_run_while_frames_wait() -> None:
    talk = Talk(ScriptedModel("stop"), run_s=0.02)
    talk.link.behind = True
    assert talk.say(silence=0.5) == "stop"
    assert talk.model.runs == 1


def test_an_utterance_that_ends_without_a_silence_is_run_at_its_end() -> None:
    assert Talk(ScriptedModel("Never mind."), run_s=0.3).say(silence=0) == "never mind"


def test_a_run_for_nobody_leaves_the_next_utterance_as_it_is() -> None:
    talk = Talk(ScriptedModel("late", "in time"))
    talk.model.during = lambda: talk.link.gone.add(7)
    talk.start()
    talk.hear(0.25, ROOM)
    talk.hear(0.5, VOICE)
    talk.hear(0.16, ROOM)
    talk.listener.handle(Message("cancel", request=7), talk.link)
    talk.request, talk.model.texts = 8, ["in time"]
    assert talk.say() == "in time"


def test_a_decoder_that_loops_gets_the_whole_window_once() -> None:
    talk = Talk(ScriptedModel("turn it down", loops_below=1500), run_s=0.3)
    assert talk.say() == "turn it down"
    assert [request.context for request in talk.model.requests[1:]] == [256, 1500]


def test_a_decoder_that_loops_anyway_says_nothing() -> None:
    assert Talk(ScriptedModel("so", loops_below=9999), run_s=0.3).say() == ""


def test_every_run_is_asked_for_in_full() -> None:
    talk = Talk(ScriptedModel("yes"))
    talk.say(5.0)
    talk.say(0.5)
    long, short = (request for request in talk.model.requests if request.context > 256), talk.model.requests[-1]
    assert (next(long).context, short.context) == (320, 256)
    assert {(request.language, request.prompt) for request in talk.model.requests} == {("en", "")}


@pytest.mark.parametrize(("told", "heard"), [(0.6, "take the rubbish out"), (0.4, "take the ruby shout")])
def test_who_is_unsure_looks_again_with_the_vocabulary_and_the_surer_words_count(told: float, heard: str) -> None:
    model = ScriptedModel("take the ruby shout", "take the rubbish out", sure=0.5)
    model.told = told
    assert Talk(model, prompt="rubbish, trash", run_s=0.3).say() == heard
    assert [request.prompt for request in model.requests] == ["", "", "rubbish, trash"]


def unsure(*, run_s: float = 0.3, loops_below: int = 0, language: str = "en") -> Talk:
    """Somebody has said something that is understood better by who knows the vocabulary."""
    texts = ["take the ruby shout", "take the rubbish out"]
    model = ScriptedModel(*texts, sure=0.5, loops_below=loops_below)
    model.told = 0.6
    talk = Talk(model, prompt="rubbish, trash", run_s=run_s, language=language)
    talk.start()
    talk.hear(0.25, ROOM)
    talk.hear(1.0, VOICE)
    return talk


def test_what_was_heard_first_is_told_before_the_second_look() -> None:
    talk = unsure()
    talk.hear(0.5, ROOM)
    assert talk.link.texts == ["", "take the ruby shout", "take the rubbish out"]
    assert talk.stop() == "take the rubbish out"
    assert talk.model.runs == 2


def test_a_second_look_waits_until_nothing_else_waits() -> None:
    talk = unsure()
    talk.hear(0.096, ROOM)
    talk.link.behind = True
    talk.hear(0.5, ROOM)
    assert talk.model.runs == 1
    talk.link.behind = False
    assert talk.stop() == "take the rubbish out"


def test_there_is_no_second_look_while_something_else_waits() -> None:
    talk = unsure()
    talk.link.behind = True
    assert talk.stop() == "take the ruby shout"
    assert talk.model.runs == 1


@pytest.mark.parametrize(("run_s", "runs"), [(0.45, 2), (0.55, 1)])
def test_there_is_no_second_look_that_takes_long(run_s: float, runs: int) -> None:
    talk = unsure(run_s=run_s)
    talk.stop()
    assert talk.model.runs == runs


def test_who_looped_gets_no_third_run() -> None:
    talk = unsure(loops_below=1500)
    assert talk.stop() == "take the ruby shout"
    assert [request.prompt for request in talk.model.requests] == ["", "", ""]


def test_a_second_look_that_fails_leaves_the_first_words() -> None:
    talk = unsure()

    def fail() -> None:
        if talk.model.requests[-1].prompt:
            raise SttFailed("the script says so")

    talk.model.during = fail
    assert talk.stop() == "take the ruby shout"
    assert talk.model.runs == 2


def test_a_second_look_that_is_cancelled_leaves_the_first_words() -> None:
    talk = unsure()
    talk.hear(0.096, ROOM)
    talk.model.during = lambda: talk.link.gone.add(7)
    talk.hear(0.032, ROOM)
    assert (talk.model.runs, talk.link.texts[-1]) == (2, "take the ruby shout")


def test_a_second_look_listens_in_the_language_of_the_first() -> None:
    talk = unsure(language="auto")
    talk.stop()
    assert [request.language for request in talk.model.requests[1:]] == ["auto", "en"]


def test_who_is_sure_needs_no_vocabulary() -> None:
    talk = Talk(ScriptedModel("take the rubbish out", sure=0.8), prompt="rubbish, trash", run_s=0.3)
    assert talk.say() == "take the rubbish out"
    assert talk.model.runs == 1


def test_a_language_is_detected_once_it_can_be_trusted() -> None:
    talk = Talk(ScriptedModel("eins", "zwei", "drei", language="de"), language="auto", run_s=0.3)
    talk.start()
    talk.hear(0.25, ROOM)
    for _ in range(3):
        talk.hear(1.0, VOICE)
        talk.hear(0.16, ROOM)
    assert [request.language for request in talk.model.requests[1:]] == ["auto", "auto", "de"]


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("Stop.", "stop"),
        ("Stop, please!", "stop please"),
        ("Be quiet!", "be quiet"),
        ("Snooze.", "snooze"),
        ("What time is it?", ""),
        ("and then it will stop raining", ""),
    ],
)
def test_only_orders_interrupt(said: str, heard: str) -> None:
    assert Talk(ScriptedModel(said)).say(purpose="interruption") == heard


@pytest.mark.parametrize("level", [0.0, 3.0, 30.0, 3000.0])
def test_the_room_says_nothing_however_loud(level: float) -> None:
    talk = Talk(ScriptedModel("Thank you."))
    talk.start()
    talk.hear(3.0, level, speaks=True)
    assert talk.stop() == ""
    assert talk.model.runs == 0


def test_a_click_is_no_word() -> None:
    talk = Talk(ScriptedModel("you"))
    talk.start()
    talk.hear(1.0, ROOM)
    talk.hear(0.064, VOICE)
    talk.hear(1.0, ROOM)
    assert talk.stop() == ""


@pytest.mark.recordings
def test_noises_say_nothing_to_a_model_that_is_not_sure_of_its_words(recordings: Path) -> None:
    """A scripted model cannot show what a real one makes of noise, only that its doubts are heeded."""
    clips = [path for path in (recordings / "audio" / "esc10").rglob("*") if path.suffix in {".ogg", ".wav"}]
    assert len(clips) >= 40
    for clip in clips[::4]:
        samples, rate = soundfile.read(clip, dtype="float32", always_2d=True)
        talk = Talk(ScriptedModel("Thank you for watching.", sure=0.3), run_s=0.3)
        talk.start()
        talk.take(soxr.resample(samples.mean(axis=1), rate, RATE) * 32_767)
        assert talk.stop() == "", clip


def test_a_frame_of_another_kind_is_refused() -> None:
    with pytest.raises(SttFailed, match="does not know"):
        Talk(ScriptedModel("yes")).listener.handle(Message("dance"), KeptLink())

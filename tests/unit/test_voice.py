"""What was said is told in the words that were written, whatever was spoken for them."""

import asyncio
from collections.abc import AsyncGenerator

from tests.fakes.engines import CountingTts
from voiced.core.ports.audio import Played
from voiced.turn.speaking import SpeakableTts
from voiced.turn.voice import Synthesized, Voice


class Heard(CountingTts):
    """Keeps what it is asked to say."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def synthesize(self, text, speed=1.0):
        self.texts.append(text)
        return super().synthesize(text, speed)


async def once(text: str) -> AsyncGenerator[str]:
    yield text


def spoken(text: str, share: float = 1.0) -> tuple[Voice, list[str]]:
    """An answer of which a share has left the speaker, and what the synthesiser was asked for."""
    tts = Heard()
    voice = Synthesized(once(text), SpeakableTts(tts, "en"), ready=lambda: None, started=lambda _: None)

    async def run() -> float:
        return sum([clip.seconds async for clip in voice.clips()])

    voice.progress(Played(0, asyncio.run(run()) * share))
    return voice, tts.texts


def test_the_voice_gets_words_and_the_record_what_was_written():
    voice, texts = spoken("It is **5 °C** now, and 7:05 in Rome.")
    assert texts == ["It is five degrees Celsius now,", "and seven oh five in Rome."]
    assert voice.said == "It is **5 °C** now, and 7:05 in Rome."
    assert voice.complete


def test_a_clause_without_a_sound_is_said_with_the_one_before():
    voice, texts = spoken("All of it is done.\n🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉")
    assert texts == ["All of it is done."]
    assert voice.complete


def test_an_answer_that_was_cut_short_is_told_in_written_words():
    voice, _ = spoken("There are 5 timers at the moment. All of them are paused for now.", 0.4)
    assert voice.said
    assert "There are 5 timers at the moment. All of".startswith(voice.said)
    assert not voice.complete


def test_nothing_that_was_played_is_nothing_said():
    voice, _ = spoken("🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉")
    assert voice.said == ""

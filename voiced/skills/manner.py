"""How voiced speaks: slower, faster, softly, and as usual again."""

from collections.abc import Callable

from voiced.core.ports.manner import Manner
from voiced.core.ports.skill import Reply
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding
from voiced.skills.talk import NOTHING_SAID


class MannerSkill:
    """Changes how it speaks; the answer is spoken so already.

    Args:
        manner: what is changed.
        last_answer: what was said last, without words where that is nothing.
        speech: puts it into words.
    """

    intents = ("VoicedSlower", "VoicedFaster", "VoicedRepeatSlower", "VoicedWhisper", "VoicedSpeakNormally")

    def __init__(self, manner: Manner, last_answer: Callable[[], Reply], speech: Speech = ENGLISH) -> None:
        self._manner = manner
        self._last_answer = last_answer
        self._speech = speech

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        say = self._speech.say
        match understood.intent:
            case "VoicedRepeatSlower":
                self._manner.slower()
                last = self._last_answer()
                return last if last.text else Reply(say(NOTHING_SAID))
            case "VoicedSlower":
                return Reply(say("I speak slower now." if self._manner.slower() else "I cannot speak any slower."))
            case "VoicedFaster":
                return Reply(say("I speak faster now." if self._manner.faster() else "I cannot speak any faster."))
            case "VoicedWhisper":
                self._manner.whisper(on=True)
                return Reply(say("I speak softly now."))
            case _:
                self._manner.normal()
                return Reply(say("I speak normally again."))

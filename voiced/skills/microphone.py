"""Closing the microphone by voice, and opening it in writing: who is deaf cannot be told to listen."""

from collections.abc import Callable

from voiced.core.ports.skill import Reply
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding

DEAF = (
    "The microphone is off. I cannot hear you now, not even when you say unmute: "
    "open it again with the command voiced unmute, or from your home's controls."
)


class MicrophoneSkill:
    """Mutes the microphone and opens it again.

    Args:
        set_muted: closes the microphone, or opens it.
        speech: puts it into words.
    """

    intents = ("VoicedMuteMicrophone", "VoicedUnmuteMicrophone")

    def __init__(self, set_muted: Callable[[bool], None], speech: Speech = ENGLISH) -> None:
        self._set_muted = set_muted
        self._speech = speech

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        muted = understood.intent == "VoicedMuteMicrophone"
        self._set_muted(muted)
        return Reply(self._speech.say(DEAF if muted else "The microphone is on."))

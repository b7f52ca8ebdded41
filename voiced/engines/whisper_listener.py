"""Frames in, transcripts out: what the daemon asks of Whisper, and when Whisper runs for it."""

from hassil.intents import Intents
from hassil.util import remove_skip_words

from voiced.core.errors import SttFailed
from voiced.core.grammar import compile_grammar, spoken
from voiced.core.intents import INTERRUPTIONS
from voiced.core.types import Purpose
from voiced.core.wire import Message
from voiced.engines.host import Link
from voiced.engines.whisper_transcriber import Transcriber
from voiced.engines.whisper_utterance import Utterance


class Orders:
    """What may be said while voiced itself speaks or rings. All else that is heard then is none of its business.

    Args:
        intents: what can be said.
    """

    def __init__(self, intents: Intents) -> None:
        self._language, self._skips = intents.language, intents.skip_words
        self._grammar = compile_grammar(intents, INTERRUPTIONS)

    def allow(self, text: str) -> bool:
        """Tells whether a text is one of them, with or without words that mean nothing ("please")."""
        bare = remove_skip_words(text, self._skips, ignore_whitespace=False) if self._skips else text
        return any(self._grammar.completeness(spoken(each, self._language)).whole for each in (text, bare))


class Listener:
    """A recogniser in a child. Implements `Hosted`.

    Args:
        transcriber: does the work.
        orders: see there.
    """

    def __init__(self, transcriber: Transcriber, orders: Orders) -> None:
        self._transcriber = transcriber
        self._orders = orders
        self._utterances: dict[int, Utterance] = {}

    def handle(self, message: Message, link: Link) -> None:
        """Takes in `audio-start`, `audio-chunk` and `audio-stop`; answers `transcript-chunk` and `transcript`."""
        match message.type:
            case "audio-start":
                purpose = Purpose(message.data.get("purpose", Purpose.COMMAND.value))
                self._utterances[message.request] = Utterance(purpose)
            case "audio-chunk":
                self._hear(self._utterances[message.request], message, link)
            case "audio-stop":
                self._finish(self._utterances.pop(message.request), message.request, link)
            case "cancel":
                self._utterances.pop(message.request, None)
            case _:
                raise SttFailed(f"Whisper does not know {message.type} frames")

    def close(self) -> None:
        """Lets go of everything."""
        self._utterances.clear()

    def _hear(self, utterance: Utterance, message: Message, link: Link) -> None:
        utterance.add(message.payload, message.data["start"], message.data.get("speech_end"))
        # A run that begins while frames wait would be late for them: the end of the utterance may be among them.
        ran = not link.waiting() and self._run(utterance, message.request, link)
        if ran or utterance.settled:
            data = {"text": self._text(utterance), "until": utterance.until}
            link.send(Message("transcript-chunk", data, request=message.request))

    def _run(self, utterance: Utterance, request: int, link: Link) -> bool:
        """Runs if it is worth it now; tells whether it did."""
        if utterance.due(self._transcriber.cost_s(utterance)):
            self._transcribe(utterance, request, link, patient=utterance.paused)
            return True
        return utterance.settled and self._reconsider(utterance, request, link)

    def _finish(self, utterance: Utterance, request: int, link: Link) -> None:
        if not utterance.settled:
            self._transcribe(utterance, request, link, patient=True)
        if not link.waiting():
            self._reconsider(utterance, request, link)
        data = {"text": self._text(utterance), "confidence": utterance.heard.confidence, "until": utterance.until}
        link.send(Message("transcript", data, request=request))

    def _transcribe(self, utterance: Utterance, request: int, link: Link, *, patient: bool) -> None:
        heard = self._transcriber.transcribe(utterance, lambda: link.cancelled(request), patient=patient)
        if heard:
            utterance.learn(heard)

    def _reconsider(self, utterance: Utterance, request: int, link: Link) -> bool:
        worth = self._transcriber.worth_another_run(utterance)
        if worth:
            utterance.learn(self._transcriber.reconsider(utterance, lambda: link.cancelled(request)))
        return worth

    def _text(self, utterance: Utterance) -> str:
        """The words that are any of voiced's business."""
        text = utterance.heard.text
        return "" if utterance.purpose is Purpose.INTERRUPTION and not self._orders.allow(text) else text

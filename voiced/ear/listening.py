"""Listening to one utterance: from the wake word, or the first word, to its end."""

from collections.abc import Iterator, Sequence

from voiced.core.config import EndpointConfig
from voiced.core.events import SpeechStarted
from voiced.core.ports.progress import Progress
from voiced.core.ports.vad import Vad
from voiced.core.types import (
    FRAME_SAMPLES,
    RATE,
    SAMPLE_BYTES,
    Completeness,
    EndReason,
    Frame,
    Purpose,
    SpeechChunk,
    Utterance,
)
from voiced.ear.endpoint import asks, ending
from voiced.ear.ring import Ring
from voiced.ear.voice import Voice

_PRE_ROLL = RATE // 4
"""Sound before the first speech that is sent on: the detector comes late to soft beginnings."""
_RECOGNISER_LAG = 3 * FRAME_SAMPLES
"""How far behind the ear the recogniser may be when it is asked."""

_WORD_REST = 0.35
"""Seconds of speech that never paused since the wake word, and that are taken for the rest of it whatever they are."""
_DOUBTFUL = 0.6
"""The same, unless they are a whole command: the end of the wake word is known to a quarter of a second at worst."""
_TALKING = 4
"""Frames of speech since the wake word that are more than its echo: who talks on does so through an earcon too."""

Said = SpeechStarted | SpeechChunk | Utterance


class Listening:
    """One utterance in the making. What turns out to be the wake word's own end is taken back: speech then starts anew.

    Args:
        turn: the turn it belongs to.
        purpose: what it is listened to for.
        start: the position from which on sound belongs to it.
        ignore_until: see `Voice`.
        config: the `[endpoint]` section.
    """

    def __init__(self, turn: str, purpose: Purpose, start: int, ignore_until: int, config: EndpointConfig) -> None:
        self.turn, self.purpose = turn, purpose
        self.over = False
        self._start = self._sent = start
        self._config = config
        self._voice = Voice(config.speech_threshold, ignore_until)
        self._origin = start
        self._told = False

    @property
    def spoken(self) -> bool:
        """Whether somebody has spoken."""
        return self._voice.onset is not None

    def hear(
        self, frame: Frame, ring: Ring, vad: Vad, progress: Progress, earcons: Sequence[tuple[int, int]]
    ) -> Iterator[Said]:
        """Takes in a frame of sound and tells what comes of it.

        Args:
            frame: the sound; frames before `start` only warm up the detector.
            ring: the sound of the last seconds, this frame's too.
            vad: the voice activity detector; it hears every frame.
            progress: what the recogniser knows.
            earcons: where the microphone heard our own sounds.
        """
        activity = vad.speech(frame.samples)
        end = frame.start + FRAME_SAMPLES
        if end <= self._start:
            return
        if not self.spoken and self._voice.run < _TALKING:
            ours = any(begin < end and frame.start < finish for begin, finish in earcons)
            activity = 0.0 if ours else activity
        self._voice.hear(activity, frame.start)
        if self.spoken and not self._held_back(end):
            if not self._told:
                yield self._begin()
            yield self._send(ring, end, earcons)
        reason = self._ending(end, progress)
        if reason:
            yield self.close(end, reason)

    def close(self, end: int, reason: EndReason) -> Utterance:
        """Ends the utterance at a position."""
        self.over = True
        speech_end = self._voice.speech_end if self.spoken else self._start
        return Utterance(self.turn, self._start, speech_end, end, reason, self.purpose)

    def _begin(self) -> SpeechStarted:
        self._told = True
        onset = max(self._voice.onset or 0, self._start)
        self._start = self._sent = max(self._start, onset - _PRE_ROLL)
        return SpeechStarted(at=onset / RATE, turn=self.turn)

    def _send(self, ring: Ring, end: int, earcons: Sequence[tuple[int, int]]) -> SpeechChunk:
        start, self._sent = self._sent, end
        samples = bytearray(ring.read(start, end))
        for begin, finish in earcons:
            # An earcon that ended before the first word is silenced; one over which somebody speaks is left alone.
            if finish <= (self._voice.onset or 0):
                low, high = max(begin, start) - start, min(finish, end) - start
                if low < high:
                    samples[low * SAMPLE_BYTES : high * SAMPLE_BYTES] = bytes((high - low) * SAMPLE_BYTES)
        return SpeechChunk(self.turn, bytes(samples), start, self.purpose, self._voice.speech_end)

    def _ending(self, end: int, progress: Progress) -> EndReason | None:
        elapsed = (end - self._start) / RATE
        if not self.spoken:
            return ending(elapsed, elapsed, None, self._config)
        silence = (end - self._voice.speech_end) / RATE
        completeness = Completeness.UNKNOWN
        if asks(silence, self._config):
            if self._told and self.purpose is Purpose.COMMAND:
                completeness = progress.completeness(max(self._voice.speech_end, end - _RECOGNISER_LAG))
            if self._is_rest_of_word(completeness):
                self._start = self._sent = end
                self._voice, self._told = Voice(self._config.speech_threshold, end), False
                return None
        return ending(silence, elapsed, completeness, self._config)

    def _held_back(self, end: int) -> bool:
        """Whether what is said may be the rest of the wake word still, and nobody needs it yet."""
        if self._told or self.purpose is not Purpose.COMMAND or not self._voice.unbroken:
            return False
        paused = asks((end - self._voice.speech_end) / RATE, self._config)
        return self._lasted < (_WORD_REST if paused else _DOUBTFUL)

    def _is_rest_of_word(self, completeness: Completeness) -> bool:
        if self.purpose is not Purpose.COMMAND or not self._voice.unbroken:
            return False
        return self._lasted < _WORD_REST or (self._lasted < _DOUBTFUL and not completeness.whole)

    @property
    def _lasted(self) -> float:
        """Seconds from the wake word's end to the end of the last speech."""
        return (self._voice.speech_end - self._origin) / RATE

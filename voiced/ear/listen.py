"""The ear: from frames of sound to the utterances in them. The same code hears a microphone and a file."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import structs

from voiced.core.config import EndpointConfig
from voiced.core.events import NearMiss, Signal, TalkedOver, Woke
from voiced.core.ports.controls import Controls
from voiced.core.ports.progress import Progress
from voiced.core.ports.vad import Vad
from voiced.core.types import FRAME_SAMPLES, RATE, EndReason, Frame, Purpose
from voiced.ear.cascade import Cascade
from voiced.ear.duplex import Duplex
from voiced.ear.listening import Listening
from voiced.ear.ring import Ring
from voiced.ear.wordend import heard_enough, word_end
from voiced.ear.words import Detection, Miss

_WARM_UP = 10
"""Frames that the voice activity detector hears before it is believed: it needs a third of a second to settle."""
_TAIL = RATE // 5
"""Speech that has not paused since the wake word counts if it lasts longer: the detector goes on for a moment."""
_SAME_SOUND = 3 * RATE // 4
"""Another wake word heard within this time was in the same sound."""
_SHADOW = 2 * RATE
"""A near miss told within this time of a wake word was in the same sound: an episode is over a second after it."""
_FOREVER = 1 << 62
_PAUSES = 4
"""So many times nothing in a row, at most 250 ms each, and the utterance is over."""
_GAP = RATE // 2
"""So much lost sound, and the utterance is over."""
_ECHO = RATE // 2
"""What voiced said may be heard for so long after it has ended: sound servers and rooms take their time."""
_BEFORE = 3 * RATE // 10
"""Somebody is found to talk over voiced so long after beginning to, at most."""
_INTERRUPTION = {
    "maximum_s": 2.0,
    "unknown_s": 0.3,
    "nothing_said_s": float("inf"),
}
"""Limits for what is said while voiced speaks: "stop" is short, and all else is most likely not for us."""


def new_turn() -> str:
    """Makes a short id that no other turn of the day has."""
    return secrets.token_hex(4)


def listen(
    frames: Iterable[Frame | None],
    cascade: Cascade | Duplex,
    vad: Vad,
    progress: Progress,
    controls: Controls,
    config: EndpointConfig,
    *,
    turns: Callable[[], str] = new_turn,
) -> Iterator[Signal | None]:
    """Hears wake words, and what is said after them.

    Args:
        frames: the sound, without a gap in time or with positions that tell of it; None while there is none.
        cascade: the wake words.
        vad: the voice activity detector, for this ear alone.
        progress: what the recogniser knows of the utterance in progress.
        controls: what the rest of the daemon does.
        config: the `[endpoint]` section.
        turns: makes the ids of turns.

    Yields:
        What was heard, and None for each None, so that the caller's loop turns.
    """
    ear = _Ear(cascade, vad, progress, controls, config, turns=turns)
    for frame in frames:
        if frame is None:
            yield from ear.pause()
            yield None
        else:
            yield from ear.hear(frame)
    yield from ear.close()


class _Ear:
    def __init__(
        self,
        cascade: Cascade | Duplex,
        vad: Vad,
        progress: Progress,
        controls: Controls,
        config: EndpointConfig,
        *,
        turns: Callable[[], str],
    ) -> None:
        self._cascade, self._vad, self._progress, self._controls = cascade, vad, progress, controls
        self._config, self._turns = config, turns
        self._interruption_limits = structs.replace(config, **_INTERRUPTION)
        self._ring = Ring()
        self._echo_until = 0
        self._listening: Listening | None = None
        self._woken: tuple[str, Detection] | None = None
        self._woke_at = -_SHADOW
        self._pauses = 0
        self._listened = 0
        self._alone = False

    def hear(self, frame: Frame) -> Iterator[Signal]:
        self._pauses = 0
        if frame.start - self._ring.end > _GAP:
            yield from self.close()
        if self._controls.speaking():
            self._echo_until = frame.start + FRAME_SAMPLES + _ECHO
        if frame.start >= self._echo_until:
            # An earcon is passed over. To cancel it would take a part of the command that is said over it.
            frame = Frame(frame.samples, frame.start)
        heard = self._cleaned(frame)
        self._ring.append(heard.samples, heard.start)
        self._alone = frame.linear is not None and not frame.talker
        for found in self._words(frame):
            yield from self._found(found)
        seconds = self._controls.take_listen()
        if seconds is not None and not self._woken:
            turn = self._turns()
            yield Woke(at=self._ring.end / RATE, turn=turn, word="", score=1.0)
            yield from self._command(turn, self._ring.end, seconds)
        elif self._woken and heard_enough(self._ring, self._woken[1].end):
            turn, detection = self._woken
            yield from self._command(turn, word_end(self._ring, detection.end))
        elif not (self._listening or self._woken or self._alone) and self._controls.speaking():
            ignore_until = _FOREVER
            if frame.talker:
                yield TalkedOver(at=self._ring.end / RATE)
                # What is left of an echo may sound like speech, from long before on.
                ignore_until = frame.start
            start = max(frame.start - _BEFORE, self._listened)
            yield from self._begin(Purpose.INTERRUPTION, self._turns(), start, ignore_until, self._interruption_limits)
        yield from self._attend(heard)

    def pause(self) -> Iterator[Signal]:
        """Takes in that there is no sound."""
        self._pauses += 1
        if self._pauses == _PAUSES:
            yield from self.close()
        if self._pauses >= _PAUSES:
            # A microphone that is opened later does not listen to what nobody says to it.
            self._controls.take_listen()

    def close(self) -> Iterator[Signal]:
        """Ends what it listens to."""
        if self._woken:
            yield from self._command(self._woken[0], min(self._ring.end, self._woken[1].end))
        listening, self._listening = self._listening, None
        if listening and (listening.spoken or listening.purpose is Purpose.COMMAND):
            yield listening.close(self._ring.end, EndReason.CLOSED)

    def _cleaned(self, frame: Frame) -> Frame:
        """A frame with as much of the echo taken out as what is listened to can bear.

        The canceller takes a part of whoever talks over voiced: a command, for which voiced falls silent, loses little
        by it, but "stop" its consonants.
        """
        command = self._woken or (self._listening and self._listening.purpose is Purpose.COMMAND)
        return Frame((frame.cancelled if command else None) or frame.linear or frame.samples, frame.start)

    def _words(self, frame: Frame) -> Sequence[Detection | Miss]:
        """Wake words, if somebody wants them to be heard: no engine is given any sound otherwise."""
        attention = self._controls.attention()
        self._cascade.tune(attention.sensitivity)
        return self._cascade.hear(frame) if attention.wake_word else ()

    def _found(self, found: Detection | Miss) -> Iterator[Signal]:
        if isinstance(found, Miss):
            if found.position - self._woke_at >= _SHADOW:
                at = found.position / RATE
                yield NearMiss(at=at, word=found.word, score=found.score, threshold=found.threshold)
        elif found.position - self._woke_at >= _SAME_SOUND:
            self._woke_at = found.position
            self._listening = None
            self._woken = (self._turns(), found)
            yield Woke(at=self._ring.end / RATE, turn=self._woken[0], word=found.word, score=found.score)

    def _command(self, turn: str, start: int, nothing_said_s: float = 0.0) -> Iterator[Signal]:
        self._woken = None
        limits = structs.replace(self._config, nothing_said_s=nothing_said_s or self._config.nothing_said_s)
        yield from self._begin(Purpose.COMMAND, turn, start, start + _TAIL, limits)

    def _begin(
        self, purpose: Purpose, turn: str, start: int, ignore_until: int, limits: EndpointConfig
    ) -> Iterator[Signal]:
        """Begins to listen with what was heard a moment ago, after letting the detector hear what was before."""
        self._listening = Listening(turn, purpose, start, ignore_until, limits)
        self._vad.reset()
        now = self._ring.end - FRAME_SAMPLES
        behind = max(0, -(-(now - start) // FRAME_SAMPLES)) + _WARM_UP
        for begin in range(now - behind * FRAME_SAMPLES, now, FRAME_SAMPLES):
            yield from self._attend(Frame(self._ring.read(begin, begin + FRAME_SAMPLES), begin))

    def _attend(self, frame: Frame) -> Iterator[Signal]:
        """Hears a frame of the utterance, if there is one."""
        listening = self._listening
        if listening is None:
            return
        yield from listening.hear(frame, self._ring, self._vad, self._progress, self._controls.earcons())
        if listening.over:
            self._listened = self._ring.end
        if listening.over or (not listening.spoken and self._is_idle(listening)):
            self._listening = None

    def _is_idle(self, listening: Listening) -> bool:
        """Whether it waits for an interruption of what is no longer said, or where nobody but voiced speaks."""
        over = self._alone or not self._controls.speaking()
        return listening.purpose is Purpose.INTERRUPTION and over

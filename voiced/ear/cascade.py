"""The wake cascade: a cheap first stage hears everything, a better second one is asked about candidates.

In quiet only the first stage runs. A candidate makes the second stage judge the last two seconds out of the ring
buffer and go on while the word unfolds. Words without a first stage have the gate in its place, and cost more.
Words that another machine hears have no stage here: what it tells is decided.
"""

from collections.abc import Sequence

from voiced.core.attention import AS_CONFIGURED
from voiced.core.ports.wake import RemoteWakeWord, Verifier, WakeWord
from voiced.core.types import FRAME_SAMPLES, RATE, Frame
from voiced.ear.episode import Episode
from voiced.ear.gate import Gate
from voiced.ear.ring import Ring
from voiced.ear.words import Detection, Miss, Word, tuned

_GAP = RATE // 2
"""After more lost sound than this, what was before it is forgotten."""


class Cascade:
    """Listens for several wake words at once.

    Args:
        words: the words.
        first: the first stage of all words that have one.
        second: the second stage of all words that have one.
        gate: for words without a first stage.
        remote: other machines, for words that have no stage here.
        refractory_s: seconds in which a word is not heard twice.
        near: the share of a threshold from which a miss is a near one.
    """

    def __init__(
        self,
        words: Sequence[Word],
        first: WakeWord,
        second: Verifier,
        gate: Gate,
        remote: Sequence[RemoteWakeWord] = (),
        *,
        refractory_s: float = 1.0,
        near: float = 0.5,
    ) -> None:
        self._first, self._second, self._gate, self._remote = first, second, gate, remote
        self._words, self._sensitivity = words, AS_CONFIGURED
        self._episodes = [Episode(word, round(refractory_s * RATE), near) for word in words]
        self._gated = any(word.candidate is None for word in words)
        self._ring = Ring()
        self._end = 0
        self._judged: int | None = None

    def hear(self, frame: Frame, *, echo: bool = False) -> list[Detection | Miss]:
        """Takes in the next frame and tells what was decided with it.

        Args:
            frame: the sound.
            echo: what voiced itself plays may be heard in it.
        """
        if frame.start - self._end > _GAP:
            for engine in (self._first, *self._remote):
                engine.reset()
            self._judged = None
        self._ring.append(frame.samples, frame.start)
        self._end = end = frame.start + FRAME_SAMPLES
        self._find_candidates(frame)
        if any(episode.word.second and episode.awake(end) for episode in self._episodes):
            self._judge()
        else:
            self._judged = None
        return [found for episode in self._episodes if (found := episode.decide(end, echo=echo))]

    def tune(self, sensitivity: int) -> None:
        """Hears words more easily, or less, from the next frame on; see `tuned`."""
        if sensitivity == self._sensitivity:
            return
        self._sensitivity = sensitivity
        for episode, word in zip(self._episodes, self._words, strict=True):
            episode.word = tuned(word, sensitivity)

    def _find_candidates(self, frame: Frame) -> None:
        scores = self._first.scores(frame.samples)
        gate = self._gated and self._gate.open(frame)
        for episode in self._episodes:
            if episode.word.name in scores:
                episode.first(scores[episode.word.name], self._end)
            elif gate and episode.word.candidate is None:
                episode.candidate(self._end)
        for server in self._remote:
            told = server.scores(frame.samples)
            for episode in self._episodes:
                if episode.word.name in told:
                    episode.first(told[episode.word.name], self._end, server.behind[episode.word.name])

    def _judge(self) -> None:
        if self._judged is None:
            self._second.reset()
            begin = self._end - self._second.history
            self._judged = begin - begin % self._second.step
        scores = self._second.scores(self._ring.read(self._judged, self._end))
        self._judged = self._end
        for episode in self._episodes:
            if episode.word.name in scores:
                episode.second(scores[episode.word.name], self._end)

    def close(self) -> None:
        """Lets go of the models; the servers are their owner's."""
        self._first.close()
        self._second.close()

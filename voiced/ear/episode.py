"""What the stages say about one wake word, from the first sign of it to a decision."""

from voiced.core.types import RATE
from voiced.ear.words import Detection, Miss, Word

_HOLD = RATE
"""How long a word is followed after the last sign of it."""
_LOOK_BACK = 2 * RATE // 5
"""How long ago the second stage may have heard what the first hears only now."""


class Episode:
    """Follows one word.

    Args:
        word: the word.
        refractory: samples in which it is not heard twice.
        near: the share of a threshold from which a miss is a near one.
    """

    def __init__(self, word: Word, refractory: int, near: float) -> None:
        self.word = word
        self._refractory, self._near = refractory, near
        self._until = 0
        """The position up to which the word is followed and its second stage asked: soon after the last sign of it."""
        self._deaf_until = 0
        """The position up to which the word is not heard again."""
        self._score, self._scored_at = 0.0, 0
        self._behind = 0
        self._sure_at = 0
        self._begin()

    def _begin(self) -> None:
        self._sure = self._peak = 0.0
        self._heard = False
        self._run = 0
        """Scores in a row that are high enough even while voiced itself may be heard."""

    def awake(self, position: int) -> bool:
        """Tells whether there was a sign of the word a moment ago."""
        return position < self._until

    def candidate(self, position: int) -> None:
        """Takes a sign of the word: it is followed for a while. What was heard already is not followed further."""
        if position >= self._deaf_until:
            self._until = position + _HOLD

    def first(self, score: float, position: int, behind: int = 0) -> None:
        """Takes a score of the first stage: a sign of the word if it is high enough.

        Args:
            score: the score.
            position: the position up to which sound has been heard.
            behind: samples since the score was reached, where another machine tells it.
        """
        if not self.word.second:
            self._score, self._scored_at, self._behind = score, position, behind
            self._count(score)
        if score >= (self.word.candidate or 0.0):
            self.candidate(position)
            if score >= self._sure or position - self._sure_at > _HOLD:
                self._sure, self._sure_at = score, position

    def second(self, score: float, position: int) -> None:
        """Takes a score of the second stage; for a moment, only a better one replaces it."""
        self._count(score)
        if score >= self._score or position - self._scored_at > _LOOK_BACK:
            self._score, self._scored_at = score, position

    def _count(self, score: float) -> None:
        self._run = self._run + 1 if score >= (self.word.in_echo or 0.0) else 0

    def decide(self, position: int, *, echo: bool = False) -> Detection | Miss | None:
        """Decides on what has been taken up to a position; where voiced itself may be heard, a score is not enough."""
        if not self.awake(position):
            missed = self._missed(position)
            self._begin()
            return missed
        score = self._score if position - self._scored_at <= _LOOK_BACK else 0.0
        deaf = position < self._deaf_until
        if self._heard and not deaf and score < self._near * self.word.threshold:
            self._begin()
        self._peak = max(self._peak, score)
        sure = self._sure if position - self._sure_at <= _HOLD else 0.0
        certain = sure >= self.word.certain and score >= self.word.doubtful
        enough = self._run > 1 if echo and self.word.in_echo else certain or score >= self.word.threshold
        if self._heard or deaf or not enough:
            return None
        self._heard = True
        self._deaf_until = position + self._refractory
        self._until = min(self._deaf_until, position + _HOLD)
        score = max(score, sure) if certain else score
        end = position - self._behind - round(self.word.lag_s * RATE)
        return Detection(self.word.name, score, position, end)

    def _missed(self, position: int) -> Miss | None:
        """A near miss of the stage that decides, or else of the first, which hardly asked the second."""
        word = self.word
        if self._heard or position < self._deaf_until:
            return None
        if self._peak >= self._near * word.threshold:
            return Miss(word.name, self._peak, word.threshold, position)
        if word.second and self._sure >= self._near * word.certain:
            return Miss(word.name, self._sure, word.certain, position)
        return None

"""What language models took in a turn: for its answer, and for what was begun in vain."""

from math import fsum

from voiced.core.chat import ChatEnd, Finish
from voiced.core.usage import Figures


class Costs:
    """All of it.

    Attributes:
        answer: what the answer took; None: no language model was asked.
    """

    def __init__(self) -> None:
        self.answer: ChatEnd | None = None
        self._spent: list[ChatEnd] = []

    def add(self, used: ChatEnd) -> None:
        """Takes in what one prompt took."""
        self._spent.append(used)
        if self.answer is None or self.answer.finish is Finish.CUT or used.finish is not Finish.CUT:
            self.answer = used

    @property
    def model(self) -> str | None:
        """The first model that was asked."""
        return next((each.model for each in self._spent if each.model), None)

    @property
    def figures(self) -> Figures:
        """All that was spent."""
        return Figures(
            tokens_in=sum(each.tokens_in for each in self._spent),
            tokens_cached=sum(each.tokens_cached for each in self._spent),
            tokens_out=sum(each.tokens_out for each in self._spent),
            inference_s=fsum(each.seconds for each in self._spent),
        )

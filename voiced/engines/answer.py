"""One answer of a language model, made token by token until something ends it."""

import codecs
from collections.abc import Callable, Sequence

from voiced.core.chat import Finish, Tool, ToolCall
from voiced.engines.evaluated import Evaluated
from voiced.engines.llamacpp import Model
from voiced.engines.loops import Loops
from voiced.engines.sampling import Constraint, Sampler
from voiced.engines.tool_calls import Opening, grammar, opening, parse


class Answer:
    """Makes an answer.

    Args:
        model: what answers.
        evaluated: it holds the whole prompt.
        stop: true when no more is wanted.
        send: gets pieces of text, whole characters only.

    Attributes:
        tokens: made so far.
        call: the tool that was asked for, in the end.
    """

    def __init__(
        self, model: Model, evaluated: Evaluated, stop: Callable[[], bool], send: Callable[[str], None]
    ) -> None:
        self._model = model
        self._evaluated = evaluated
        self._stop = stop
        self._send = send
        self._loops = Loops()
        self._characters = codecs.getincrementaldecoder("utf-8")("replace")
        self.tokens = 0
        self.call: ToolCall | None = None

    def write(self, sampler: Sampler, tools: Sequence[Tool], limit: int) -> Finish:
        """Makes it, and sends its text.

        Args:
            sampler: chooses the words.
            tools: what may be asked for.
            limit: tokens that it may have.
        """
        held = ""
        while True:
            token = sampler.next(self._evaluated)
            if self._model.is_end(token):
                self._flush(held)
                return Finish.STOP
            held += self._characters.decode(self._model.piece(token))
            begins = opening(held) if tools else _opening_of_words(held)
            if begins is Opening.CALL:
                # The same place again, now by the grammar: the token may have said more than the brace.
                return self._write_call(tools, limit)
            if begins is Opening.WORDS:
                self._send(held.lstrip())
                return self._go_on(sampler, token, limit)
            if finish := self._take(token, limit):
                self._flush(held)
                return finish

    def _go_on(self, sampler: Sampler, token: int, limit: int) -> Finish:
        """Writes what follows the first word."""
        while not (finish := self._take(token, limit)):
            token = sampler.next(self._evaluated)
            if self._model.is_end(token):
                return Finish.STOP
            if text := self._characters.decode(self._model.piece(token)):
                self._send(text)
        return finish

    def _write_call(self, tools: Sequence[Tool], limit: int) -> Finish:
        constraint = Constraint(self._model, grammar(tools))
        try:
            text = b""
            while True:
                token = constraint.next(self._evaluated)
                text += self._model.piece(token)
                finish = self._take(token, limit)
                if call := parse(text.decode(errors="replace")):
                    self.call = call
                    return Finish.TOOL
                if finish:
                    return finish
        finally:
            constraint.close()

    def _take(self, token: int, limit: int) -> Finish | None:
        """Makes a token part of the answer; tells whether that is the end of it."""
        self.tokens += 1
        if self._loops.feed(token):
            return Finish.LOOP
        if self.tokens >= limit:
            return Finish.LENGTH
        return None if self._evaluated.add([token], self._stop) else Finish.TIME

    def _flush(self, held: str) -> None:
        if held.strip():
            self._send(held.strip())


def _opening_of_words(text: str) -> Opening:
    return Opening.WORDS if text.strip() else Opening.OPEN

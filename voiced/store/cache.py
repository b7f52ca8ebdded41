"""The last messages of the conversations in progress: what a prompt needs, without the file."""

from collections import OrderedDict
from collections.abc import Sequence

from voiced.core.history import Message

CONVERSATIONS = 16
MESSAGES = 100
"""Of each conversation: 16 × 100 messages of talk are about a megabyte."""


class LastMessages:
    """A bounded copy of the ends of conversations; whoever was asked for longest ago goes first.

    Attributes:
        changes: rises with whatever changes the file; what was read before is not to be taken in after.
    """

    def __init__(self) -> None:
        self.changes = 0
        self._ends: OrderedDict[str, list[Message]] = OrderedDict()

    def last(self, conversation: str, count: int) -> list[Message] | None:
        """The last messages, the oldest first; None if that many are not held."""
        held = self._ends.get(conversation)
        if held is None or (len(held) < count and held[0].number > 1):
            return None
        self._ends.move_to_end(conversation)
        return held[-count:]

    def put(self, conversation: str, messages: Sequence[Message]) -> None:
        """Takes in what was read: the last messages as they are in the file."""
        if not messages:
            return
        self._ends[conversation] = list(messages[-MESSAGES:])
        self._ends.move_to_end(conversation)
        if len(self._ends) > CONVERSATIONS:
            self._ends.popitem(last=False)

    def append(self, messages: Sequence[Message]) -> None:
        """Takes in what was added. What does not follow on what is held ends the copy: the file knows better."""
        self.changes += 1
        for message in messages:
            held = self._ends.get(message.conversation)
            if held is None:
                if message.number == 1:
                    self.put(message.conversation, [message])
            elif message.number == held[-1].number + 1:
                held.append(message)
                del held[:-MESSAGES]
            elif message.number > held[-1].number:
                self.forget(message.conversation)

    def forget(self, conversation: str | None = None) -> None:
        """Lets go of a conversation, or of all."""
        self.changes += 1
        if conversation is None:
            self._ends.clear()
        else:
            self._ends.pop(conversation, None)

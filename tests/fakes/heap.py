"""What is kept, in memory."""

from collections.abc import Sequence
from itertools import count

from msgspec.structs import replace

from voiced.core.errors import StoreFull
from voiced.core.history import Conversation, Message, NewConversation, Page, Wanted


class Heap:
    """Takes in messages, as far as turns need it; `full` is a disk that takes no more."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.full = False
        self._numbers = count(1)

    async def add(
        self, messages: Sequence[Message], conversation: str | None = None, *, space: str = "home"
    ) -> list[Message]:
        if self.full:
            raise StoreFull("the script says so")
        at = conversation or space
        kept = [replace(message, conversation=at, number=next(self._numbers)) for message in messages]
        self.messages += kept
        return kept

    async def open(self, new: NewConversation) -> Conversation:
        if self.full:
            raise StoreFull("the script says so")
        return Conversation(id=new.id, title=new.title, space=new.space, made_at=0, changed_at=0, last_at=0)

    async def find(self, wanted: Wanted) -> Page[Conversation]:
        if self.full:
            raise StoreFull("the script says so")
        said = [message.at for message in self.messages if message.conversation == wanted.space]
        times = {"made_at": said[0], "changed_at": said[0], "last_at": said[-1]} if said else {}
        return Page([Conversation(id=wanted.space or "", **times)] if said else [])

    async def last(self, conversation: str, count: int) -> list[Message]:
        return [message for message in self.messages if message.conversation == conversation][-count:]

"""What the store is meant to do, in plain Python: lists in memory."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from voiced.core.history import Conversation, Message, Statistics, Wanted

TITLE = 60


class Plain:
    """All conversations in the order in which they began, and their messages.

    Args:
        continue_s: see `StoredConversations`.
    """

    def __init__(self, continue_s: float) -> None:
        self.continue_s = continue_s
        self.conversations: dict[str, Conversation] = {}
        self.messages: dict[str, list[Message]] = {}

    def put(self, conversation: Conversation) -> None:
        """A conversation as it is now."""
        self.conversations[conversation.id] = conversation
        self.messages.setdefault(conversation.id, [])

    def purge(self, conversation: str) -> None:
        del self.conversations[conversation], self.messages[conversation]

    def known(self, message: Message) -> list[Message]:
        """What is kept under its id, or as the same request's."""
        return same(self._all(), message)

    def add(self, messages: Sequence[Message], conversation: str) -> list[Message]:
        """Appends what is not known."""
        return [known[0] if (known := self.known(each)) else self._append(each, conversation) for each in messages]

    def _append(self, message: Message, conversation: str) -> Message:
        there = self.messages[conversation]
        message = replace(message, conversation=conversation, number=len(there) + 1)
        there.append(message)
        before = self.conversations[conversation]
        self.conversations[conversation] = replace(before, messages=len(there), last_at=max(before.last_at, message.at))
        return message

    def current(self, at: float, space: str, user: str) -> str | None:
        """The conversation that goes on."""
        return next(
            (
                each.id
                for each in self._latest_first()
                if (each.space, each.user, each.status) == (space, user, "active")
                and abs(each.last_at - at) <= self.continue_s
            ),
            None,
        )

    def find(self, wanted: Wanted) -> list[Conversation]:
        """All pages of a list."""
        return [each for each in self._latest_first() if self._fits(each, wanted)]

    def recent(self, text: str | None, space: str | None) -> list[Message]:
        """All pages, the newest first."""
        order = {name: place for place, name in enumerate(self.conversations)}
        fitting = [
            each
            for each in self._all()
            if self.conversations[each.conversation].status != "deleted"
            and (space is None or self.conversations[each.conversation].space == space)
            and (not text or holds(each.content, text))
        ]
        return sorted(fitting, key=lambda each: (each.at, order[each.conversation], each.number), reverse=True)

    def statistics(self) -> Statistics:
        every = self._all()
        return Statistics(
            conversations=Counter(each.status for each in self.conversations.values()),
            messages=len(every),
            tokens_in=sum(each.tokens_in or 0 for each in every),
            tokens_out=sum(each.tokens_out or 0 for each in every),
            roles=Counter(each.role for each in every),
            channels=Counter(each.channel for each in every),
            models=Counter(each.model for each in every if each.model is not None),
            tiers=Counter(each.tier for each in every if each.tier is not None),
            days=Counter(f"{datetime.fromtimestamp(each.at).astimezone():%Y-%m-%d}" for each in every),
        )

    def _all(self) -> list[Message]:
        return [message for messages in self.messages.values() for message in messages]

    def _latest_first(self) -> list[Conversation]:
        places = {name: place for place, name in enumerate(self.conversations)}
        return sorted(self.conversations.values(), key=lambda each: (each.last_at, places[each.id]), reverse=True)

    def _fits(self, conversation: Conversation, wanted: Wanted) -> bool:
        told = [message.content for message in self.messages[conversation.id]]
        return (
            (wanted.space is None or conversation.space == wanted.space)
            and (wanted.user is None or conversation.user == wanted.user)
            and (conversation.status == wanted.status if wanted.status else conversation.status != "deleted")
            and (not wanted.tag or wanted.tag in conversation.tags)
            and (
                not wanted.text
                or wanted.text.lower() in conversation.title.lower()
                or any(holds(content, wanted.text) for content in told)
            )
        )


def same(messages: Sequence[Message], message: Message) -> list[Message]:
    """Those that are the same by their id, or by their request and role."""

    def by_request(other: Message) -> bool:
        return message.request is not None and (other.request, other.role) == (message.request, message.role)

    return [other for other in messages if other.id == message.id or by_request(other)]


def holds(content: str, words: str) -> bool:
    """Whether all of the words are in a text; signs are no words."""
    wanted, there = (set(re.findall(r"[^\W_]+", each.lower())) for each in (words, content))
    return bool(wanted) and wanted <= there


def title(messages: Sequence[Message]) -> str:
    """What a conversation is called that began by itself."""
    words = " ".join(next((each.content for each in messages if each.role == "user"), "").split())
    return words if len(words) <= TITLE else words[: TITLE - 1].rstrip() + "…"

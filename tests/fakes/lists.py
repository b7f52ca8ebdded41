"""Lists in memory."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from voiced.core.errors import InputInvalid
from voiced.core.ids import new_id
from voiced.core.lists import LONGEST_LIST, Entry, ListSummary, list_name


class FakeLists:
    """Implements `Lists`.

    Attributes:
        failing: raised by everything, if it is set.
    """

    def __init__(self, **lists: Sequence[str]) -> None:
        self._entries = [
            Entry(id=new_id(), list=name.replace("_", "-"), text=text, at=1.0)
            for name, texts in lists.items()
            for text in texts
        ]
        self.failing: Exception | None = None

    async def all(self) -> list[ListSummary]:
        self._look()
        counts = Counter(entry.list for entry in self._entries)
        return [ListSummary(name, counts[name]) for name in sorted(counts)]

    async def entries(self, name: str) -> list[Entry]:
        self._look()
        return [entry for entry in self._entries if entry.list == list_name(name)]

    async def add(self, name: str, texts: Sequence[str]) -> list[Entry]:
        there = {entry.text.casefold() for entry in await self.entries(name)}
        if not texts:
            raise InputInvalid("there is nothing", hint="Give something.")
        words = {text.casefold(): text for text in reversed([" ".join(each.split()) for each in texts])}
        new = [_made(list_name(name), text) for key, text in reversed(words.items()) if key not in there]
        if len(there) + len(new) > LONGEST_LIST:
            raise InputInvalid("too many entries on a list", hint="Remove some.")
        self._entries += new
        return new

    async def remove(self, entries: Sequence[str]) -> int:
        self._look()
        before = len(self._entries)
        self._entries = [entry for entry in self._entries if entry.id not in entries]
        return before - len(self._entries)

    def _look(self) -> None:
        if self.failing:
            raise self.failing


def _made(name: str, text: str) -> Entry:
    try:
        return msgspec.convert({"id": new_id(), "list": name, "text": text, "at": 1.0}, Entry)
    except msgspec.ValidationError as error:
        raise InputInvalid(str(error), hint="Correct it.") from error

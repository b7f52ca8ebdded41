"""Where something that is remembered comes from, as an answer keeps it."""

from voiced.core.history import Source
from voiced.core.memories import Memory

TITLE = 80
"""Characters of a note that name it."""


def source_of(memory: Memory) -> Source:
    """The citation of a memory: of a note or a message, itself; of a piece of a document, the place in its file."""
    if memory.kind == "document" and memory.source:
        return memory.source
    named = memory.kind == "note" and memory.title
    title = " ".join((memory.title if named else memory.text).split())
    return Source(memory.kind, memory.id, title if len(title) <= TITLE else f"{title[:TITLE].rstrip()}…")

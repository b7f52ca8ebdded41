"""All that is kept, for those who look after it from outside the daemon."""

from typing import NamedTuple

from voiced.core.ports.agenda import Agenda
from voiced.core.ports.answers import AnswerCache
from voiced.core.ports.audit import AuditLog
from voiced.core.ports.conversations import Conversations
from voiced.core.ports.keys import Keys
from voiced.core.ports.knowledge import Knowledge
from voiced.core.ports.lists import Lists
from voiced.core.ports.search import Search
from voiced.core.ports.upkeep import Upkeep
from voiced.core.ports.usage import Usage


class Kept(NamedTuple):
    """All that is kept: talk, promises, memories, lists, keys, what was done and used, the file, and searches."""

    conversations: Conversations
    agenda: Agenda
    upkeep: Upkeep
    keys: Keys
    audit: AuditLog
    usage: Usage
    answers: AnswerCache
    knowledge: Knowledge
    lists: Lists
    search: Search

"""All that is kept, for those who look after it from outside the daemon."""

from typing import NamedTuple

from voiced.core.ports.agenda import Agenda
from voiced.core.ports.conversations import Conversations
from voiced.core.ports.knowledge import Knowledge
from voiced.core.ports.upkeep import Upkeep


class Kept(NamedTuple):
    """All talk, all promises, all that is remembered, and the file that they are in."""

    conversations: Conversations
    agenda: Agenda
    upkeep: Upkeep
    knowledge: Knowledge

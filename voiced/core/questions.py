"""Whether somebody asks something, in English or German: pure. What was asked is never the answer."""

import re

from voiced.core.memories import Memory

_BEGINS = re.compile(
    r"""
    (?:(?:and|so|but|hey|oh|well|und|also|aber|sag|na)\b,?\s+)*
    (?:(?:to|with|from|for|in|on|at|by|until|behind|about|zu|mit|von|für|in|an|auf|bei|seit|bis)\s+)?
    (?:
        (?:what|which|who|whom|whose|where|when|why|how)
      | (?:wer|wen|wem|wessen|was|wo|wohin|woher|wann|warum|wieso|weshalb|wie|wieviel|welche[rsnm]?)
      | (?:is|are|do|does|did|could|would|should|shall|has)
      | (?:am|can|will|have|had|may|must|were|was)\s+(?:i|you|he|she|it|we|they|there|this|that|the|my|our)
      | (?:bin|war|waren|warst|hab|habe|hatte|hatten|hattest|müssen|musst|dürfen|darfst|sollen|sollst|wirst|werden|gab)
        \s+(?:ich|du|er|sie|es|wir|ihr|man|jemand|das|der|die|mein\w*|dein\w*|unser\w*)
      | (?:ist|sind|bist|hat|hast|habt|haben|kann|kannst|könnt|könnte|soll|sollte|darf|muss|gibt|wird|weißt)
    )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def asks(text: str) -> bool:
    """Tells whether a text is a question, also where a recogniser left the question mark out."""
    text = text.strip()
    return text.endswith("?") or (not text.endswith((".", "!")) and _BEGINS.match(text) is not None)


def asked(memory: Memory) -> bool:
    """Tells whether a memory is a question that somebody asked in a conversation."""
    return memory.kind == "message" and asks(memory.text)

"""Somebody else who answers what is spoken."""


class Other:
    """Implements `Elsewhere`: answers by a script."""

    def __init__(self, *answer, ready=True):
        self.answer, self.ready = answer, ready
        self.heard = 0
        self.closed = self.was_played = False

    async def converse(self, speech):
        try:
            async for chunk in speech:
                self.heard += len(chunk.samples)
            for each in self.answer:
                if isinstance(each, Exception):
                    raise each
                yield each
        finally:
            self.closed = True

    async def played(self):
        self.was_played = True

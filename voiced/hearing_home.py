"""Those who listen for what is said about the home learn its names, and learn them anew when they change."""

import asyncio
from collections.abc import Sequence

import msgspec

from voiced.core.config import Config
from voiced.core.home_names import HomeNames, names_of
from voiced.core.memory import give_back_memory
from voiced.core.ports.clock import Clock
from voiced.core.ports.home import Home
from voiced.core.wire import Message
from voiced.engines.child import Child
from voiced.setup.places import intents_folder
from voiced.turn.rules import Rules

LOOK_S = 5.0
"""Between two looks at the names: a new lamp need not be known at once."""
LEARNERS = ("pocketsphinx", "whisper")
"""Recognisers that understand only what they were told before, or that more readily."""


async def follow_home(home: Home, rules: Rules, config: Config, recognisers: Sequence[Child], clock: Clock) -> None:
    """Makes the sentences about the home, then looks after the names for ever.

    Args:
        home: whose names.
        rules: what understands sentences, and knows when one is whole.
        config: tells where our templates are, and their language.
        recognisers: all of them.
        clock: the time.

    Raises:
        IntentsInvalid: our templates cannot be used.
    """
    # Who has no home does not load what it takes, and nobody waits for it.
    from voiced.turn.home_sentences import HomeSentences  # noqa: PLC0415

    rules.home = await asyncio.to_thread(HomeSentences, intents_folder(config), config.language, home, config.home.room)
    await asyncio.to_thread(give_back_memory)
    known = HomeNames()
    while True:
        names = names_of(home.entities())
        if names != known:
            known = names
            await asyncio.to_thread(rules.hear, names)
            told = msgspec.to_builtins(names)
            for child in recognisers:
                if child.engine in LEARNERS:
                    child.settings["home"] = told
                    child.tell(Message("home", told))
        await clock.sleep(LOOK_S)

"""Routing: what it takes to tell what a sentence means, with Home Assistant's sentences and 200 entities.

    python bench/routing.py [--quick]

Ours tries our own templates, then those about the home, of which it leaves out what cannot match, then near misses. The
peer is hassil itself: `recognize_best` over the same templates and lists, in the same order and readings. They take
turns, sentence by sentence: what people say to a home (understood, nearly understood) and what they say otherwise.
The first round is not counted: hassil spells numbers then. What both understand is compared, too. Times are those that
this thread computed, because nothing is waited for.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from itertools import chain

from hassil import recognize_best
from hassil.util import normalize_for_matching
from pairs import faster, spread

from tests.fakes.home import FakeHome
from tests.home.households import INTENTS, big_household, read
from voiced.core.intents import blocks
from voiced.core.memory import give_back_memory
from voiced.core.types import Understanding
from voiced.turn.home_sentences import HomeSentences, understanding
from voiced.turn.rules import Rules

ENTITIES = 200
ROUNDS, QUICK_ROUNDS = 10, 2


class Plain:
    """The same with hassil alone, but for near misses."""

    def __init__(self, sentences: HomeSentences) -> None:
        self._own = Rules(INTENTS, "en")
        self._sentences = sentences

    def understand(self, text: str) -> Understanding | None:
        """What it means."""
        return self._own.understand(text) or self._home(text)

    def _home(self, text: str) -> Understanding | None:
        readings = self._sentences.readings(normalize_for_matching(text).text)
        for templates in self._sentences.templates:
            for reading in readings:
                for intents in templates:
                    result = recognize_best(reading, intents, language="en", best_slot_name="name")
                    if result is not None:
                        return understanding(result, text)
        return None


def sentences() -> dict[str, list[str]]:
    """What is said, by kind."""
    return {"understood": list(read("en")), "near": list(read("near_en")), "others": list(read("others"))}


def measure(rounds: int) -> dict[str, object]:
    """Takes times, sentence by sentence."""
    began = time.thread_time()
    home = HomeSentences(INTENTS, "en", FakeHome(*big_household(ENTITIES)))
    loaded = time.thread_time() - began
    began = time.thread_time()
    home.understand("nothing")
    filled = time.thread_time() - began
    rules = Rules(INTENTS, "en")
    rules.home = home
    plain = Plain(home)
    give_back_memory()  # As the daemon does once all is loaded.
    ours: dict[str, list[float]] = {}
    peer: dict[str, list[float]] = {}
    others: list[str] = []
    for turn in range(rounds + 1):
        for kind, text in _each():
            mine, our_seconds = _timed(lambda said: rules.understand(said) or rules.guess(said), text)
            theirs, their_seconds = _timed(plain.understand, text)
            if turn:
                ours.setdefault(kind, []).append(our_seconds)
                peer.setdefault(kind, []).append(their_seconds)
            elif mine != theirs and (mine is None or mine.likeness == 1):
                others.append(text)
    all_ours, all_peers = list(chain(*ours.values())), list(chain(*peer.values()))
    return {
        "entities": ENTITIES,
        "templates": sum(len(data.sentences) for each in home.templates[0] for _, data in blocks(each)),
        "loaded_s": loaded,
        "filled_ms": filled * 1000,
        "ours_ms": spread(all_ours, 1000),
        "peer_ms": spread(all_peers, 1000),
        "by_kind_ms": {kind: {"ours": spread(ours[kind], 1000), "peer": spread(peer[kind], 1000)} for kind in ours},
        "faster": faster(all_ours, all_peers),
        "understood_otherwise": others,
    }


def _each() -> Iterator[tuple[str, str]]:
    return ((kind, text) for kind, texts in sentences().items() for text in texts)


def _timed(understand: Callable[[str], Understanding | None], text: str) -> tuple[Understanding | None, float]:
    began = time.thread_time()
    understood = understand(text)
    return understood, time.thread_time() - began


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    rounds = QUICK_ROUNDS if parser.parse_args().quick else ROUNDS
    print(json.dumps({"question": "routing", **measure(rounds)}))


if __name__ == "__main__":
    main()

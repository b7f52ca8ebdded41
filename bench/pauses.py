"""How soon an order that could go on may end: what a shorter wait would save, and how many orders it would cut off.

    python bench/pauses.py [--every N]

Real orders of the coffee corpus go through the detector and the real recogniser, frame by frame. Silence of so long
ends an order where the words so far are a whole one to which more could be added (`extensible_s`), where something
was added already (`settled_s`), or where nobody understands any of them (`unknown_s`); the other limits are voiced's
own. Delays are sound time after the committed label, see `endpoint.py`; an order that ends more than 50 ms before its
label is cut off. Every other recording is told apart (`halves`): a limit that is chosen on one half is judged on the
other.
"""

import argparse
import json
from collections.abc import Iterator

import numpy as np
from endpoint import EARLY_S, LABELS, LEAD_S, padded, table, trimmed
from msgspec import Struct, structs
from sounds import AUDIO, frames, pcm, read, recordings
from turns import COFFEE

from voiced.core.config import EndpointConfig
from voiced.core.intents import load_intents
from voiced.core.types import FRAME_SAMPLES, RATE, Completeness
from voiced.ear.endpoint import ending
from voiced.ear.voice import Voice
from voiced.engines.pocketsphinx import Recogniser
from voiced.engines.silero import Silero
from voiced.turn.rules import Rules

WAITS_S = (0.19, 0.22, 0.25, 0.3, 0.35, 0.4)
UNKNOWN_S = (0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7)


class Moment(Struct, frozen=True):
    """A frame since somebody spoke.

    Attributes:
        after: seconds since the label, negative before it.
        silence: seconds since the last speech.
        words: what the words so far are.
    """

    after: float
    silence: float
    words: Completeness


def followed(every: int) -> Iterator[list[Moment]]:
    """All moments of each order."""
    rules, recogniser, vad = Rules(COFFEE, "en"), Recogniser(load_intents(COFFEE, "en")), Silero()
    random = np.random.default_rng(0)
    for path in recordings("picovoice-intent/speech/clean")[::every]:
        begin, end = LABELS[str(path.relative_to(AUDIO))]
        vad.reset()
        recogniser.start()
        voice, moments = Voice(EndpointConfig().speech_threshold, 0), list[Moment]()
        for frame in frames(pcm(padded(trimmed(read(path), begin), random))):
            voice.hear(vad.speech(frame.samples), frame.start)
            text = recogniser.feed(frame.samples)
            now = frame.start + FRAME_SAMPLES
            if voice.onset is not None:
                words = rules.completeness(text) if text else Completeness.UNKNOWN
                after = now / RATE - LEAD_S - (end - begin)
                moments.append(Moment(after, (now - voice.speech_end) / RATE, words))
        recogniser.stop()
        yield moments


def judged(orders: list[list[Moment]], limits: EndpointConfig) -> dict[str, float]:
    """What limits come to."""
    ends = [
        next((each.after for each in moments if ending(each.silence, 0.0, each.words, limits)), None)
        for moments in orders
    ]
    ended = [after for after in ends if after is not None]
    delays = [after for after in ended if after >= -EARLY_S]
    return table(delays, len(ended) - len(delays), len(ends) - len(ended))


def both(orders: list[list[Moment]], limits: EndpointConfig) -> dict[str, object]:
    """What limits come to for all, and for either half."""
    return {**judged(orders, limits), "halves": [judged(orders[half::2], limits) for half in (0, 1)]}


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    orders = list(followed(parser.parse_args().every))
    waits = {
        name: {str(wait): both(orders, structs.replace(EndpointConfig(), **{name: wait})) for wait in WAITS_S}
        for name in ("extensible_s", "settled_s")
    }
    unknown = [[structs.replace(each, words=Completeness.UNKNOWN) for each in moments] for moments in orders]
    waits["unknown_s"] = {
        str(wait): both(unknown, structs.replace(EndpointConfig(), unknown_s=wait)) for wait in UNKNOWN_S
    }
    last = [moments[-1].words for moments in orders if moments]
    shares = {words.value: last.count(words) / len(last) for words in Completeness}
    print(json.dumps({"question": "pauses", "ended_as": shares, **waits}))


if __name__ == "__main__":
    main()

"""How soon an order that could go on may end: what a shorter wait would save, and how many orders it would cut off.

    python bench/pauses.py [--every N]

Real orders of the coffee corpus go through the detector and the real recogniser, frame by frame. Where the words so far
are a whole order to which more could be added, silence of so long ends it (`waits_s`); the other limits are voiced's
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

WAITS_S = (0.19, 0.25, 0.3, 0.35, 0.4)


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


def judged(orders: list[list[Moment]], wait: float) -> dict[str, float]:
    """What a limit comes to."""
    limits = structs.replace(EndpointConfig(), extensible_s=wait)
    ends = [
        next((each.after for each in moments if ending(each.silence, 0.0, each.words, limits)), None)
        for moments in orders
    ]
    ended = [after for after in ends if after is not None]
    delays = [after for after in ended if after >= -EARLY_S]
    return table(delays, len(ended) - len(delays), len(ends) - len(ended))


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    orders = list(followed(parser.parse_args().every))
    waits = {
        str(wait): judged(orders, wait) | {"halves": [judged(orders[half::2], wait) for half in (0, 1)]}
        for wait in WAITS_S
    }
    could = float(np.mean([moments[-1].words is Completeness.EXTENSIBLE for moments in orders if moments]))
    print(json.dumps({"question": "pauses", "could_go_on": could, "waits_s": waits}))


if __name__ == "__main__":
    main()

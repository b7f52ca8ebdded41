"""What keeps Whisper from putting words into silence, and from saying the same for ever.

It was trained on subtitles and always writes something. Most of what it makes up can be told from what it knows of the
sound itself (the library drops text that it takes for no speech), from how unsure it was, from how much text there is
for so little speech, or from the text. Sources of the limits: openai/whisper, `DecodingOptions` and `transcribe`.
"""

import math
import zlib
from collections.abc import Sequence
from itertools import pairwise

from voiced.core.types import RATE

FRAMES_A_SECOND = 50
"""Positions of the encoder."""
CONTEXT_STEP, LEAST_CONTEXT = 64, 256
"""The encoder's window, in positions: too small a one makes the decoder loop, however short the sound."""
CONTEXT_MARGIN = 32
TOKENS, TOKENS_A_SECOND = 16, 12
"""Nobody says more tokens in so short a time: the decoder loops."""
MOST_TOKENS = 200
COMPRESSION = 2.4
"""Text that shrinks by more than this when compressed repeats itself."""
REPEATS = 4
"""The same words so often in a row are no sentence."""
LONGEST_REPEAT = 6
SHORTEST_COMPRESSED = 64
"""Shorter texts do not compress enough to tell."""
LEAST_CONFIDENCE = math.exp(-1.0)
"""The average log-probability below which a decoding has failed."""
WORDS, WORDS_A_SECOND = 3, 7
"""Nobody says more words in so short a time."""
ECHO = 6
"""So many words of the prompt, in its order, were not said but read."""


def audio_context(samples: int, most: int) -> int:
    """Chooses the encoder's window: its time grows with it.

    Args:
        samples: how long the sound is.
        most: what the model has.
    """
    wanted = samples * FRAMES_A_SECOND / RATE + CONTEXT_MARGIN
    return min(most, max(LEAST_CONTEXT, math.ceil(wanted / CONTEXT_STEP) * CONTEXT_STEP))


def most_tokens(seconds: float) -> int:
    """How many tokens so much sound can hold at most."""
    return min(MOST_TOKENS, TOKENS + math.ceil(seconds * TOKENS_A_SECOND))


def repeats(text: str) -> bool:
    """Tells whether a text says the same again and again."""
    raw = text.strip().lower().encode()
    if len(raw) >= SHORTEST_COMPRESSED and len(raw) / len(zlib.compress(raw)) > COMPRESSION:
        return True
    words = text.lower().split()
    return any(_row(words, size) >= REPEATS for size in range(1, LONGEST_REPEAT + 1))


def _row(words: Sequence[str], size: int) -> int:
    """How often the same words follow each other at most."""
    longest = 0
    for start in range(size):
        pieces = [tuple(words[at : at + size]) for at in range(start, len(words) - size + 1, size)]
        run = 1
        for before, after in pairwise(pieces):
            run = run + 1 if before == after else 1
            longest = max(longest, run)
    return longest


def confidence(probabilities: Sequence[float]) -> float:
    """How sure Whisper was: the geometric mean of its tokens' probabilities, 0 to 1."""
    if not probabilities or min(probabilities) <= 0:
        return 0.0
    return min(1.0, math.exp(sum(map(math.log, probabilities)) / len(probabilities)))


def believable(text: str, sure: float, speech_s: float, prompt: str) -> bool:
    """Tells whether a text was really said.

    Args:
        text: normalised.
        sure: of `confidence`.
        speech_s: seconds from the first loud sound to the last.
        prompt: what Whisper was told beforehand.
    """
    words = text.split()
    if not words or sure < LEAST_CONFIDENCE or repeats(text):
        return False
    if len(words) > WORDS + WORDS_A_SECOND * speech_s:
        return False
    told = " ".join(prompt.replace(",", " ").lower().split())
    return not (told and (text == told or (len(words) >= ECHO and f" {text} " in f" {told} ")))

"""One utterance on its way through Whisper, and when it is worth to run it. Pure.

A run takes about as long for a word as for a sentence, and cannot be stopped. So Whisper does not run all the time
while somebody speaks, but guesses when the end has come: at the first short silence it transcribes at once. If the
silence lasts until the ear calls it the end, the transcript is there already; if speech goes on, the run was in vain.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voiced.core.types import SAMPLE_BYTES, Purpose
from voiced.engines.loudness import STEP_BYTES, STEP_S, STEP_SAMPLES, levels, loud_steps

QUIET_S = 0.06
"""A silence so long may be the end, if the detector hears no speech either."""
QUIET = round(QUIET_S / STEP_S)
LONG_QUIET = round(0.16 / STEP_S)
"""The same while the detector hears speech still: a consonant may be as quiet as an end, but not for so long."""
PARTIAL_S = 0.5
"""So much new sound is worth a run in mid-speech, if it is over before a silence could be told: in `QUIET_S`."""
LEAST_SPEECH_S = 0.1
LEAST_LEVEL = 30.0
"""Speech that is shorter, or whose loudest part is quieter (in dB over one 16-bit unit), is none."""
MARGIN = round(0.3 / STEP_S)
"""Steps of silence that are kept before and after the speech; in more of it Whisper hears words."""
SCALE = np.float32(1 / 32_768)


class Heard(NamedTuple):
    """What a run made of an utterance.

    Attributes:
        text: normalised; empty where nothing was understood.
        confidence: 0 to 1.
        language: two letters.
        speech_s: seconds of speech that it is made of.
        doubtful: a run that is told the vocabulary may make more of it.
    """

    text: str = ""
    confidence: float = 0.0
    language: str = ""
    speech_s: float = 0.0
    doubtful: bool = False


class Utterance:
    """The sound of an utterance so far, and the newest that is known of it.

    Args:
        purpose: what it is listened to for.

    Attributes:
        until: the position of its end.
    """

    def __init__(self, purpose: Purpose) -> None:
        self.purpose = purpose
        self.until = 0
        self._sound = bytearray()
        self._levels = np.empty(0, np.float32)
        self._speech: tuple[int, int] | None = None
        self._heard = Heard()
        self._known = self._heard_out = 0
        self._speaks = False

    def add(self, samples: bytes, start: int, speech_end: int | None) -> None:
        """Takes in sound.

        Args:
            samples: s16le, mono, 16 kHz.
            start: the position of the first sample.
            speech_end: see `SpeechChunk`; after it nobody speaks, however loud it is.
        """
        self._sound += samples
        self.until = start + len(samples) // SAMPLE_BYTES
        self._levels = np.append(self._levels, levels(self._sound[len(self._levels) * STEP_BYTES :]))
        self._speaks = speech_end is None or speech_end >= self.until
        loud = loud_steps(self._levels)
        if speech_end is not None:
            began = self.until - len(self._sound) // SAMPLE_BYTES
            loud = loud[loud * STEP_SAMPLES < speech_end - began]
        spoken = len(loud) * STEP_S >= LEAST_SPEECH_S and float(self._levels.max()) >= LEAST_LEVEL
        self._speech = (int(loud[0]), int(loud[-1]) + 1) if spoken else None

    @property
    def heard(self) -> Heard:
        """What the last run made of it; nothing where nobody spoke."""
        return self._heard if self._speech else Heard()

    @property
    def speech_s(self) -> float:
        """Seconds from the first loud step to the last; 0 where nobody spoke."""
        return (self._speech[1] - self._speech[0]) * STEP_S if self._speech else 0.0

    @property
    def paused(self) -> bool:
        """Whether a silence follows the speech that may be its end."""
        quiet = LONG_QUIET if self._speaks else QUIET
        return self._speech is not None and len(self._levels) >= self._speech[1] + quiet

    @property
    def settled(self) -> bool:
        """Whether `heard` holds for all that was said: what came after its run was silence."""
        return self._speech is None or self._heard_out >= self._speech[1]

    def due(self, cost_s: float) -> bool:
        """Tells whether to run now.

        Args:
            cost_s: how long the run will take.
        """
        if self._speech is None or self.settled:
            return False
        if self.paused:
            return True
        new = (len(self._levels) - max(self._known, self._speech[0])) * STEP_S
        return self.purpose is Purpose.COMMAND and new >= PARTIAL_S and cost_s <= QUIET_S

    def learn(self, heard: Heard) -> None:
        """Takes in what a run made of all sound so far."""
        self._heard, self._known = heard, len(self._levels)
        end = self._speech[1] if self._speech else 0
        # What was too quiet for speech beside louder sound may count later, in a longer silence: it was heard already.
        # A run in mid-speech may have cut the last word in two.
        self._heard_out = min(self._known, end + MARGIN) if self.paused else self._known - QUIET

    def speech(self) -> NDArray[np.float32]:
        """The sound from a little before the speech to a little after it, -1 to 1; empty where nobody spoke."""
        if self._speech is None:
            return np.empty(0, np.float32)
        first, last = self._speech
        piece = self._sound[max(0, first - MARGIN) * STEP_BYTES : (last + MARGIN) * STEP_BYTES]
        return np.frombuffer(piece, "<i2").astype(np.float32) * SCALE

"""Recordings of one utterance, on their way to a recogniser."""

from collections.abc import AsyncGenerator, Sequence

from voiced import wiring
from voiced.core.config import Config
from voiced.core.ports.stt import Stt
from voiced.core.types import FRAME_SAMPLES, RATE, SAMPLE_BYTES, SpeechChunk
from voiced.engines import files
from voiced.engines.child import Child
from voiced.engines.choice import Told, nobody
from voiced.engines.shared import SharedStt
from voiced.engines.silero import Silero

LONGEST_UTTERANCE_S = 60
"""A recording of one utterance is no longer than this, with the silence around it."""
AROUND_SPEECH_S = 0.25
"""Seconds before and after its speech that are kept of a recording."""
PIECE = RATE * SAMPLE_BYTES // 4
"""Bytes in a chunk: all of a recording fits into a child's inbox."""
SPEECH = 0.5
"""Voice activity in at least one frame: without it, a recording holds nothing to transcribe."""


def recogniser(config: Config, children: Sequence[Child]) -> Stt:
    """What turns recordings into text: the engines of the configuration, in their order.

    Args:
        config: the configuration.
        children: those of the stage.
    """
    # The whole utterance comes at once: there is no time while it is spoken.
    deadline_s = config.engines.stt.deadline_s + 2 * LONGEST_UTTERANCE_S
    return wiring.recogniser(config, children, deadline_s=deadline_s, longest_s=LONGEST_UTTERANCE_S)


def shared(config: Config, children: Sequence[Child], told: Told = nobody) -> SharedStt:
    """What hears the room, and recordings of others beside it.

    Args:
        config: the configuration.
        children: those of the stage.
        told: see `Choice`.
    """
    return SharedStt(wiring.recogniser(config, children, told), recogniser(config, children))


def speech_of(samples: bytes) -> bytes:
    """The recording from a little before its first speech to a little after its last: what the ear would send on.

    Args:
        samples: s16le, 16 kHz, mono, as what is returned.
    """
    vad = Silero()
    speech = [frame.start for frame in files.frames(samples) if vad.speech(frame.samples) >= SPEECH]
    if not speech:
        return b""
    around = int(AROUND_SPEECH_S * RATE)
    first, last = max(0, speech[0] - around), speech[-1] + FRAME_SAMPLES + around
    return samples[first * SAMPLE_BYTES : last * SAMPLE_BYTES]


async def chunks(samples: bytes) -> AsyncGenerator[SpeechChunk]:
    """The same as the ear sends it on. A recogniser that is needed elsewhere lets go between two of them."""
    for at in range(0, len(samples), PIECE):
        yield SpeechChunk("recording", samples[at : at + PIECE], at // SAMPLE_BYTES)

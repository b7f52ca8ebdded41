"""On the daemon's path, a second ear that computes without a pause, also while the daemon ends."""

import sys
import threading


def compute() -> None:
    """Judges silence for ever."""
    from voiced.core.types import FRAME_SAMPLES, SAMPLE_BYTES  # noqa: PLC0415 (only where it computes)
    from voiced.engines.silero import Silero  # noqa: PLC0415 (the same)

    detector = Silero()
    while True:
        detector.speech(bytes(FRAME_SAMPLES * SAMPLE_BYTES))


if sys.orig_argv[1:3] == ["-m", "voiced"]:
    threading.Thread(target=compute, daemon=True).start()

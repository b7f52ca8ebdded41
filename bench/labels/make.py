"""Labels where speech begins and ends in clean recordings, from their energy: nobody's voice activity detector.

A frame of 10 ms is speech where it is 10 dB above the quietest tenth of the recording and less than 35 dB below the
loudest frame; a sound shorter than 40 ms is a click. Writes `speech.json`: file to seconds, [begin, end].

    python bench/labels/make.py /path/to/recordings
"""

import json
import sys
from pathlib import Path

import numpy as np
import soundfile

HERE = Path(__file__).parent
FOLDERS = ("picovoice-intent/speech/clean", "picovoice-wake", "ohf-wake", "misc/rhasspy3", "misc/wyoming", "an4/wav")
STEP_S = 0.01
CLICK = 4
"""Frames of 10 ms."""


def speech(samples: np.ndarray, rate: int) -> tuple[float, float]:
    """Finds the first and the last speech of a recording.

    Args:
        samples: mono, -1 to 1.
        rate: samples a second.

    Returns:
        Seconds from the recording's beginning.
    """
    step = round(rate * STEP_S)
    frames = samples[: len(samples) // step * step].reshape(-1, step)
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-10)
    loud = level > max(np.percentile(level, 10) + 10, level.max() - 35)
    runs = np.convolve(loud, np.ones(CLICK), "valid") == CLICK
    found = np.flatnonzero(runs)
    return float(found[0] * STEP_S), float((found[-1] + CLICK) * STEP_S)


def main(folder: Path) -> None:
    """Writes the labels of all recordings."""
    labels: dict[str, list[float]] = {}
    for path in sorted(path for name in FOLDERS for path in (folder / "audio" / name).rglob("*.flac")):
        samples, rate = soundfile.read(path, dtype="float32")
        labels[str(path.relative_to(folder / "audio"))] = [round(at, 2) for at in speech(samples, rate)]
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(ends)}" for name, ends in labels.items())
    (HERE / "speech.json").write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

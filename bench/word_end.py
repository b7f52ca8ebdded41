"""Where the ear cuts between a wake word and a command that follows it without a pause, or 50 ms later.

    python bench/word_end.py

Wake words and spoken commands are cut at their labels and joined; the seam is the truth. Off by more than 80 ms before
it, the end of the wake word goes to the recogniser; more than 50 ms after it, the command loses its beginning. The peer
takes the position where the word was recognised, less its usual lag.
"""

import json
from pathlib import Path

import numpy as np
from sounds import AUDIO, pcm, read
from wake import BUNDLED, UNGATED, Ours

from voiced.core.types import RATE
from voiced.ear.ring import Ring
from voiced.ear.wordend import word_end
from voiced.ear.words import Detection

LABELS: dict[str, list[float]] = json.loads((Path(__file__).parent / "labels/speech.json").read_text())
LONGEST_S = 0.9
"""A recording with more speech than this holds more than its wake word."""
COUNT = 45


def cut(name: str) -> np.ndarray:
    """A recording from its first speech to its last."""
    begin, end = LABELS[name]
    return read(AUDIO / name)[round(begin * RATE) : round(end * RATE)]


def heard(ours: Ours, word: str, sound: bytes) -> tuple[Detection, Ring] | None:
    """The first detection of a word, and all the sound; positions count from the sound's beginning."""
    begin = ours.end
    hits = [found for found in ours.decided(sound) if isinstance(found, Detection) and found.word == word]
    if not hits:
        return None
    ring = Ring(len(sound))
    ring.append(sound, 0)
    first = hits[0]
    return Detection(word, first.score, first.position - begin, first.end - begin), ring


def main() -> None:
    """Prints one JSON object."""
    random = np.random.default_rng(1)
    commands = [name for name in LABELS if name.startswith("picovoice-intent")]
    result: dict[str, object] = {"question": "word_end"}
    for word in (*BUNDLED, *UNGATED):
        ours = Ours((word,))
        names = [n for n, (a, b) in LABELS.items() if f"/{word}/" in n and b - a < LONGEST_S]
        off: list[float] = []
        plain: list[float] = []
        total = 0
        for name in random.permutation(names)[:COUNT]:
            for gap in (0.0, 0.05):
                head, command = cut(name), cut(str(random.choice(commands)))[: 2 * RATE]
                command = command * (np.abs(head).max() / max(1.0, np.abs(command).max()))
                parts = [np.zeros(RATE), head, np.zeros(int(gap * RATE)), command, np.zeros(2 * RATE)]
                sound = np.concatenate(parts)
                seam = RATE + len(head) + int(gap * RATE / 2)
                total += 1
                found = heard(ours, word, pcm(sound + random.normal(0, 20, len(sound))))
                if found:
                    detection, ring = found
                    off.append((word_end(ring, detection.end) - seam) / RATE)
                    plain.append((detection.end - seam) / RATE)
        row: dict[str, float] = {"joins": total, "heard": len(off)}
        for kind, values in (("", np.array(off)), ("peer_", np.array(plain))):
            if len(values):
                row |= {f"{kind}tail_sent": float((values < -0.08).mean()), f"{kind}cut": float((values > 0.05).mean())}
        result[word] = row
    print(json.dumps(result))


if __name__ == "__main__":
    main()

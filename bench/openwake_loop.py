"""openWakeWord as its examples run it: PyAudio, 80 ms at a time, one word. The peer of `idle` and `start`."""

import pyaudio
from pyopen_wakeword import Model, OpenWakeWord, OpenWakeWordFeatures

STEP = 1_280


def main() -> None:
    """Listens until it is ended."""
    features, word = OpenWakeWordFeatures.from_builtin(), OpenWakeWord.from_builtin(Model.HEY_JARVIS)
    audio = pyaudio.PyAudio()
    stream = audio.open(16_000, 1, pyaudio.paInt16, input=True, frames_per_buffer=STEP)
    print("ready", flush=True)
    while True:
        for embedding in features.process_streaming(stream.read(STEP, exception_on_overflow=False)):
            for score in word.process_streaming(embedding):
                if score > 0.5:
                    print("woke", flush=True)


if __name__ == "__main__":
    main()

"""PyAudio without sound cards: does what the file named by $FAKE_AUDIO says, line by line for each opened microphone.

A line: `fine`, `busy`, `host-error` (it cannot be opened), `stall N`, `break N` or `skip N` (0.45 s, after N reads).
The last line counts for all that follow. $FAKE_AUDIO_RATES and $FAKE_AUDIO_CHANNELS limit what the microphone can.
"""
# ruff: noqa: ARG002, FBT001, FBT002, N816 (PyAudio's own names and arguments)

import os
import time
from array import array
from pathlib import Path

paInt16 = 8
_ERRORS = {"busy": -9985, "host-error": -9999, "break": -9999}


def _next_line() -> str:
    script = Path(os.environ["FAKE_AUDIO"])
    first, *rest = script.read_text().splitlines()
    if rest:
        script.write_text("\n".join(rest))
    return first


class Stream:
    def __init__(self, line: str, rate: int, channels: int) -> None:
        self._fault, _, count = line.partition(" ")
        self._left = int(count or 0)
        self._rate, self._channels = rate, channels
        self._stopped = False

    def read(self, count: int, exception_on_overflow: bool) -> bytes:
        time.sleep(count / self._rate)
        if self._fault != "fine":
            self._left -= 1
            if self._left < 0 and self._fault == "stall":
                time.sleep(3600)
            if self._left == -1 and self._fault == "skip":
                time.sleep(0.45)
            elif self._left == -1:
                raise OSError(_ERRORS[self._fault], f"the script says {self._fault}")
        return array("h", [100] * count * self._channels).tobytes()

    def write(self, data: bytes, count: int) -> None:
        time.sleep(count / self._rate)

    def get_write_available(self) -> int:
        return 1000

    def is_stopped(self) -> bool:
        return self._stopped

    def start_stream(self) -> None:
        self._stopped = False

    def stop_stream(self) -> None:
        self._stopped = True

    def close(self) -> None:
        if self in _inputs:
            _inputs.remove(self)


_inputs: list[Stream] = []


class PyAudio:
    def open(self, rate: int, channels: int, format: int, input: bool = False, **options: object) -> Stream:  # noqa: A002
        if not input:
            return Stream("fine", rate, channels)
        if rate not in map(int, os.environ.get("FAKE_AUDIO_RATES", "16000").split()):
            raise OSError(-9997, "Invalid sample rate")
        if channels != int(os.environ.get("FAKE_AUDIO_CHANNELS", "1")):
            raise OSError(-9998, "Invalid number of channels")
        if _inputs:
            return Stream("fine", rate, channels)
        line = _next_line()
        if line in ("busy", "host-error"):
            raise OSError(_ERRORS[line], line)
        _inputs.append(Stream(line, rate, channels))
        return _inputs[0]

    def get_device_count(self) -> int:
        return 1

    def get_device_info_by_index(self, index: int) -> dict[str, object]:
        return {
            "name": "Fake: USB Audio (hw:1,0)",
            "index": index,
            "maxInputChannels": 2,
            "maxOutputChannels": 2,
            "defaultSampleRate": 48000.0,
        }

    def get_default_input_device_info(self) -> dict[str, object]:
        return self.get_device_info_by_index(0)

    get_default_output_device_info = get_default_input_device_info

    def terminate(self) -> None:
        pass

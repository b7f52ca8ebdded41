"""The command line: one file a group of verbs."""

import os
import signal
import sys


def _end(*_: object) -> None:
    os._exit(0)


if sys.argv[1:2] == ["run"]:
    # A daemon that is told to end while it is still being loaded ends at once, and in order: it holds nothing yet.
    for _number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(_number, _end)

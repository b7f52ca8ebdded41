"""The command line: one file a group of verbs."""

import signal
import sys


def _end(*_: object) -> None:
    sys.exit(0)


if sys.argv[1:2] == ["run"]:
    # A daemon that is told to end while it is still being loaded ends in order, too.
    for _number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(_number, _end)

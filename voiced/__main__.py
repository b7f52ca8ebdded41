"""What `voiced run` becomes: obeys from its first moment, and only then loads the daemon.

`python -m voiced CONFIG SOCKET FILE [FLAG…]`; see `voiced.daemon.main`.
"""

import gc
import os
import signal
import sys


def _end(*_: object) -> None:
    """Ends a daemon that is still being loaded: it holds nothing yet that would have to be put away."""
    os._exit(0)


def _leave(*_: object) -> None:
    """Ends one that is loaded and not yet at work: a terminal where it asks for a passphrase is put in order."""
    sys.exit(0)


if __name__ == "__main__":
    for _number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(_number, _end)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})

    gc.disable()  # What is loaded is no garbage, and would be looked through again and again; see `give_back_memory`.

    from voiced.daemon import main  # To load it takes most of the time until the daemon answers.

    for _number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(_number, _leave)

    # At once: Python, as it takes itself apart, breaks off the ear inside ONNX Runtime, and that aborts the process.
    os._exit(main(sys.argv[1:]))
